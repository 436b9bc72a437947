import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { commit, recover } from "../../lib/changes/commit.ts";
import { disk } from "../../lib/changes/fs.ts";
import { acquire, release } from "../../lib/changes/lock.ts";
import { UserError } from "../../lib/errors/index.ts";
import { snapshotTree, tempDir, writeTree } from "../support/temp.ts";
import { planFor } from "./support/plan.ts";

const HOME = ".plop-flask-celery";

/** A folder with a lock of the given name, as a run of that process would have left it. */
function leaveLock(change: (own: string[]) => string[], root = tempDir()): Promise<string> {
  return acquire(disk, root).then((lock) => {
    const name = change(path.basename(lock).split(".")).join(".");
    release(disk, lock);
    writeTree({ [`${HOME}/${name}`]: "" }, root);
    return root;
  });
}

async function commitOne(root: string): Promise<void> {
  const changes = planFor(root);
  changes.write("new.py", "n\n");
  await commit(root, changes.changes);
}

/** The number of a process that has ended. */
function deadPid(): string {
  return String(spawnSync(process.execPath, ["-e", ""]).pid);
}

test("the folder is there while the project is held, and gone afterwards", async () => {
  const root = tempDir();
  const lock = await acquire(disk, root);
  assert.deepEqual(readdirSync(path.join(root, HOME)), [path.basename(lock)]);
  release(disk, lock);
  assert.deepEqual(readdirSync(root), []);
});

test("the lock of a dead process is taken over", async () => {
  const root = await leaveLock(([lock, , start, where]) => [lock!, deadPid(), start!, where!]);
  await commitOne(root);
  assert.deepEqual(readdirSync(root), ["new.py"]);
});

test("the same where the system does not tell when a process started", async () => {
  const root = await leaveLock(([lock, , , where]) => [lock!, deadPid(), "0", where!]);
  await commitOne(root);
  assert.deepEqual(readdirSync(root), ["new.py"]);
});

test("a commit that takes over what a killed run left is not in its own way", async () => {
  const root = writeTree({
    "a.py": "a\n",
    [`${HOME}/journal.draft`]: "{",
    [`${HOME}/backup-0`]: "a\n",
    [`${HOME}/.gitignore`]: "*\n",
  });
  const changes = planFor(root);
  changes.edit("a.py", "b\n");
  await commit(root, changes.changes);
  assert.deepEqual(readdirSync(root), ["a.py"]);
});

test("a process number that is in use again is not the run that took the lock", async () => {
  if (!existsSync("/proc/1/stat")) return;
  const root = await leaveLock(([lock, , , where]) => [lock!, String(process.ppid), "1", where!]);
  await commitOne(root);
  assert.deepEqual(readdirSync(root), ["new.py"]);
});

test("the lock of a living process is respected", async () => {
  // "0" is what a system without start times leaves.
  const root = await leaveLock(([lock, , , where]) => [lock!, String(process.ppid), "0", where!]);
  await assert.rejects(
    commitOne(root),
    (error) =>
      error instanceof UserError && error.code === "run-in-progress" && error.message.includes(String(process.ppid)),
  );
  assert.equal(readdirSync(path.join(root, HOME)).length, 1);
  assert.ok(!existsSync(path.join(root, "new.py")));
});

test("a lock of another machine or container counts for an hour", async () => {
  const root = await leaveLock(([lock, pid, start]) => [lock!, pid!, start!, "00000000"]);
  await assert.rejects(commitOne(root), { code: "run-in-progress" });
  const [name] = readdirSync(path.join(root, HOME));
  const old = new Date(Date.now() - 3_700_000);
  utimesSync(path.join(root, HOME, name!), old, old);
  await commitOne(root);
  assert.deepEqual(readdirSync(root), ["new.py"]);
});

test("a journal that came with a repository can't reach outside, nor can a folder that is a symlink", async () => {
  const hash = "0".repeat(64);
  const original = { hash, backup: "backup-0", linked: false, mode: 0o644, uid: 0, gid: 0, atime: 0, mtime: 0 };
  const entry = { path: "a.py", temp: ".plop-flask-celery-00000000-0", after: hash, before: original };
  const evil: unknown[] = [
    "not json",
    null,
    {},
    { version: 2, folders: [], entries: [] },
    { version: 1, folders: ["../victim"], entries: [] },
    { version: 1, folders: ["/etc"], entries: [] },
    { version: 1, folders: [], entries: [{ ...entry, path: "../victim/file" }] },
    { version: 1, folders: [], entries: [{ ...entry, path: "/etc/passwd" }] },
    { version: 1, folders: [], entries: [{ ...entry, temp: "../victim/file" }] },
    { version: 1, folders: [], entries: [{ ...entry, before: { ...original, backup: "../../victim/file" } }] },
    { version: 1, folders: [], entries: [{ ...entry, before: { ...original, mode: "x" } }] },
  ];
  for (const journal of evil) {
    const top = writeTree({ "victim/file": "v\n", "root/a.py": "a\n" });
    const root = path.join(top, "root");
    writeTree({ [`${HOME}/journal.json`]: typeof journal === "string" ? journal : JSON.stringify(journal) }, root);
    const before = snapshotTree(top);
    await assert.rejects(recover(root), (error) => error instanceof UserError && error.code === "journal-unreadable");
    await assert.rejects(commitOne(root), { code: "journal-unreadable" });
    const after = [...snapshotTree(top).keys()].filter((name) => !name.endsWith(".gitignore"));
    assert.deepEqual(after, [...before.keys()], JSON.stringify(journal));
  }
  const top = writeTree({ "victim/file": "v\n" });
  mkdirSync(path.join(top, "root"));
  symlinkSync("../victim", path.join(top, "root", HOME));
  await assert.rejects(commitOne(path.join(top, "root")), { code: "journal-unreadable" });
  await assert.rejects(recover(path.join(top, "root")), { code: "journal-unreadable" });
  assert.deepEqual(readdirSync(path.join(top, "victim")), ["file"]);
});

test("a journal whose path leads out through a symlink removes nothing there", async () => {
  const top = writeTree({ "victim/.plop-flask-celery-00000000-0": "v\n", "victim/file": "v\n" });
  const root = path.join(top, "root");
  mkdirSync(root);
  symlinkSync("../victim", path.join(root, "link"));
  const entry = { path: "link/file", temp: ".plop-flask-celery-00000000-0", after: "0".repeat(64), before: null };
  writeTree({ [`${HOME}/journal.json`]: JSON.stringify({ version: 1, folders: [], entries: [entry] }) }, root);
  await assert.rejects(recover(root), { code: "restore-failed" });
  assert.equal(readdirSync(path.join(top, "victim")).length, 2);
});

test("a half written journal means that nothing was touched", async () => {
  const root = writeTree({
    "a.py": "a\n",
    [`${HOME}/journal.draft`]: '{"version":1,"ent',
    [`${HOME}/backup-0`]: "a\n",
  });
  assert.deepEqual(await recover(root), []);
  assert.deepEqual(readdirSync(root), ["a.py"]);
});

test("a file of somebody else in our folder survives, and stays hidden from git", async () => {
  const root = writeTree({ [`${HOME}/notes.txt`]: "mine\n" });
  await commitOne(root);
  assert.deepEqual(readdirSync(path.join(root, HOME)), [".gitignore", "notes.txt"]);
});

test.run();
