/**
 * Periodic tasks with real beats on Redis: whoever sends is killed again and again, and no run comes twice or stays out.
 * PERIODIC_KILLS=50 makes it the long run.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { pythonEnv } from "../support/python-env.ts";
import { skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, plop, type Running, runIn, startIn, startWorker } from "./project.ts";

const KILLS = Number(process.env.PERIODIC_KILLS ?? 2);
/** In seconds; the generated 30 would make the test ten times as long. */
const LOCK = 2;
const TICK = 1;

test("a schedule in a file: a second beat ends at once, and one that is killed leaves no lock", async () => {
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", "embedded");
  await apply(root, "periodic-task", "--blueprint", "app", "--task", "tick", "--schedule", "1s");
  const command = ["celery", "-A", "make_celery", "beat", "--loglevel", "INFO"];
  const first = await startIn(root, command, /Sending due task/);
  const second = await runIn(root, command);
  assert.notEqual(second.code, 0);
  assert.match(second.stdout + second.stderr, /Another beat uses celerybeat-schedule/);
  process.kill(first.pid, "SIGKILL");
  const third = await startIn(root, command, /Sending due task/);
  await third.stop();
  await first.stop();
});

const redis = await startRedis();
if (!redis) skip("periodic tasks", "redis-server is not installed");
else {
  /** Databases of its own for each test. */
  let database = 0;
  const nextEnv = () => ({
    CELERY_BROKER_URL: redis.url.replace(/0$/, String(database++)),
    CELERY_RESULT_BACKEND: redis.url.replace(/0$/, String(database++)),
  });

  test(`the beat that sends is killed ${KILLS} times: no run twice, and no longer gap than its lock and a tick`, async () => {
    const env = nextEnv();
    const root = await project("count", "1s");
    const runs = path.join(root, "runs");
    replaceIn(path.join(root, "app/tasks.py"), 'current_app.logger.info("count runs")', writesTime(runs));
    const worker = await startWorker(root, env);
    let [leader, standby] = [await beat(root, env, /Acquired lock/i), await beat(root, env, /Starting/)];
    try {
      await until(() => existsSync(runs), 20, leader.output);
      for (let kills = 0; kills < KILLS; kills++) {
        await sleep(1500 + Math.random() * 1000);
        process.kill(leader.pid, "SIGKILL");
        const next = standby;
        await until(() => /Acquired lock/.test(next.output()), LOCK + 10, next.output);
        [leader, standby] = [standby, await beat(root, env, /Starting/)];
      }
      await sleep(2500);
    } finally {
      await Promise.all([leader.stop(), standby.stop()]);
      await worker.stop();
    }
    const times = readFileSync(runs, "utf8").trim().split("\n").map(Number);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    console.log(`${times.length} runs, gaps ${Math.min(...gaps).toFixed(2)} to ${Math.max(...gaps).toFixed(2)} s`);
    assert.ok(times.length >= KILLS * 2);
    assert.ok(Math.min(...gaps) > 0.5, `twice: ${gaps.map((gap) => gap.toFixed(2))}`);
    // Redis' clock, a beat's sleep and the start of a process come on top.
    assert.ok(Math.max(...gaps) < LOCK + TICK + 3, `a gap of ${Math.max(...gaps)} s`);
  });

  test("a run that begins while the last one goes on does nothing", async () => {
    const env = nextEnv();
    const root = await project("work", "1s");
    const runs = path.join(root, "runs");
    const body = `import time\n    ${writesTime(runs)}\n    time.sleep(2.5)\n    ${writesTime(runs, "-")}`;
    replaceIn(path.join(root, "app/tasks.py"), 'current_app.logger.info("work runs")', body);
    const worker = await startWorker(root, env, "--concurrency", "3");
    const one = await beat(root, env, /Acquired lock/);
    try {
      await until(() => existsSync(runs) && readFileSync(runs, "utf8").split("\n").length > 5, 30, worker.output);
    } finally {
      await one.stop();
      await worker.stop();
    }
    const marks = readFileSync(runs, "utf8")
      .trim()
      .split("\n")
      .map((line) => (line.startsWith("-") ? "ends" : "begins"));
    assert.ok(
      marks.every((mark, index) => mark === (index % 2 ? "ends" : "begins")),
      marks.join(" "),
    );
    assert.match(worker.output(), /app\.tasks\.work skipped: its last run goes on/);
  });

  test("a first start sends nothing before its time, and verify holds", async () => {
    const env = nextEnv();
    const root = await project("nightly", "0 3 * * *");
    const one = await beat(root, env, /Acquired lock/);
    await sleep(3000);
    await one.stop();
    assert.ok(!/Sending due task/.test(one.output()), one.output());
    const { python } = await pythonEnv();
    const verified = await plop(root, ["celery-verify"], { CELERY_VERIFY_PYTHON: python });
    assert.match(verified.stdout, /ok {3}Schedules and routes name real tasks +1 periodic/);
    assert.equal(verified.code, 0, verified.stdout);
  });

  async function project(task: string, schedule: string): Promise<string> {
    const root = makeProject();
    await apply(root, "celery-factory", "--broker", "redis");
    await apply(root, "periodic-task", "--blueprint", "app", "--task", task, "--schedule", schedule);
    const file = path.join(root, "app/celery_schedule.py");
    replaceIn(file, "redbeat_lock_timeout=30", `redbeat_lock_timeout=${LOCK}`);
    replaceIn(file, "beat_max_loop_interval=5", `beat_max_loop_interval=${TICK}`);
    return root;
  }

  function beat(root: string, env: Record<string, string>, ready: RegExp): Promise<Running> {
    return startIn(root, ["celery", "-A", "make_celery", "beat", "--loglevel", "INFO"], ready, env);
  }
}

function replaceIn(file: string, from: string, to: string): void {
  const before = readFileSync(file, "utf8");
  assert.ok(before.includes(from), `${file} does not hold ${from}`);
  writeFileSync(
    file,
    before.replace(from, () => to),
  );
}

/** Python that adds the time to a file. */
function writesTime(file: string, sign = ""): string {
  return `print(f"${sign}{__import__('time').time()}", file=open(${JSON.stringify(file)}, "a"), flush=True)`;
}

test.after(async () => {
  await redis?.stop();
});
test.run();
