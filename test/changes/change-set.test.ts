import assert from "node:assert/strict";
import { test } from "uvu";
import { ChangeSet } from "../../lib/changes/change-set.ts";
import { UserError } from "../../lib/errors/index.ts";

const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());

function planOver(files: Record<string, string>, force = false) {
  const reads: string[] = [];
  const changes = new ChangeSet({
    read: (path) => {
      reads.push(path);
      return path in files ? Buffer.from(files[path]!) : null;
    },
    force,
  });
  return { changes, reads, verdicts: () => changes.changes.map(({ path, action }) => `${action} ${path}`) };
}

test("write: create, unchanged, conflict; sorted by path", () => {
  const { changes, verdicts } = planOver({ "same.py": "x\n", "other.py": "mine\n" });
  changes.write("same.py", "x\n");
  changes.write("other.py", "ours\n");
  changes.write("new.py", "n\n", { mode: 0o600 });
  assert.deepEqual(verdicts(), ["create new.py", "conflict other.py", "unchanged same.py"]);
  assert.deepEqual(
    changes.conflicts.map((change) => change.path),
    ["other.py"],
  );
  assert.equal(changes.changes[0]!.mode, 0o600);
  assert.equal(text(changes.changes[1]!.before), "mine\n");
});

test("write with force: a conflict becomes an edit", () => {
  const { changes, verdicts } = planOver({ "other.py": "mine\n" }, true);
  changes.write("other.py", "ours\n");
  assert.deepEqual(verdicts(), ["edit other.py"]);
  assert.equal(changes.conflicts.length, 0);
});

test("chained edits fold into one change whose before is what was read", () => {
  const { changes, reads } = planOver({ "app.py": "a\n" });
  changes.edit("app.py", `${text(changes.current("app.py"))}b\n`);
  changes.edit("app.py", `${text(changes.current("app.py"))}c\n`);
  assert.equal(changes.changes.length, 1);
  const [change] = changes.changes;
  assert.deepEqual([change!.action, text(change!.before), text(change!.after)], ["edit", "a\n", "a\nb\nc\n"]);
  changes.edit("app.py", "a\n");
  assert.equal(changes.changes[0]!.action, "unchanged");
  assert.ok(reads.length <= 2, "the before of a path is read once for current() and once for the change");
});

test("edit after write keeps the verdict and the mode", () => {
  const { changes } = planOver({ "theirs.py": "t\n" });
  changes.write(".env", "A=1\n", { mode: 0o600 });
  changes.edit(".env", "A=1\nB=2\n");
  changes.write("theirs.py", "ours\n");
  changes.edit("theirs.py", "ours\nmore\n");
  const [env, theirs] = changes.changes;
  assert.deepEqual([env!.action, env!.mode, text(env!.after)], ["create", 0o600, "A=1\nB=2\n"]);
  assert.deepEqual([theirs!.action, text(theirs!.after)], ["conflict", "ours\nmore\n"]);
});

test("current: pending, else on disk, else null; the caller's buffer is not kept", () => {
  const { changes } = planOver({ "a.py": "disk" });
  assert.equal(text(changes.current("a.py")), "disk");
  assert.equal(changes.current("b.py"), null);
  const bytes = Buffer.from("one");
  changes.write("b.py", bytes);
  bytes.fill(0);
  assert.equal(text(changes.current("b.py")), "one");
});

test("paths that are no paths below the root are refused when planned", () => {
  const { changes } = planOver({});
  const bad = [
    "/etc/passwd",
    "../x",
    "a/../b",
    "",
    ".",
    "a//b",
    "a/",
    "./a",
    "C:/x",
    "a\\b",
    "a\nb",
    "a\0b",
    ".git/hooks/x",
    ".plop-flask-celery/journal.json",
  ];
  for (const path of bad) {
    assert.throws(
      () => changes.write(path, "x"),
      (error) => error instanceof UserError && error.code === "path-outside",
      path,
    );
    assert.throws(() => changes.edit(path, "x"), UserError, path);
  }
  assert.equal(changes.changes.length, 0);
});

test.run();
