/** A real disk that is really full: a small file system in memory, where this machine lets us mount one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import type { ChangeSet } from "../../lib/changes/change-set.ts";
import { commit } from "../../lib/changes/commit.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";
import { planFor } from "./support/plan.ts";

const mount = path.join(tempDir(), "disk");
mkdirSync(mount);
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", mount]).status === 0;

test("a full disk leaves everything as it was, whenever it fills up", async () => {
  if (!mounted) {
    // The same is tested with injected errors (faults.test.ts); only root may mount.
    console.log("disk-full: this machine does not let us mount a file system; injected ENOSPC stands for it");
    return;
  }
  let failed = 0;
  let done = 0;
  for (let kilobytes = 0; kilobytes <= 200; kilobytes += 8) {
    const root = writeTree({ "app.py": "a\n".repeat(2000), ".env": "S=1\n" }, path.join(mount, "project"));
    const filler = path.join(mount, "filler");
    if (kilobytes > 0) writeFileSync(filler, Buffer.alloc(kilobytes * 1024));
    const changes: ChangeSet = planFor(root);
    changes.edit("app.py", "b\n".repeat(20_000));
    changes.edit(".env", "S=2\n");
    changes.write("pkg/deep/one.py", "1\n".repeat(10_000));
    changes.write("pkg/two.py", "2\n".repeat(10_000));
    const before = snapshotTree(root);
    const error = await commit(root, changes.changes).then(
      () => null,
      (reason) => reason,
    );
    if (error) {
      failed++;
      assert.equal(error.code, "write-failed", String(error));
      assert.match(error.message, /disk is full/);
      assertSameTree(before, snapshotTree(root));
    } else {
      done++;
      assert.equal(planFor(root).current("pkg/two.py")?.length, 20_000);
    }
    assert.ok(!existsSync(path.join(root, ".plop-flask-celery")));
    rmSync(root, { recursive: true });
    rmSync(filler, { force: true });
  }
  assert.ok(failed >= 5 && done >= 2, `${failed} failed, ${done} done`);
  assert.equal(statfsSync(mount).bfree, statfsSync(mount).blocks);
  console.log(`disk-full: ${failed} times full and put back, ${done} times enough space`);
});

test.after(() => {
  if (mounted) spawnSync("umount", [mount]);
});

test.run();
