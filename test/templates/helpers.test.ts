import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { test } from "uvu";
import { UserError } from "../../lib/errors/index.ts";
import { identifier, moduleName, pythonLiteral } from "../../lib/templates/helpers.ts";

test("pythonLiteral: double quotes, unless single ones need fewer escapes", () => {
  const cases: [unknown, string][] = [
    ["", '""'],
    ["plain", '"plain"'],
    ["it's", `"it's"`],
    ['say "hi"', `'say "hi"'`],
    [`it's "x"`, `'it\\'s "x"'`],
    [`'"`, `"'\\""`],
    ["a\\b\n\r\t", '"a\\\\b\\n\\r\\t"'],
    ["{{name}} {% x %} $y", '"{{name}} {% x %} $y"'],
    ["é 漢 🥳", '"é 漢 🥳"'],
    ["\0\x1b\x7f", '"\\x00\\x1b\\x7f"'],
    ["\u202e\u2028\u00a0\ufeff", '"\\u202e\\u2028\\xa0\\ufeff"'],
    ["\ud800", '"\\ud800"'],
    ["\u{e0001}", '"\\U000e0001"'],
    [true, "True"],
    [false, "False"],
    [null, "None"],
    [42, "42"],
    [-0, "0"],
  ];
  for (const [value, literal] of cases) assert.equal(pythonLiteral(value), literal);
  for (const value of [undefined, Number.NaN, 1.5, {}, [], () => 1])
    assert.throws(() => pythonLiteral(value), /no Python literal/);
});

test("pythonLiteral: CPython reads back what went in", () => {
  const nasty = fc.constantFrom(
    '"',
    "'",
    "\\",
    "\n",
    "\r",
    "\r\n",
    "{{",
    "}}",
    "#",
    '"""',
    "\\u0041",
    "\\N{DASH}",
    "%s",
    "\u2028",
    "\u202e",
    "\ud800",
    "\udfff",
    "\0",
    "🥳",
  );
  const value = fc
    .array(fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 5 }), fc.string({ maxLength: 5 })), { maxLength: 8 })
    .map((parts) => parts.join(""));
  const values = fc.sample(value, { numRuns: 5000, seed: 11 });
  const program = [
    "import ast, json, sys",
    "pairs = json.load(sys.stdin)",
    // JSON joins surrogates that Python keeps apart, so both sides are compared as UTF-16.
    "u = lambda s: s.encode('utf-16-le', 'surrogatepass')",
    "bad = [l for l, v in pairs if u(ast.literal_eval(l)) != u(v) or '\\n' in l]",
    "print(len(pairs), json.dumps(bad))",
  ].join("\n");
  const input = JSON.stringify(values.map((text) => [pythonLiteral(text), text]));
  const { stdout, stderr } = spawnSync("python3", ["-X", "utf8", "-c", program], {
    input,
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  assert.equal(stdout.trim(), "5000 []", stderr);
});

test("identifier: names only", () => {
  for (const name of ["x", "_", "_private", "create_app", "Café", "match", "x1"]) assert.equal(identifier(name), name);
  const bad = [
    "",
    "1x",
    "a-b",
    "a b",
    "class",
    "None",
    "__init__",
    "a.b",
    "a\n",
    "{{x}}",
    "../x",
    "a'",
    'a"',
    "ﬁ",
    "a;b",
    5,
    null,
    undefined,
  ];
  for (const name of bad)
    assert.throws(
      () => identifier(name),
      (error) => error instanceof UserError && error.code === "not-an-identifier",
      String(name),
    );
});

test("moduleName: dotted names", () => {
  for (const name of ["app", "app.main", "app.__about__"]) assert.equal(moduleName(name), name);
  for (const name of ["", ".", ".app", "app.", "app..x", "app.class", "app/main", "app.1", "a b", undefined])
    assert.throws(() => moduleName(name), UserError, String(name));
});

test("identifier agrees with CPython", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.string({ unit: "grapheme", maxLength: 3 }),
    fc.string({ unit: "binary", maxLength: 2 }),
  );
  const values = fc.sample(text, { numRuns: 4000, seed: 3 }).filter((value) => !/\p{Cs}/u.test(value));
  const accepted = values.filter((value) => {
    try {
      return identifier(value) === value;
    } catch {
      return false;
    }
  });
  assert.ok(accepted.length > 200);
  const program =
    "import json, sys, keyword; print(json.dumps([v for v in json.load(sys.stdin) if not v.isidentifier() or keyword.iskeyword(v)]))";
  const { stdout, stderr } = spawnSync("python3", ["-X", "utf8", "-c", program], {
    input: JSON.stringify(accepted),
    encoding: "utf8",
  });
  assert.equal(stdout.trim(), "[]", stderr);
});

test.run();
