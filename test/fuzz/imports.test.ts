/** Imports merged into random files, judged by CPython: the parser that places them accepts some text that Python refuses. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import { loadParser, mergeImports, readSource, type SourceFile, splice } from "../../lib/python/index.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 600);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
await loadParser();

const name = fc.constantFrom("Flask", "Blueprint", "jsonify", "current_app", "request", "g", "url_for");
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });
const module = fc.constantFrom("flask", "celery", "uuid", ".", ".tasks", "..models", "shop.users");

/** The ways to write a list of imported names; each is a text behind `import`. */
const list: Record<string, (items: string[]) => string> = {
  line: (items) => ` ${items.join(", ")}`,
  commented: (items) => ` ${items.join(" ,")}  # noqa`,
  brackets: (items) => ` (${items.join(", ")})`,
  trailingComma: (items) => ` (${items.join(", ")},)`,
  tight: (items) => `(${items.join(",")})`,
  tall: (items) => ` (\n${items.map((item) => `    ${item},  # why\n`).join("")})`,
  tallOpenEnd: (items) => ` (\n    ${items.join(",\n    ")}\n)`,
  hanging: (items) => ` (${items.join(",\n             ")})`,
  commentInside: (items) => ` (  # these\n    # and those\n    ${items.join(", ")}\n    # and no more\n)`,
  backslash: (items) => ` ${items.join(", \\\n    ")}`,
  backslashFirst: (items) => ` \\\n    ${items.join(", ")}`,
};
const statement = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(module, names, fc.constantFrom(...Object.keys(list))) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("os", "os.path", "flask", "celery as c"), fc.constant(null)) },
);
type Statement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

function write([from, items, form]: Statement): string {
  if (!items) return `import ${from}`;
  const [first, ...rest] = items;
  return `from ${from} import${list[form!]!([`${first}${rest.length > 2 ? " as first" : ""}`, ...rest])}`;
}

/** What stands between two statements: a line end, or more of the same line. */
const gap = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("\n", "\n\n", "\n# a comment\n", "\n\n\n", "  \n") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("; ", ";\n", '; text = """\nx\n"""\n', "; pair = (\n1, 2)\n", "; y = \\\n1\n"),
  },
);
const head = fc.constantFrom(
  "",
  '"""A docstring."""\n',
  "# a comment\n",
  "from __future__ import annotations\n\n",
  "\f\n",
);
const tail = fc.constantFrom("", "\n", "\napp = Flask(__name__)\n", "; app = 1\n", "\nif True: import sys\n");
const file = fc
  .tuple(head, fc.array(fc.tuple(statement, gap), { maxLength: 5 }), statement, tail, fc.constantFrom("\n", "\r\n"))
  .map(([start, middle, last, end, eol]) =>
    [start, ...middle.flatMap(([one, between]) => [write(one), between]), write(last), end]
      .join("")
      .replaceAll("  # noqa;", ";")
      .replaceAll("\n", eol),
  );
const wanted = fc
  .array(fc.tuple(module, names), { minLength: 1, maxLength: 3 })
  .map((items) => items.map(([from, what]) => `from ${from} import ${what.join(", ")}\n`).join(""));

function merge(source: SourceFile, added: string): string {
  try {
    return Buffer.from(splice(source, mergeImports(source, added, { isHome: () => false }))).toString("utf8");
  } catch (error) {
    return `refused: ${error}`;
  }
}

test(`${runs} merged imports are what Python reads as the old ones and the new ones`, () => {
  const pairs = fc.sample(fc.tuple(file, wanted), { numRuns: runs, seed });
  const lines = pairs.map(([before, added]) => {
    const source = readSource("app.py", Buffer.from(before));
    return { before, after: merge(source, added), wanted: added };
  });
  const input = lines.map((line) => JSON.stringify(line)).join("\n");
  const output = execFileSync("python3", ["-W", "ignore", path.join(import.meta.dirname, "imports.py")], { input });
  const complaints: string[] = output
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(complaints.length, runs);
  const failed = complaints.flatMap((complaint, index) => (complaint ? [{ complaint, ...lines[index]! }] : []));
  failed.sort((a, b) => a.before.length + a.wanted.length - b.before.length - b.wanted.length);
  const [first] = failed;
  if (first) {
    const text = `${first.before}\n--- wanted\n${first.wanted}--- after\n${first.after}`;
    assert.fail(`FUZZ_SEED=${seed}: ${failed.length} failed. ${first.complaint}\n${text}`);
  }
});

test.run();
