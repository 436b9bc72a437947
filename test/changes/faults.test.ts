/** Every single call to the disk fails in turn: the project is exactly as before, or exactly as planned. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { commit, recover } from "../../lib/changes/commit.ts";
import { disk, type FileSystem } from "../../lib/changes/fs.ts";
import { UserError } from "../../lib/errors/index.ts";
import { errno, faultyDisk, type Hook, withoutLinks } from "./support/faulty.ts";
import { discard, makeChanges, makeProject, treeOf, whichTree } from "./support/tree.ts";

type Outcome = "before" | "after";
const kinds = { "hard links": (fs: FileSystem) => fs, copies: withoutLinks };
const known = await knownTrees();

async function knownTrees() {
  const root = makeProject();
  const before = treeOf(root);
  await commit(root, makeChanges(root));
  const trees = new Map<Outcome, ReturnType<typeof treeOf>>([
    ["before", before],
    ["after", treeOf(root)],
  ]);
  discard(root);
  return trees;
}

/** Commits over a faulty disk; tells what stands there then, and the error. */
async function run(hook: Hook, kind: (fs: FileSystem) => FileSystem) {
  const root = makeProject();
  const changes = makeChanges(root);
  const { fs, calls } = faultyDisk(hook);
  const error = await commit(root, changes, kind(fs)).then(
    () => null,
    (reason: unknown) => reason,
  );
  return { root, calls, error, left: existsSync(path.join(root, ".plop-flask-celery")) };
}

/** How many calls a commit makes that meets no fault. */
async function countCalls(kind: (fs: FileSystem) => FileSystem): Promise<number> {
  const { root, calls, error } = await run(() => {}, kind);
  assert.equal(error, null);
  assert.equal(whichTree(root, known), "after");
  discard(root);
  return calls.length;
}

for (const [name, kind] of Object.entries(kinds)) {
  test(`one call fails (${name})`, async () => {
    const total = await countCalls(kind);
    const counts = { before: 0, after: 0 };
    for (const code of ["ENOSPC", "EACCES", "EIO", "EXDEV"]) {
      for (let number = 1; number <= total; number++) {
        let at = "";
        const { root, error, left } = await run((now, call) => {
          if (now !== number) return;
          at = `${code} at call ${number} (${call})`;
          throw errno(code, call);
        }, kind);
        const outcome = whichTree(root, known);
        assert.ok(outcome, `${at}: neither before nor after`);
        // An error means that nothing was done, success that everything was.
        assert.equal(outcome, error === null ? "after" : "before", `${at}: ${error}`);
        if (error !== null) assert.ok(error instanceof UserError && error.code === "write-failed", `${at}: ${error}`);
        assert.ok(!left, `${at}: our folder was left`);
        assert.deepEqual(await recover(root), [], at);
        counts[outcome]++;
        discard(root);
      }
    }
    const injected = counts.before + counts.after;
    assert.equal(injected, total * 4);
    assert.ok(counts.before > counts.after, "most faults must be fatal, else the test tests nothing");
    console.log(
      `${name}: ${injected} faults (${total} calls × 4 errors): ${counts.before} before, ${counts.after} after`,
    );
  });

  test(`the disk fails from one call on, and works again for the next run (${name})`, async () => {
    const total = await countCalls(kind);
    const counts = { before: 0, after: 0, restored: 0 };
    for (let number = 1; number <= total; number++) {
      const { root, error } = await run((now, call) => {
        if (now >= number) throw errno("EIO", call);
      }, kind);
      const at = `EIO from call ${number} on`;
      assert.ok(error instanceof UserError, `${at}: ${error}`);
      const stood = whichTree(root, known);
      // Only an error that says so may leave the project neither as before nor as planned.
      const owned = error.code === "restore-failed" || error.code === "leftover";
      assert.ok(owned || stood === "before", `${at}: ${error.message}`);
      if (error.code === "leftover") assert.equal(stood, "after", at);
      if (error.code === "restore-failed") assert.match(error.message, /\.plop-flask-celery/);
      counts.restored += (await recover(root)).length > 0 ? 1 : 0;
      const outcome = whichTree(root, known);
      assert.equal(outcome, error.code === "leftover" ? "after" : "before", `${at}, recovered: ${error.message}`);
      assert.ok(!existsSync(path.join(root, ".plop-flask-celery")), `${at}: our folder was left`);
      counts[outcome]++;
      discard(root);
    }
    assert.ok(counts.restored > 0);
    console.log(
      `${name}: dead disk ${total} times: ${counts.before} before, ${counts.after} after, ${counts.restored} put back by the next run`,
    );
  });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} at every call`, async () => {
    // The process lives on after the signal takes its usual effect at the end.
    let arrived = 0;
    const survive = () => {
      arrived++;
    };
    process.on(signal, survive);
    const total = await countCalls((fs) => fs);
    const counts = { before: 0, after: 0 };
    for (let number = 1; number <= total; number++) {
      const { root, error, left } = await run(
        (now) => {
          if (now === number) process.kill(process.pid, signal);
        },
        (fs) => fs,
      );
      const outcome = whichTree(root, known);
      const at = `${signal} at call ${number}: ${error}`;
      assert.equal(outcome, error === null ? "after" : "before", at);
      if (error !== null) assert.ok(error instanceof UserError && error.code === "interrupted", at);
      assert.ok(!left, at);
      counts[outcome]++;
      discard(root);
    }
    process.off(signal, survive);
    assert.ok(counts.before > counts.after);
    assert.ok(arrived >= total);
    assert.equal(process.listenerCount(signal), 0, "no handler of ours stays");
    console.log(`${signal}: ${total} times: ${counts.before} before, ${counts.after} after`);
  });
}

test("a recovery that fails at any call leaves enough for the next one", async () => {
  let injected = 0;
  for (const [name, kind] of Object.entries(kinds)) {
    for (let number = 1; ; number++) {
      // Half of the renames are done when the disk dies.
      let renames = 0;
      let dead = false;
      const { root } = await run((_, call) => {
        if (call === "rename" && ++renames === 5) dead = true;
        if (dead) throw errno("EIO", call);
      }, kind);
      assert.equal(whichTree(root, known), null, "the project is half changed");
      let failed = false;
      const { fs } = faultyDisk((now, call) => {
        if (now !== number) return;
        failed = true;
        throw errno("EIO", call);
      });
      await recover(root, kind(fs)).catch((error) =>
        assert.ok(error instanceof UserError, `${name} ${number}: ${error}`),
      );
      await recover(root, disk);
      assert.equal(whichTree(root, known), "before", `${name}: EIO at call ${number} of recover()`);
      assert.ok(!existsSync(path.join(root, ".plop-flask-celery")));
      discard(root);
      if (!failed) break;
      injected++;
    }
  }
  assert.ok(injected > 50, String(injected));
  console.log(`recover(): ${injected} faults`);
});

test.run();
