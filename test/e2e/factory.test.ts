/**
 * The main job: an application with a factory that needs an argument and returns inside a `with` block, two blueprint packages
 * and a config class gets Celery, and a real worker runs its task.
 */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { type Server, skip, startRabbitmq, startRedis } from "../support/servers.ts";
import { assertSameTree, snapshotTree } from "../support/temp.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, python, runIn, runPytest, sendExample, startWorker } from "./project.ts";

const redis = await startRedis();
const rabbitmq = redis && (await startRabbitmq());
if (redis) redisTests(redis);
else skip("worker on Redis", "redis-server is not installed");
if (redis && rabbitmq) rabbitmqTests(rabbitmq, redis);
else skip("worker on RabbitMQ", "rabbitmq-server is not installed");

function redisTests({ url }: Server): void {
  const env = { CELERY_BROKER_URL: url, CELERY_RESULT_BACKEND: url.replace(/0$/, "1") };

  test("Redis: a worker runs the example task for another process, and the app's own tests pass", async () => {
    const root = makeProject("shop");
    const own = await runPytest(root);
    const ran = await apply(root, "celery-factory");
    assert.match(ran.stdout, /celery -A make_celery worker/);
    assert.match(readFileSync(path.join(root, "make_celery.py"), "utf8"), /create_app\(.*"production"/);
    assert.ok((await runPytest(root)) > own, "the generated test file did not run");

    // Two processes, as by default on a small machine.
    const worker = await startWorker(root, env, "--concurrency", "2");
    try {
      assert.match(worker.output(), /\. shop\.tasks\.example_task/);
      assert.equal(await sendExample(root, "shop.tasks", "x", env), "x");
      const { stdout } = await runIn(root, ["celery", "-A", "make_celery", "inspect", "registered"], env);
      assert.match(stdout, /shop\.tasks\.example_task/);
    } finally {
      await worker.stop();
    }
    assert.match(worker.output(), /Task shop\.tasks\.example_task\[[^\]]+\] succeeded/);
    assert.ok(!worker.output().includes("Traceback"), worker.output());
  });

  test("Redis: a task that ends while the server is away keeps its result", async () => {
    const root = makeProject("shop");
    await apply(root, "celery-factory");
    const server = await startRedis();
    assert.ok(server);
    const own = { CELERY_BROKER_URL: url.replace(/0$/, "4"), CELERY_RESULT_BACKEND: server.url };
    const tasks = path.join(root, "shop/tasks.py");
    const slow =
      "@shared_task(ignore_result=False)\ndef slow() -> int:\n    import time\n\n    time.sleep(3)\n    return 7\n";
    appendFileSync(tasks, `\n\n${slow}`);
    const worker = await startWorker(root, own);
    try {
      const send = "import json, make_celery\nfrom shop.tasks import slow\nprint(json.dumps(slow.delay().id))";
      const id = await python<string>(root, send, own);
      await until(() => worker.output().includes("received"), 10, worker.output);
      await server.kill();
      await sleep(5000);
      await server.restart();
      const read = `import make_celery\nprint(make_celery.celery_app.AsyncResult("${id}").get(timeout=20))`;
      assert.equal(await python(root, read, own), 7, worker.output());
    } finally {
      await worker.stop();
      await server.stop();
    }
  });

  test("Redis: an idle worker stops at once, and gives back a task that waits for its time", async () => {
    const root = makeProject("shop");
    await apply(root, "celery-factory");
    const own = { ...env, CELERY_BROKER_URL: url.replace(/0$/, "3"), REMAP_SIGTERM: "SIGQUIT" };
    const ask = (code: string) => python<number>(root, `import make_celery\n${code}`, own);
    const waiting = "make_celery.celery_app.connection_for_read().default_channel.client.llen('celery')";
    const worker = await startWorker(root, own);
    await ask("from shop.tasks import example_task\nexample_task.apply_async(['x'], countdown=600)\nprint(0)");
    await until(() => worker.output().includes("received"), 10, worker.output);
    assert.equal(await ask(`print(${waiting})`), 0);
    const asked = Date.now();
    await worker.stop();
    assert.ok(Date.now() - asked < 10_000, `${Date.now() - asked} ms`);
    assert.match(worker.output(), /Restoring 1 unacknowledged/);
    assert.equal(await ask(`print(${waiting})`), 1);
  });
}

function rabbitmqTests(broker: Server, results: Server): void {
  test("RabbitMQ with results in Redis", async () => {
    const root = makeProject("shop");
    await apply(root, "celery-factory", "--broker", "rabbitmq", "--results", "redis");
    const env = { CELERY_BROKER_URL: broker.url, CELERY_RESULT_BACKEND: results.url.replace(/0$/, "2") };
    const worker = await startWorker(root, env);
    try {
      assert.equal(await sendExample(root, "shop.tasks", "x", env), "x");
    } finally {
      await worker.stop();
    }
    assert.ok(!worker.output().includes("Traceback"), worker.output());
  });
}

test("embedded: no server, no variable, the task still reaches the worker", async () => {
  const root = makeProject("shop");
  await apply(root, "celery-factory", "--broker", "embedded");
  assert.equal(await runPytest(root), 4);
  const worker = await startWorker(root);
  try {
    assert.equal(await sendExample(root, "shop.tasks", "x"), "x");
  } finally {
    await worker.stop();
  }
  assert.ok(!worker.output().includes("Traceback"), worker.output());
});

test("the same command again changes nothing", async () => {
  const root = makeProject("shop");
  await apply(root, "celery-factory");
  const first = snapshotTree(root);
  const again = await apply(root, "celery-factory");
  assertSameTree(first, snapshotTree(root));
  assert.match(again.stderr, /nothing to change|unchanged|no change/i);
});

test.after(async () => {
  await Promise.all([redis?.stop(), rabbitmq?.stop()]);
});
test.run();
