/** Workers as an operator meets them: without addresses, twice with one name, frozen, and killed by their own task. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { skip, startRabbitmq, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, python, runIn, sendExample, startWorker } from "./project.ts";

const redis = await startRedis();
const rabbitmq = await startRabbitmq();

/** Each kills its worker; the file counts the runs. */
const KILLERS = `

@shared_task(acks_late=True, reject_on_worker_lost=True, retry_on_worker_lost=True, max_retries=2, default_retry_delay=0)
def kill(path: str) -> None:
    import os

    with open(path, "a") as stream:
        stream.write("x")
    os._exit(1)
`;

const SLEEPERS = `

@shared_task(ignore_result=False)
def lose() -> None:
    import time

    time.sleep(20)


@shared_task(ignore_result=False, acks_late=True)
def late() -> None:
    import time

    time.sleep(20)
`;

test("a worker does not start on servers that nobody has named, and the web says so", async () => {
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", "redis");
  const refused = await runIn(root, ["celery", "-A", "make_celery", "worker"]);
  assert.notEqual(refused.code, 0);
  const why = "CELERY_BROKER_URL and CELERY_RESULT_BACKEND not set";
  assert.ok(refused.stderr.includes(`${why}; FLASK_DEBUG=1 takes local servers.`), refused.stderr);
  const web = await runIn(root, ["flask", "--app", "wsgi", "routes"]);
  assert.equal(web.code, 0, web.stderr);
  assert.ok(web.stderr.includes(`${why}: Celery takes this machine's servers, or none`), web.stderr);
  const debug = await runIn(root, ["flask", "--app", "wsgi", "routes"], { FLASK_DEBUG: "1" });
  assert.ok(!debug.stderr.includes("not set"), debug.stderr);
});

if (!redis || !rabbitmq) skip("workers on RabbitMQ", "redis-server or rabbitmq-server is not installed");
else {
  const results = { CELERY_RESULT_BACKEND: redis.url };

  test("RabbitMQ: a second worker of one name starts, and so does the successor of a frozen one", async () => {
    const root = makeProject();
    await apply(root, "celery-factory", "--broker", "rabbitmq", "--results", "redis");
    const env = { CELERY_BROKER_URL: rabbitmq.url, ...results };
    const frozen = await startWorker(root, env);
    const second = await startWorker(root, env);
    await second.stop();
    process.kill(frozen.pid, "SIGSTOP");
    const successor = await startWorker(root, env);
    try {
      // What the frozen one has taken by then waits for the end of its connection.
      const code = `import json, make_celery\nfrom app.tasks import example_task\nsent = [example_task.delay(n) for n in range(4)]\nprint(json.dumps(sent[-1].get(timeout=20)))`;
      assert.equal(await python(root, code, env), 3);
      assert.ok(!successor.output().includes("RESOURCE_LOCKED"), successor.output());
    } finally {
      process.kill(frozen.pid, "SIGCONT");
      await Promise.all([frozen.stop(), successor.stop()]);
    }
  });

  test("a task that a stopped worker cuts off has failed, and is named; one that is acks_late runs again", async () => {
    const root = makeProject();
    await apply(root, "celery-factory", "--broker", "redis");
    const config = path.join(root, "app/config.py");
    const settings = readFileSync(config, "utf8");
    writeFileSync(
      config,
      settings.replace('"broker_url"', '"worker_soft_shutdown_timeout": 1.0,\n        "broker_url"'),
    );
    appendFileSync(path.join(root, "app/tasks.py"), SLEEPERS);
    const env = { CELERY_BROKER_URL: redis.url.replace(/0$/, "5"), ...results };
    const worker = await startWorker(root, { ...env, REMAP_SIGTERM: "SIGQUIT" }, "--concurrency", "2");
    const send =
      "import json, make_celery\nfrom app.tasks import late, lose\nprint(json.dumps([lose.delay().id, late.delay().id]))";
    const [lost, again] = await python<string[]>(root, send, env);
    await until(() => worker.output().split("received").length > 2, 20, worker.output);
    await worker.stop();
    assert.ok(worker.output().includes(`app.tasks.lose[${lost}] lost: the worker was stopped`), worker.output());
    assert.ok(!worker.output().includes(`[${again}] lost`), worker.output());
    const read = `import json, make_celery\nfrom app.tasks import lose\nprint(json.dumps(lose.AsyncResult("${lost}").state))`;
    assert.equal(await python(root, read, env), "FAILURE");
    assert.equal(await python(root, read.replace(lost!, again!), env), "PENDING");
    const next = await startWorker(root, env);
    await until(() => next.output().includes(`app.tasks.late[${again}] received`), 20, next.output);
    await next.stop();
  });

  for (const [broker, url] of [
    ["redis", redis.url],
    ["rabbitmq", rabbitmq.url],
  ] as const) {
    test(`${broker}: a task that kills its worker ends after its retries`, async () => {
      const root = makeProject();
      await apply(root, "celery-factory", "--broker", broker, "--results", "redis");
      appendFileSync(path.join(root, "app/tasks.py"), KILLERS);
      const env = { CELERY_BROKER_URL: url, ...results };
      const worker = await startWorker(root, env);
      try {
        const runs = path.join(root, "runs");
        const code = `import json, make_celery\nfrom app.tasks import kill\nprint(json.dumps(kill.delay(${JSON.stringify(runs)}).id))`;
        const id = await python<string>(root, code, env);
        await until(() => worker.output().split(`[${id}] lost:`).length > 1, 60, worker.output);
        assert.equal(await sendExample(root, "app.tasks", "still there", env), "still there");
        const stdout = readFileSync(runs, "utf8");
        assert.equal(stdout, "xxx", worker.output());
      } finally {
        await worker.stop();
      }
    });
  }
}

test.after(async () => {
  await Promise.all([redis?.stop(), rabbitmq?.stop()]);
});
test.run();
