import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import { unifiedDiff } from "../../lib/changes/diff.ts";
import type { Change } from "../../lib/changes/types.ts";
import { tempDir, writeTree } from "../support/temp.ts";

function change(before: string | Uint8Array | null, after: string | Uint8Array, path = "app.py"): Change {
  return {
    path,
    action: before === null ? "create" : "edit",
    before: before === null ? null : Buffer.from(before),
    after: Buffer.from(after),
  };
}

test("an edit, as git shows it", () => {
  assert.equal(
    unifiedDiff(change("one\ntwo\nthree\n", "one\n2\nthree\n")),
    "--- a/app.py\n+++ b/app.py\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n",
  );
});

test("a new file comes from /dev/null", () => {
  assert.equal(unifiedDiff(change(null, "a\nb\n")), "--- /dev/null\n+++ b/app.py\n@@ -0,0 +1,2 @@\n+a\n+b\n");
});

test("nothing changes, nothing is shown", () => {
  assert.equal(unifiedDiff(change("a\n", "a\n")), "");
});

test("a missing newline at the end is marked", () => {
  assert.match(unifiedDiff(change("a", "a\nb\n")), /^-a\n\\ No newline at end of file\n\+a\n\+b\n$/m);
  assert.match(unifiedDiff(change("a\n", "b")), /\+b\n\\ No newline at end of file\n$/);
});

test("latin-1 is readable, binary is named only", () => {
  const latin = unifiedDiff(change(Buffer.from("# caf\xe9\n", "latin1"), Buffer.from("# caf\xe9\nx\n", "latin1")));
  assert.match(latin, / # café\n\+x\n/);
  assert.equal(unifiedDiff(change("a\0b", "a\0c")), "Binary files a/app.py and b/app.py differ\n");
});

test("a BOM is part of what is compared", () => {
  assert.match(unifiedDiff(change("\ufeffa\n", "a\n")), /-\ufeffa\n\+a\n/);
});

test("control characters can't reach the terminal", () => {
  const shown = unifiedDiff(change(null, "x = '\u001b[2J\u0007\u009b'\n"));
  assert.match(shown, /x = '␛\[2J␇<9b>'/);
  assert.match(unifiedDiff(change(null, "a\tb\r\n\fc\n")), /\+a\tb\r\n\+\fc\n/);
});

test("git applies what is shown, whatever the two files are", () => {
  const line = fc.oneof(
    fc.constantFrom("", "a", "b", "\tc", "é", "-- x", "++ y", "@@", "diff", "\\ No newline"),
    fc.string({ maxLength: 6, unit: "grapheme" }),
  );
  const eol = fc.constantFrom("\n", "\r\n");
  const file = fc
    .tuple(fc.array(line, { maxLength: 12 }), eol, fc.boolean())
    .map(
      ([lines, end, last]) =>
        lines.map((text) => text.replace(/[\p{C}\r\n]/gu, "")).join(end) + (last && lines.length ? end : ""),
    );
  const cases = fc.sample(fc.tuple(fc.option(file), file), { numRuns: 120, seed: 7 });
  const root = tempDir();
  const patches: string[] = [];
  const expected = new Map<string, string>();
  for (const [index, [before, after]] of cases.entries()) {
    // git has no hunk for an empty new file, and we show none.
    if (before === after || (before === null && after === "")) continue;
    const name = `f${index}.txt`;
    if (before !== null) writeTree({ [name]: before }, root);
    patches.push(unifiedDiff(change(before, after, name)));
    expected.set(name, after);
  }
  const applied = spawnSync("git", ["apply", "--whitespace=nowarn", "-"], {
    cwd: root,
    input: patches.join(""),
    encoding: "utf8",
  });
  assert.equal(applied.status, 0, applied.stderr);
  for (const [name, after] of expected) assert.equal(readFileSync(path.join(root, name), "utf8"), after, name);
  assert.ok(expected.size > 100);
});

test.run();
