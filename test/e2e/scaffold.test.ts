/** An empty folder ends with an application that runs. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { assertSameTree, snapshotTree } from "../support/temp.ts";
import { apply, makeProject, runIn, runPytest, sendExample, startWorker } from "./project.ts";

const generators = { "celery-factory": "app.tasks", "celery-direct": "tasks" };

for (const [generator, tasks] of Object.entries(generators)) {
  test(`${generator}: an empty folder gets an application whose tests pass and whose worker works`, async () => {
    const root = makeProject();
    await apply(root, generator, "--broker", "embedded");
    const made = snapshotTree(root);
    await apply(root, generator, "--broker", "embedded");
    assertSameTree(made, snapshotTree(root), "the second run changed something");
    assert.ok((await runPytest(root)) >= 3);
    const checked = await runIn(root, ["ruff", "check", "."]);
    assert.equal(checked.code, 0, checked.stdout);
    const worker = await startWorker(root);
    try {
      assert.equal(await sendExample(root, tasks, "x"), "x");
    } finally {
      await worker.stop();
    }
  });
}

test.run();
