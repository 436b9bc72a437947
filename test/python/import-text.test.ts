/** Imports as the text tells them hold at least those of the tree. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importedNames, importsInText, loadParser, parseText } from "../../lib/python/index.ts";

await loadParser();

const MANY = String.raw`
import a
import a.b, c as d
import a.b \
    as e
from a import b
from a.b import (c,  # not ) the end
    d as e,
)
from . import x
from .. a import b
from.a import b
from ... import(x)
from a \
  import \
    b
from a import *
if x: from a import b; import c
def f():
	from a.b.c import d
try:
    import a
except ImportError: import b
x = """
import nothing
"""
`;

test("no import of a tree is missing in the text", () => {
  for (const text of [MANY, MANY.replaceAll("\n", "\r\n"), "from caf\u00e9 import b\n", "from a import caf\u00e9"]) {
    const told = importsInText(Buffer.from(text).toString("latin1"));
    const names = importedNames(parseText(text).rootNode);
    assert.ok(names.length > 0);
    for (const { module, level, name } of names) {
      const isTold = told.some(
        (item) =>
          item.names.includes("*") ||
          (name === null
            ? item.names.includes(module)
            : item.module === ".".repeat(level) + module && item.names.includes(name)),
      );
      assert.ok(isTold, `${".".repeat(level)}${module} ${name}`);
    }
  }
});

test("words that only look like an import are none", () => {
  assert.equal(importsInText("importlib.import_module('a'); __import__('b'); reimport = 1"), []);
});

test("what stands between `from` and `import` and is no module may import anything", () => {
  assert.equal(importsInText("from a $ import b")[0]?.names, ["*"]);
});

test.run();
