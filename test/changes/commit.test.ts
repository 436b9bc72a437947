import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { ChangeSet } from "../../lib/changes/change-set.ts";
import { commit, recover } from "../../lib/changes/commit.ts";
import { disk } from "../../lib/changes/fs.ts";
import { UserError } from "../../lib/errors/index.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";
import { planFor } from "./support/plan.ts";

async function refused(root: string, changes: ChangeSet, code: string, fs = disk): Promise<UserError> {
  const before = snapshotTree(root);
  let caught: unknown;
  await commit(root, changes.changes, fs).catch((error) => {
    caught = error;
  });
  assert.ok(caught instanceof UserError, `expected ${code}, got ${caught}`);
  assert.equal(caught.code, code, caught.message);
  assertSameTree(before, snapshotTree(root));
  return caught;
}

test("creates, edits and keeps modes and owners", async () => {
  const root = writeTree({ "app.py": "a\n", "run.sh": "#!\n", ".env": "S=1\n" });
  chmodSync(path.join(root, "run.sh"), 0o755);
  chmodSync(path.join(root, ".env"), 0o600);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(path.join(root, "app.py"), 1234, 4321);
  const changes = planFor(root);
  changes.edit("app.py", "a\nb\n");
  changes.edit("run.sh", "#!/bin/sh\n");
  changes.edit(".env", "S=2\n");
  changes.write("pkg/deep/new.py", "new\n");
  changes.write("secret", "x\n", { mode: 0o640 });
  await commit(root, changes.changes);
  assert.equal(readFileSync(path.join(root, "pkg/deep/new.py"), "utf8"), "new\n");
  assert.equal(readFileSync(path.join(root, "app.py"), "utf8"), "a\nb\n");
  const mode = (name: string) => (statSync(path.join(root, name)).mode & 0o7777).toString(8);
  assert.deepEqual(["run.sh", ".env", "secret"].map(mode), ["755", "600", "640"]);
  assert.equal(mode("pkg/deep/new.py"), (0o666 & ~process.umask()).toString(8));
  if (asRoot)
    assert.deepEqual([statSync(path.join(root, "app.py")).uid, statSync(path.join(root, "app.py")).gid], [1234, 4321]);
  assert.deepEqual(
    [...snapshotTree(root).keys()],
    [".env", "app.py", "pkg", "pkg/deep", "pkg/deep/new.py", "run.sh", "secret"],
  );
});

test("a plan that changes nothing does not touch the disk", async () => {
  const root = writeTree({ "a.py": "a\n" });
  const changes = planFor(root);
  changes.write("a.py", "a\n");
  const calls: string[] = [];
  const spy = new Proxy(disk, {
    get(target, name) {
      calls.push(String(name));
      return Reflect.get(target, name);
    },
  });
  await commit(root, changes.changes, spy);
  assert.deepEqual(calls, []);
});

test("a conflict in the plan is refused", async () => {
  const root = writeTree({ "a.py": "theirs\n" });
  const changes = planFor(root);
  changes.write("a.py", "ours\n");
  changes.write("b.py", "ours\n");
  await refused(root, changes, "conflict");
});

test("files that changed, came or went since the plan, also those that stay as they are", async () => {
  const meddling: Record<string, (root: string) => void> = {
    changed: (root) => writeFileSync(path.join(root, "app.py"), "other\n"),
    removed: (root) => rmSync(path.join(root, "app.py")),
    created: (root) => writeFileSync(path.join(root, "new.py"), "somebody\n"),
    unchanged: (root) => writeFileSync(path.join(root, "same.py"), "different\n"),
  };
  for (const [name, meddle] of Object.entries(meddling)) {
    const root = writeTree({ "app.py": "a\n", "same.py": "s\n" });
    const changes = planFor(root);
    changes.edit("app.py", "b\n");
    changes.write("new.py", "n\n");
    changes.write("same.py", "s\n");
    meddle(root);
    const error = await refused(root, changes, "changed-since-plan");
    assert.match(error.what, name === "created" ? /new\.py was created/ : /(app|same)\.py was (changed|removed)/);
  }
});

test("a file that changes after the comparison, in the last moment before its rename, is left to its writer", async () => {
  const root = writeTree({ "a.py": "a\n", "b.py": "b\n" });
  const changes = planFor(root);
  changes.edit("a.py", "A\n");
  changes.edit("b.py", "B\n");
  let renames = 0;
  const fs = {
    ...disk,
    rename(from: string, to: string) {
      disk.rename(from, to);
      if (to.endsWith("a.py") && ++renames === 1) writeFileSync(path.join(root, "b.py"), "written meanwhile\n");
    },
  };
  await assert.rejects(commit(root, changes.changes, fs), { code: "changed-since-plan" });
  assert.equal(readFileSync(path.join(root, "a.py"), "utf8"), "a\n");
  assert.equal(readFileSync(path.join(root, "b.py"), "utf8"), "written meanwhile\n");
});

test("a file became a folder, a folder became a file", async () => {
  const root = writeTree({ "app.py": "a\n", "pkg/x.py": "x\n" });
  const changes = planFor(root);
  changes.edit("app.py", "b\n");
  rmSync(path.join(root, "app.py"));
  mkdirSync(path.join(root, "app.py"));
  await refused(root, changes, "not-a-file");

  const other = planFor(root);
  other.write("pkg/new.py", "n\n");
  rmSync(path.join(root, "pkg"), { recursive: true });
  writeFileSync(path.join(root, "pkg"), "");
  await refused(root, other, "parent-not-a-folder");
});

test("a plan whose file is another's folder", async () => {
  const root = tempDir();
  const changes = planFor(root);
  changes.write("a", "file\n");
  changes.write("a/b.py", "b\n");
  await refused(root, changes, "parent-not-a-folder");
});

test("names that differ by case only, on disk and within the plan", async () => {
  const root = writeTree({ "Tasks.py": "t\n", "App/x.py": "x\n", "caf\u00e9.py": "" });
  for (const name of ["tasks.py", "app/new.py", "cafe\u0301.py"]) {
    const changes = new ChangeSet({ read: () => null });
    changes.write(name, "n\n");
    await refused(root, changes, "case-clash");
  }
  const changes = planFor(root);
  changes.write("pkg/one.py", "1\n");
  changes.write("Pkg/two.py", "2\n");
  await refused(root, changes, "case-clash");
});

test("symlinks that lead out of the root or nowhere", async () => {
  const outside = writeTree({ "target.py": "outside\n", "folder/x.py": "x\n" });
  const root = writeTree({ "in.py": "in\n" });
  symlinkSync(outside, path.join(root, "folder"));
  symlinkSync(path.join(outside, "target.py"), path.join(root, "file.py"));
  symlinkSync(path.join(outside, "absent.py"), path.join(root, "dangling.py"));
  symlinkSync("loop.py", path.join(root, "loop.py"));
  symlinkSync(`../${path.basename(root)}-sibling`, path.join(root, "sibling"));
  mkdirSync(`${root}-sibling`);
  const untouched = snapshotTree(outside);
  for (const name of ["folder/new.py", "file.py", "dangling.py", "loop.py", "sibling/x.py"]) {
    const changes = new ChangeSet({ read: () => null });
    changes.write(name, "n\n");
    await refused(root, changes, "path-outside");
  }
  rmSync(`${root}-sibling`, { recursive: true });
  assertSameTree(untouched, snapshotTree(outside));
});

test("symlinks within the root are written through, not replaced", async () => {
  const root = writeTree({ "real/settings.py": "a\n" });
  symlinkSync("real/settings.py", path.join(root, "settings.py"));
  symlinkSync("real", path.join(root, "alias"));
  const changes = planFor(root);
  changes.edit("settings.py", "b\n");
  changes.write("alias/new.py", "n\n");
  await commit(root, changes.changes);
  assert.ok(lstatSync(path.join(root, "settings.py")).isSymbolicLink());
  assert.equal(readFileSync(path.join(root, "real/settings.py"), "utf8"), "b\n");
  assert.equal(readFileSync(path.join(root, "real/new.py"), "utf8"), "n\n");

  const twice = planFor(root);
  twice.edit("settings.py", "c\n");
  twice.edit("real/settings.py", "d\n");
  await refused(root, twice, "same-file-twice");
});

test("a symlink to what no plan may touch", async () => {
  const root = writeTree({ ".git/hooks/pre-commit": "#!/bin/sh\n" });
  symlinkSync(".git/hooks", path.join(root, "hooks"));
  const changes = new ChangeSet({ read: () => null });
  changes.write("hooks/post-commit", "#!/bin/sh\n");
  await refused(root, changes, "path-outside");
});

test("a symlink to the root itself is inside, one to its parent is not", async () => {
  const root = path.join(tempDir(), "root");
  mkdirSync(root);
  symlinkSync(".", path.join(root, "self"));
  symlinkSync("..", path.join(root, "up"));
  const inside = new ChangeSet({ read: () => null });
  inside.write("self/top.py", "t\n");
  await commit(root, inside.changes);
  assert.equal(readFileSync(path.join(root, "top.py"), "utf8"), "t\n");
  for (const name of ["up/x.py", "up/root/x.py", "self/up/x.py"]) {
    const outside = new ChangeSet({ read: () => null });
    outside.write(name, "x\n");
    await assert.rejects(commit(root, outside.changes), { code: "path-outside" });
  }
  assert.deepEqual(readdirSync(path.dirname(root)), ["root"]);
  assert.deepEqual(readdirSync(root).sort(), ["self", "top.py", "up"]);
});

test("the root itself may be a symlink", async () => {
  const real = writeTree({ "a.py": "a\n" });
  const link = path.join(tempDir(), "link");
  symlinkSync(real, link);
  const changes = planFor(link);
  changes.edit("a.py", "b\n");
  await commit(link, changes.changes);
  assert.equal(readFileSync(path.join(real, "a.py"), "utf8"), "b\n");
});

test("folders and files that may not be written", async () => {
  for (const denied of ["", "pkg", "app.py"]) {
    for (const code of ["EACCES", "EROFS"]) {
      const root = writeTree({ "app.py": "a\n", "pkg/x.py": "x\n" });
      const fs = {
        ...disk,
        checkWritable(target: string) {
          if (target === path.join(root, denied)) throw Object.assign(new Error(code), { code, path: target });
        },
      };
      const changes = planFor(root);
      changes.edit("app.py", "b\n");
      changes.write("pkg/y.py", "y\n");
      const error = await refused(root, changes, "write-failed", fs);
      assert.match(error.message, /Nothing was changed/);
    }
  }
});

test("a name that is too long for the disk", async () => {
  const root = tempDir();
  const changes = new ChangeSet({ read: () => null });
  changes.write(`${"x".repeat(300)}.py`, "n\n");
  const error = await refused(root, changes, "write-failed");
  assert.match(error.message, /too long/);
});

test("where hard links don't work the originals are copied, readable by their owner only", async () => {
  const root = writeTree({ ".env": "SECRET=1\n", "app.py": "a\n" });
  const past = new Date("2020-02-02T02:02:02Z");
  chmodSync(path.join(root, "app.py"), 0o664);
  utimesSync(path.join(root, "app.py"), past, past);
  const before = snapshotTree(root);
  const changes = planFor(root);
  changes.edit(".env", "SECRET=2\n");
  changes.edit("app.py", "b\n");
  const modes: number[] = [];
  const fs = {
    ...disk,
    link: () => {
      throw Object.assign(new Error("EXDEV"), { code: "EXDEV" });
    },
    rename(from: string, to: string) {
      const home = path.join(root, ".plop-flask-celery");
      if (to === path.join(root, "app.py") && modes.length === 0) {
        assert.equal(statSync(home).mode & 0o777, 0o700);
        for (const name of ["backup-0", "backup-1", "journal.json"])
          modes.push(statSync(path.join(home, name)).mode & 0o777);
        disk.rename(from, to);
        throw Object.assign(new Error("EIO"), { code: "EIO" });
      }
      disk.rename(from, to);
    },
  };
  await assert.rejects(commit(root, changes.changes, fs), { code: "write-failed" });
  assert.deepEqual(modes, [0o600, 0o600, 0o600]);
  assertSameTree(before, snapshotTree(root));
  assert.equal(statSync(path.join(root, "app.py")).mtimeMs, past.getTime());
});

test("recover does nothing where nothing is left", async () => {
  const root = writeTree({ "a.py": "a\n" });
  assert.deepEqual(await recover(root), []);
  assert.deepEqual(await recover(path.join(root, "absent")), []);
});

test.run();
