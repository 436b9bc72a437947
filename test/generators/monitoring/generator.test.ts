/** What celery-monitoring finds there already: its own files are kept up, a project's are left alone. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { refusal, run } from "../../support/generators.ts";
import { tempDir, writeTree } from "../../support/temp.ts";

test("a Flower that the project configures itself is not ours", async () => {
  const root = tempDir();
  await run("celery-factory", { root, given: { broker: "redis" } });
  writeTree({ "flowerconfig.py": "port = 8888\n" }, root);
  await run("celery-monitoring", { root });
  assert.equal(readFileSync(path.join(root, "flowerconfig.py"), "utf8"), "port = 8888\n");
  await refusal("celery-monitoring", { root, given: { flower: "yes" } });
});

test("what an earlier run was told stays", async () => {
  const root = tempDir();
  await run("celery-factory", { root, given: { broker: "redis" } });
  await run("celery-monitoring", { root, given: { flower: "yes", metrics: "exporter", logs: "json" } });
  const { written } = await run("celery-monitoring", { root });
  assert.deepEqual(written, []);
});

test.run();
