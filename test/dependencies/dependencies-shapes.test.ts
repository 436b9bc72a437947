/** Generated lists, tables and requirement files: an edit only inserts, keeps the line ends, and means what it should. */
import fc from "fast-check";
import { parse } from "smol-toml";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LINE, planTree } from "./dependency-trees.ts";

const eol = fc.constantFrom("\n", "\r\n");
const space = fc.constantFrom("", " ", "  ", "\t");
const names = fc.uniqueArray(
  fc.constantFrom(
    "flask",
    "Flask>=3",
    "alembic==1",
    "click",
    "zope.interface",
    "a",
    "redis-x>=1,<2",
    "gunicorn[gevent]",
  ),
  { maxLength: 5 },
);
const comments = fc.array(fc.constantFrom("", " # c", "  # ] ' \" ["), { minLength: 6, maxLength: 6 });

const list = fc
  .record({ eol, names, space, comments, quote: fc.constantFrom("'", '"'), layout: fc.nat(3), trailing: fc.boolean() })
  .map((shape) => ({ ...shape, text: writeList(shape) }));

interface Shape {
  eol: string;
  names: string[];
  space: string;
  comments: string[];
  quote: string;
  layout: number;
  trailing: boolean;
}

function writeList({ eol, names, space, comments, quote, layout, trailing }: Shape): string {
  const items = names.map((name) => quote + name + quote);
  const comma = (index: number) => (trailing || index < items.length - 1 ? "," : "");
  const last = trailing && items.length > 0 ? "," : "";
  if (layout === 0) return `[${items.join(`,${space}`)}${last}]`;
  if (layout === 1) return `[ ${items.join(`,${space}`)}${last}${eol}]`;
  if (layout === 2) return `[${items.map((item, at) => item + comma(at) + comments[at] + eol + space).join("")}]`;
  return `[${comments[5]}${eol}${items.map((item, at) => space + item + comma(at) + comments[at] + eol).join("")}]`;
}

test("a list in pyproject.toml gets one element, in any layout", () => {
  const rest = fc.constantFrom("", "\n", "\nx = 1\n", "\n\n[tool.y]\nk = [1,\n2]\n");
  fc.assert(
    fc.property(list, rest, (shape, tail) => {
      const before = `[project]${shape.eol}name = 'x'${shape.eol}dependencies = ${shape.text}${tail.replaceAll("\n", shape.eol)}`;
      const { texts, manual } = planTree({ "pyproject.toml": before });
      assert.equal(manual, []);
      const after = texts["pyproject.toml"] ?? "";
      const { project } = parse(after) as { project: { dependencies: string[] } };
      assert.equal([...project.dependencies].sort(), [...shape.names, LINE].sort());
      assertOnlyInserted(before, after);
      if (before.includes("\n")) assertLineEnds(after, shape.eol);
    }),
    { numRuns: 200 },
  );
});

test("a list in setup.py gets one element, in any layout", () => {
  fc.assert(
    fc.property(list, (shape) => {
      const before = `setup(${shape.eol}  install_requires=${shape.text},${shape.eol})${shape.eol}`;
      const { texts, manual } = planTree({ "setup.py": before });
      assert.equal(manual, []);
      assertOnlyInserted(before, texts["setup.py"] ?? "");
      assertLineEnds(texts["setup.py"] ?? "", shape.eol);
    }),
    { numRuns: 200 },
  );
});

test("a Poetry table gets one pair", () => {
  const pair = fc.constantFrom(
    'flask = "*"',
    "alembic='^1'",
    'x = {version = "1", extras = ["a"]}',
    'y = [\n  {version = "1"},\n]',
    "# note",
    "",
    '"quoted" = "*"',
    "z.version = '1'",
  );
  const lines = fc.uniqueArray(pair, { maxLength: 7 });
  fc.assert(
    fc.property(
      eol,
      lines,
      fc.constantFrom("", "\n[tool.poetry.group.dev.dependencies]\nb = 1\n", "\n[[tool.poetry.source]]\nname = 'x'\n"),
      (end, pairs, tail) => {
        const text = [
          "[tool.poetry]",
          "name = 'x'",
          "[tool.poetry.dependencies] # all",
          'python = "^3.9"',
          ...pairs,
          tail,
        ].join("\n");
        const before = text.replaceAll("\n", end);
        const { texts, manual } = planTree({ "pyproject.toml": before });
        assert.equal(manual, []);
        const after = texts["pyproject.toml"] ?? "";
        // A plain copy: smol-toml's objects have no prototype.
        const tables = (document: string) => {
          const copy = JSON.parse(JSON.stringify(parse(document))) as {
            tool: { poetry: { dependencies: Record<string, unknown> } };
          };
          return copy.tool.poetry;
        };
        const expected = tables(before);
        expected.dependencies.celery = { extras: ["redis"], version: "^5.4" };
        assert.equal(tables(after), expected);
        assertOnlyInserted(before, after);
        assertLineEnds(after, end);
      },
    ),
    { numRuns: 200 },
  );
});

test("a requirement file gets one line, and keeps how it ends", () => {
  const other = fc.constantFrom(
    "",
    "# c",
    "  # d",
    "-r other.txt",
    "--index-url x",
    "flask \\\n  ==3",
    "-e .",
    "git+https://x/y#egg=zz",
    "./local",
    "celeryx",
    "flask",
    "Click==8",
    "alembic",
  );
  fc.assert(
    fc.property(eol, fc.array(other, { maxLength: 8 }), fc.boolean(), (end, lines, closed) => {
      const before = (lines.join("\n") + (closed && lines.length > 0 ? "\n" : "")).replaceAll("\n", end);
      const after = planTree({ "requirements.txt": before }).texts["requirements.txt"] ?? "";
      assertOnlyInserted(before, after);
      assert.is(after.split(/\r?\n/).filter((line) => line === LINE).length, 1, after);
      const added = before.includes("\n") ? end.length : 1;
      assert.is(after.length, before.length + LINE.length + added);
      assert.is(after.endsWith("\n"), before === "" || before.endsWith("\n"));
    }),
    { numRuns: 200 },
  );
});

function assertOnlyInserted(before: string, after: string): void {
  let at = 0;
  for (const char of after) if (before[at] === char) at += 1;
  assert.is(at, before.length, `${JSON.stringify(before)} became ${JSON.stringify(after)}`);
}

function assertLineEnds(text: string, end: string): void {
  assert.is(end === "\n" ? text.includes("\r") : /[^\r]\n/.test(text), false, JSON.stringify(text));
}

test.run();
