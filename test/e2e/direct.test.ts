/** A module-level application: imported by the worker, run as a script, and in both cases one Flask application only. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { freePort, type Server, skip, startRedis } from "../support/servers.ts";
import { tempDir, writeTree } from "../support/temp.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, plop, runPytest, sendExample, startIn, startWorker } from "./project.ts";

/** Python runs it at start: every Flask application that is made writes the id of its process. */
const counting = `
import os, flask

made = flask.Flask.__init__

def count(self, *args, **kwargs):
    with open(os.environ["FLASK_COUNT"], "a") as log:
        log.write(f"{os.getpid()}\\n")
    made(self, *args, **kwargs)

flask.Flask.__init__ = count
`;

const redis = await startRedis();
if (!redis) skip("celery-direct with a worker", "redis-server is not installed");
else for (const mode of ["direct", "hybrid"]) workerTest(mode, redis);

function workerTest(mode: string, { url }: Server): void {
  test(`${mode}: the worker has one Flask application, and runs the example task`, async () => {
    const root = makeProject("notes");
    const own = await runPytest(root);
    await apply(root, "celery-direct", "--mode", mode);
    assert.ok((await runPytest(root)) > own);
    const { env, instances } = countApps({
      CELERY_BROKER_URL: url,
      CELERY_RESULT_BACKEND: url.replace(/0$/, mode === "direct" ? "1" : "2"),
    });
    const worker = await startWorker(root, env, "--pool", "solo");
    try {
      assert.deepEqual([...instances().values()], [1], "one process, one application");
      assert.equal(await sendExample(root, "tasks", "x", env), "x");
    } finally {
      await worker.stop();
    }
    assert.deepEqual([...instances().values()], [1, 1]);
  });

  if (mode !== "hybrid") return;
  test("hybrid: run as a script, the module that siblings import is the same one; its routes are there", async () => {
    const root = makeProject("notes");
    const without = await serve(root);
    // The fixture has what hybrid is for: Python would make a second application for `from notes_app import app`.
    assert.deepEqual([...without.instances().values()], [2]);
    assert.equal((await fetch(without.url, { method: "DELETE" })).status, 405);
    await without.stop();

    await apply(root, "celery-direct", "--mode", "hybrid");
    const site = await serve(root);
    try {
      assert.deepEqual([...site.instances().values()], [1]);
      assert.equal((await fetch(site.url, { method: "DELETE" })).status, 200);
    } finally {
      await site.stop();
    }
  });
}

test("the generator for the other kind of application is named", async () => {
  const wrong = await plop(makeProject("notes"), ["celery-factory"]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /celery-direct/);
  const other = await plop(makeProject("shop"), ["celery-direct"]);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /celery-factory/);
});

test.after(async () => {
  await redis?.stop();
});
test.run();

function countApps(more: Record<string, string> = {}) {
  const log = path.join(tempDir(), "count");
  const env = { ...more, FLASK_COUNT: log, PYTHONPATH: writeTree({ "sitecustomize.py": counting }) };
  const instances = () => {
    const counts = new Map<string, number>();
    for (const pid of readFileSync(log, "utf8").trim().split("\n")) counts.set(pid, (counts.get(pid) ?? 0) + 1);
    return counts;
  };
  return { env, instances };
}

async function serve(root: string) {
  const port = await freePort();
  const { env, instances } = countApps({ PORT: String(port) });
  const server = await startIn(root, ["python", "notes_app.py"], /Running on/, env);
  const url = `http://127.0.0.1:${port}/`;
  await until(async () => (await fetch(url)).ok, 10, server.output);
  return { url, instances, stop: server.stop };
}
