/** The probe of celery-monitoring on real workers and beats: the right verdict within two intervals, and no healthy one is called dead. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { runCommand } from "../support/command.ts";
import { pythonEnv } from "../support/python-env.ts";
import { freePort, guard, type Server, skip, startRabbitmq, startRedis } from "../support/servers.ts";
import { tempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, python, type Running, runIn, startIn } from "./project.ts";

/** In place of five seconds, for the tests. */
const INTERVAL = 1;
const WORKER = ["celery", "-A", "make_celery", "worker", "--loglevel", "INFO", "--concurrency", "1"];
const BEAT = ["celery", "-A", "make_celery", "beat", "--loglevel", "INFO"];

const TASKS = `

@shared_task
def slow(seconds: float) -> None:
    time.sleep(seconds)


@worker_ready.connect
def deafen(sender: Any, **_: Any) -> None:
    """Still has its queues, and does not get their messages any more."""
    if os.environ.get("DEAF"):
        sender.task_consumer.cancel()
`;

/** An application with the probe, and folders of their own for its processes. */
async function project(broker: string, ...periodic: string[]): Promise<string> {
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", broker, "--results", "none");
  if (periodic.length > 0) await apply(root, "periodic-task", ...periodic);
  await apply(root, "celery-monitoring");
  replace(root, "app/celery_health.py", "INTERVAL = 5.0", `INTERVAL = ${INTERVAL}.0`);
  const imports = "import os\nimport time\nfrom typing import Any\n\nfrom celery.signals import worker_ready\n";
  const tasks = readFileSync(path.join(root, "app/tasks.py"), "utf8");
  writeFileSync(path.join(root, "app/tasks.py"), tasks.replace(/^from celery import/m, `${imports}$&`) + TASKS);
  return root;
}

function replace(root: string, name: string, from: string, to: string): void {
  const text = readFileSync(path.join(root, name), "utf8");
  assert.ok(text.includes(from), `${name} has no ${from}`);
  writeFileSync(path.join(root, name), text.replace(from, to));
}

interface Verdict {
  well: boolean;
  why: string;
}

class Probe {
  readonly env: Record<string, string>;
  constructor(
    readonly root: string,
    url: string,
  ) {
    this.env = { CELERY_BROKER_URL: url, CELERY_HEALTH_DIR: tempDir("health-") };
  }

  async ask(question: string): Promise<Verdict> {
    const { code, stdout, stderr } = await runIn(this.root, ["python", "celery_probe.py", question], this.env);
    assert.equal(stderr, "");
    return { well: code === 0, why: stdout.trim() };
  }

  /** The verdict that has to come, at the latest after two intervals and a little for the machine. */
  async becomes(question: string, well: boolean, why: RegExp, seconds = 2 * INTERVAL + 3): Promise<void> {
    let seen = "";
    await until(
      async () => {
        const verdict = await this.ask(question);
        seen = verdict.why;
        return verdict.well === well && why.test(verdict.why);
      },
      seconds,
      () => `${question} is: ${seen}`,
    );
  }

  /** The worker is never called dead for so long. */
  async staysLive(seconds: number): Promise<void> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
      const { well, why } = await this.ask("live");
      assert.ok(well, why);
    }
  }

  start(command: readonly string[], ready: RegExp, more: Record<string, string> = {}): Promise<Running> {
    return startIn(this.root, command, ready, { ...this.env, ...more });
  }

  send(code: string): Promise<unknown> {
    return python(
      this.root,
      `import json, make_celery\nfrom app.tasks import slow\n${code}\nprint(json.dumps(1))`,
      this.env,
    );
  }
}

const redis = await startRedis();
if (!redis) skip("health of workers on Redis", "redis-server is not installed");
else {
  test("a worker: stopped, continued, lost, replaced, ended", async () => {
    const probe = new Probe(await project("redis"), redis.url);
    assert.match((await probe.ask("live")).why, /no worker has started/);
    // Without the variable, both find the same folder, which is this project's own.
    const told =
      "import json, celery_probe, app.celery_health as health\nprint(json.dumps([str(celery_probe.FOLDER), str(health.FOLDER)]))";
    const [ours, theirs] = await python<string[]>(probe.root, told);
    assert.equal(ours, theirs);
    assert.notEqual(ours, (await python<string[]>(await project("redis"), told))[0]);
    const first = await probe.start(WORKER, /ready\./);
    await probe.becomes("ready", true, /ok: consuming/);
    process.kill(first.pid, "SIGSTOP");
    await probe.becomes("live", false, /is stopped/);
    await probe.becomes("ready", false, /is stopped/);
    process.kill(first.pid, "SIGCONT");
    await probe.becomes("ready", true, /consuming/);
    process.kill(first.pid, "SIGKILL");
    await probe.becomes("live", false, /was lost/);
    const second = await probe.start(WORKER, /ready\./);
    await probe.becomes("ready", true, new RegExp(`^worker ${second.pid} ok: consuming`));
    await second.stop();
    assert.match((await probe.ask("live")).why, /no worker has started/);
  });

  for (const pool of ["prefork", "solo", "threads"]) {
    test(`a long task in the ${pool} pool, with others behind it, is no fault`, async () => {
      const probe = new Probe(await project("redis"), redis.url.replace(/0$/, "3"));
      const worker = await probe.start([...WORKER, "--pool", pool], /ready\./);
      await probe.send("for _ in range(3):\n    slow.delay(5)");
      await until(() => worker.output().includes("received"), 10, worker.output);
      await probe.staysLive(7);
      await probe.becomes("ready", true, /busy|consuming/);
      await worker.stop();
    });
  }

  test("a consumer that stopped consuming while its loop goes on is not ready, and not dead", async () => {
    const probe = new Probe(await project("redis"), redis.url.replace(/0$/, "4"));
    const worker = await probe.start(WORKER, /ready\./, { DEAF: "1" });
    await probe.becomes("ready", true, /consuming/);
    await probe.send("slow.delay(0)");
    // Two ticks in which nothing came, and the one that sees them.
    await probe.becomes("ready", false, /1 messages wait, and none comes through/, 4 * INTERVAL + 3);
    assert.ok((await probe.ask("live")).well);
    await worker.stop();
  });

  test("a broker that is away: not ready, never dead, and ready again", async () => {
    const port = await freePort();
    const folder = tempDir("redis-");
    const server = () => guard(["redis-server", "--port", String(port), "--save", ""], {}, folder);
    let running = await server();
    const probe = new Probe(await project("redis"), `redis://127.0.0.1:${port}/0`);
    const worker = await probe.start(WORKER, /ready\./);
    await probe.becomes("ready", true, /consuming/);
    await running.end();
    await probe.becomes("ready", false, /connecting/);
    await probe.staysLive(8);
    running = await server();
    // Celery waits a little longer after each attempt.
    await probe.becomes("ready", true, /consuming/, 40);
    await worker.stop();
    await running.end();
  });

  test("beat: ticks, is stopped, stands still; a second one that waits for the first is well", async () => {
    const probe = new Probe(
      await project("redis", "--blueprint", "app", "--task", "tidy", "--schedule", "1h"),
      redis.url.replace(/0$/, "5"),
    );
    const beat = await probe.start(BEAT, /beat: Starting/);
    await probe.becomes("beat", true, /ok: ticking/, 10);
    const second = new Probe(probe.root, probe.env.CELERY_BROKER_URL!);
    const standby = await second.start(BEAT, /beat: Starting/);
    await second.becomes("beat", true, /ok: waiting/);
    await standby.stop();
    process.kill(beat.pid, "SIGSTOP");
    await probe.becomes("beat", false, /is stopped/);
    process.kill(beat.pid, "SIGCONT");
    await beat.stop();
    await probe.becomes("beat", false, /no beat has started/);
  });

  test("a beat whose tick does not come back is told", async () => {
    const root = await project(
      "redis",
      ...["--blueprint", "app", "--task", "tidy", "--schedule", "1h", "--scheduler", "file", "--overlap", "allow"],
    );
    replace(root, "app/celery_schedule.py", "beat_max_loop_interval=5", "beat_max_loop_interval=1");
    const wedge =
      '\n\nclass Wedged(Scheduler):\n    def tick(self, *args: Any, **kwargs: Any) -> Any:\n        import time\n\n        if len(ENTRIES) and getattr(self, "ticked", 0) > 2:\n            time.sleep(600)\n        self.ticked = getattr(self, "ticked", 0) + 1\n        return super().tick(*args, **kwargs)\n';
    const file = path.join(root, "app/celery_schedule.py");
    writeFileSync(file, readFileSync(file, "utf8").replace('{__name__}:Scheduler"', '{__name__}:Wedged"') + wedge);
    const probe = new Probe(root, redis.url.replace(/0$/, "6"));
    const beat = await probe.start(BEAT, /beat: Starting/);
    await probe.becomes("beat", true, /ok: ticking/);
    await probe.becomes("beat", false, /stands still: ticking/, 4 + 2 * INTERVAL + 3);
    await beat.stop();
  });

  test("the probe costs little more than Python's own start", async () => {
    const probe = new Probe(await project("redis"), redis.url.replace(/0$/, "7"));
    const worker = await probe.start(WORKER, /ready\./);
    const { bin } = await pythonEnv();
    const cost = async (command: string) => {
      const script = `TIMEFORMAT='%U %S'; cd ${probe.root}; time ${bin}/python ${command} >/dev/null`;
      const { stderr } = await runCommand(["bash", "-c", script], { env: probe.env });
      const [user = 0, system = 0] = stderr.trim().split(" ").map(Number);
      return 1000 * (user + system);
    };
    const [bare, probing]: [number[], number[]] = [[], []];
    for (let round = 0; round < 7; round++) {
      bare.push(await cost("-c pass"));
      probing.push(await cost("celery_probe.py live"));
    }
    // The least of seven: others use this machine, too.
    const [least, own] = [Math.min(...bare), Math.min(...probing)];
    console.log(`celery_probe.py: ${own} ms of processor time, Python's own start: ${least}`);
    assert.ok(own < 5 * least, `${probing} beside ${bare}`);
    await worker.stop();
  });
}

const rabbitmq: Server | null = await startRabbitmq();
if (!rabbitmq) skip("health of a worker on RabbitMQ", "rabbitmq-server is not installed");
else {
  test("RabbitMQ: ready, deaf, and a queue that was deleted", async () => {
    const probe = new Probe(await project("rabbitmq"), rabbitmq.url);
    const worker = await probe.start(WORKER, /ready\./);
    await probe.becomes("ready", true, /consuming/);
    await probe.send("slow.delay(0)");
    await until(() => worker.output().includes("succeeded"), 10, worker.output);
    await worker.stop();
    const deaf = await probe.start(WORKER, /ready\./, { DEAF: "1" });
    await probe.send("slow.delay(0)");
    await probe.becomes("ready", false, /wait, and none comes through/, 4 * INTERVAL + 5);
    assert.ok((await probe.ask("live")).well);
    await deaf.stop();
  });
}

test.after(async () => {
  await redis?.stop();
  await rabbitmq?.stop();
});
test.run();
