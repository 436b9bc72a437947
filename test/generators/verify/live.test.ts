import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";
import { suite } from "uvu";
import { pythonEnv } from "../../support/python-env.ts";
import { freePort, type Server, skip, startRabbitmq, startRedis, startSentinel } from "../../support/servers.ts";
import { generate, makeApp } from "./support/apps.ts";
import { makeTwin, redChecks, sound, verify } from "./support/twin.ts";

const test = suite("live");

// Other test files run at the same time: what this one starts inherits its mark.
const mark = `LIVE_TEST=${process.pid}`;
process.env.LIVE_TEST = String(process.pid);

/** Workers that were started by celery-verify in this file and are still there. */
function workersLeft(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
        return isOurs && /celery_verify.*live_(probes|beat)/.test(command) ? [`${pid}: ${command}`] : [];
      } catch {
        return [];
      }
    });
}

function useServer(broker: string, results: string): void {
  process.env.CELERY_BROKER_URL = broker;
  process.env.CELERY_RESULT_BACKEND = results;
}

async function keysLeft({ port }: Server): Promise<string> {
  const { python } = await pythonEnv();
  const script = "import redis,sys; print([k for k in redis.Redis(port=int(sys.argv[1])).keys() if b'verify' in k])";
  return (await execa(python, ["-c", script, String(port)])).stdout;
}

test.after.each(() => {
  delete process.env.CELERY_BROKER_URL;
  delete process.env.CELERY_RESULT_BACKEND;
});

test("a real worker on Redis, and nothing is left of it", async () => {
  const redis = await startRedis();
  if (!redis) return skip("live verification on Redis", "redis-server is not installed");
  useServer(redis.url, redis.url.replace(/0$/, "1"));
  const report = await verify(sound, { live: true });
  assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
  assert.equal(report.ok, true);
  assert.match(report.checks.find(({ id }) => id === "worker-starts")!.detail, /real worker/);
  assert.equal(await keysLeft(redis), "[]");
  assert.deepEqual(workersLeft(), []);
  await redis.stop();
});

test("servers that only Flask's configuration names, on ports of their own", async () => {
  const redis = await startRedis();
  if (!redis) return skip("live verification on a configured Redis", "redis-server is not installed");
  const port = String(redis.port);
  const root = makeTwin({
    patch: [
      ["shop/config.py", "localhost:6379/0", `localhost:${port}/0`],
      ["shop/config.py", "localhost:6379/1", `localhost:${port}/1`],
    ],
  });
  assert.deepEqual(redChecks(await verify(root, { live: true })), []);
  await redis.stop();
});

test("Sentinel tells where the master is, and the application alone does not get there", async () => {
  const redis = await startRedis();
  const sentinel = redis && (await startSentinel(redis));
  if (!redis || !sentinel) return skip("live verification on Redis Sentinel", "redis-server is not installed");
  const options = '{"master_name": "mymaster"}';
  const patch = [
    [
      "shop/config.py",
      '"accept_content"',
      `"broker_transport_options": ${options},\n        "result_backend_transport_options": ${options},\n        "accept_content"`,
    ],
    [
      "shop/__init__.py",
      "    celery_init_app(app)\n\n",
      `    celery_init_app(app)\n    import socket\n\n    try:\n        socket.create_connection(("127.0.0.1", ${redis.port}))\n    except ConnectionRefusedError:\n        app.config["REFUSED"] = True\n    assert "celery" in __import__("sys").argv[0] and app.config.get("REFUSED") or "CELERY_VERIFY_READY" in __import__("os").environ\n\n`,
    ],
  ] as const;
  useServer(sentinel.url, sentinel.url);
  const report = await verify(makeTwin({ patch, files: {} }), { live: true });
  assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
  assert.equal(report.ok, true);
  assert.deepEqual(workersLeft(), []);
  await sentinel.stop();
  await redis.stop();
});

for (const scheduler of ["redbeat", "file"]) {
  test(`beat ticks with the scheduler that is configured, ${scheduler}, and nothing is left of it`, async () => {
    const redis = await startRedis();
    if (!redis) return skip("a beat on Redis", "redis-server is not installed");
    useServer(redis.url, redis.url.replace(/0$/, "1"));
    const root = await makeApp("package", "none");
    await generate(root, "celery-factory", { broker: "redis" });
    await generate(root, "periodic-task", {
      blueprint: "users",
      task: "tidy",
      schedule: "1h",
      scheduler,
      overlap: "allow",
    });
    const report = await verify(root, { live: true });
    assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
    const ticked = report.checks.find(({ id }) => id === "beat-ticks")!;
    assert.match(ticked.detail, /Scheduler has sent a task, and the worker ran it/);
    assert.equal(await keysLeft(redis), "[]");
    assert.deepEqual(workersLeft(), []);
    // One that can't start is no beat.
    const patch = [["shop/celery_schedule.py", '{__name__}:Scheduler"', '{__name__}:Gone"']] as const;
    const broken = await verify(makeTwin({ patch }, root), { live: true });
    assert.deepEqual(redChecks(broken), ["beat-ticks"]);
    assert.match(broken.checks.find(({ id }) => id === "beat-ticks")!.detail, /beat ended with exit code 1: .*Gone/);
    // Nor is one started whose schedule would be everybody's.
    const foreign = [["shop/celery_schedule.py", '{__name__}:Scheduler"', 'celery.beat:Scheduler"']] as const;
    const left = await verify(makeTwin({ patch: foreign }, root), { live: true });
    assert.match(
      left.checks.find(({ id }) => id === "beat-ticks")!.detail,
      /no beat was started: celery\.beat:Scheduler/,
    );
    await redis.stop();
  });
}

test("a broker that is down is told in one line", async () => {
  const port = await freePort();
  useServer(`redis://127.0.0.1:${port}/0`, `redis://127.0.0.1:${port}/1`);
  const report = await verify(sound, { live: true });
  assert.deepEqual(redChecks(report), ["worker-starts"]);
  assert.match(report.checks.find(({ id }) => id === "worker-starts")!.detail, /broker can't be reached/);
  assert.deepEqual(workersLeft(), []);
});

test("a real worker on RabbitMQ", async () => {
  const [rabbit, redis] = [await startRabbitmq(), await startRedis()];
  if (!rabbit || !redis) return skip("live verification on RabbitMQ", "rabbitmq-server is not installed");
  useServer(rabbit.url, redis.url);
  const report = await verify(sound, { live: true });
  assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
  assert.equal(report.ok, true);
  assert.deepEqual(workersLeft(), []);
  await rabbit.stop();
  await redis.stop();
});

test.run();
