/**
 * failed-tasks on real workers: tasks that fail in every way are kept, mended, and sent again once, with what they were called with.
 * FAILED_TASKS=1000 makes it the long run; with FAILED_TASKS_DATABASE=postgresql+psycopg2://… the table is in that database.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { type Server, skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, type Running, runIn, startIn, startWorker } from "./project.ts";

const COUNT = Number(process.env.FAILED_TASKS ?? 60);

/** Each task fails until the file `mended` is there, and then writes down how it was called. */
const TASKS = `
import json
import os
import time
from pathlib import Path

from celery import shared_task

ROOT = Path(__file__).parents[2]
IS_MENDED = (ROOT / "mended").exists()


def note(task, *args, **kwargs):
    line = json.dumps([task.request.id, task.name, args, kwargs], sort_keys=True) + "\\n"
    with open(ROOT / "ran", "a") as stream:
        stream.write(line)


@shared_task(bind=True)
def breaks(self, *args, **kwargs):
    first = args[0]
    args[1].append("changed by the task")
    if not IS_MENDED:
        raise ValueError(f"not yet: {len(first)}")
    args[1].pop()
    note(self, *args, **kwargs)


@shared_task(bind=True, max_retries=2, default_retry_delay=0)
def retries(self, *args, **kwargs):
    if not IS_MENDED:
        raise self.retry(exc=KeyError("again"))
    note(self, *args, **kwargs)


@shared_task(bind=True, soft_time_limit=1, time_limit=2)
def too_slow(self, *args, **kwargs):
    if not IS_MENDED:
        try:
            time.sleep(9)
        except Exception:
            if kwargs["hard"]:
                time.sleep(9)
            raise
    note(self, *args, **kwargs)


@shared_task(bind=True)
def is_lost(self, *args, **kwargs):
    if not IS_MENDED:
        os.kill(os.getpid(), 9)
    note(self, *args, **kwargs)


@shared_task(bind=True, ignore_result=False)
def works(self):
    return 1


@shared_task(bind=True, name="shop.turned")
def turned(self, *args, **kwargs):
    note(self, *args, **kwargs)


if IS_MENDED:

    @shared_task(bind=True, name="shop.unknown")
    def unknown(self, *args, **kwargs):
        note(self, *args, **kwargs)

`;

/** JSON from behind: what a worker does not accept before it is mended. */
const SERIALIZER = `
import json

from kombu.serialization import register

register(
    "turned",
    lambda value: json.dumps(value)[::-1],
    lambda text: json.loads(text[::-1]),
    "application/x-turned",
    "utf-8",
)
`;

/** Sends COUNT tasks of every kind, and writes down what they are called with. */
const SENDER = `
import json
import sys

import make_celery
import turned
celery = make_celery.celery_app
count = int(sys.argv[1])
sent = []
for index in range(count):
    args = [f"secret-{index}-é", [index, None], {"nested": [1.5, "secret"]}]
    kwargs = {"pin": f"secret-{index}", "hard": index // (count // 4) % 2 == 0}
    # Time limits and lost workers take seconds: a few of them.
    kind = ["breaks", "retries", "unknown", "turned", "breaks", "is_lost", "unknown", "turned", "retries", "breaks"][index % 10]
    if index % (count // 4) == 0:
        kind = "too_slow"
    name = {"unknown": "shop.unknown", "turned": "shop.turned"}.get(kind, f"shop.orders.tasks.{kind}")
    options = {"serializer": "turned"} if kind == "turned" else {}
    if index % 3 == 0:
        options["compression"] = "zlib"
    result = celery.send_task(name, args, kwargs, **options)
    sent.append(json.dumps([result.id, name, args, kwargs], sort_keys=True))
with open("sent", "w") as stream:
    stream.write("\\n".join(sorted(sent)) + "\\n")
# A body that nobody can read.
with celery.connection_for_write() as connection:
    celery.amqp.Producer(connection).publish(
        b"{secret-broken", routing_key="celery", exchange="", content_type="application/json", content_encoding="utf-8",
        headers={"task": "shop.orders.tasks.works", "id": "broken-id"},
    )
`;

interface Site {
  root: string;
  env: Record<string, string>;
  /** Where secrets must not stand in plain text. */
  raw(): Promise<string>;
}

const redis = await startRedis();
const other = redis ? await startRedis() : null;
if (!redis || !other) skip("failed tasks", "redis-server is not installed");
else {
  for (const store of ["database", "redis"] as const) {
    test(`${store}: ${COUNT} tasks of all kinds are kept, mended, and run once with the same arguments`, async () => {
      const site = await makeSite(store, redis, other);
      const { root, env } = site;
      const worker = await startWorker(root, env, "--concurrency", "3");
      const sent = await runIn(root, ["python", "sender.py", String(COUNT)], env);
      assert.equal(sent.code, 0, sent.stderr);
      await until(async () => (await count(site, "failed")) >= COUNT + 1, 240, worker.output);
      await worker.stop();
      const first = worker.output();
      const kept = await list(site);
      assert.equal(kept.length, COUNT + 1, "kept once each");
      const errors = new Set(kept.map(({ error }) => error));
      const wanted = [
        "ContentDisallowed",
        "DecodeError",
        "KeyError",
        "NotRegistered",
        "SoftTimeLimitExceeded",
        "TimeLimitExceeded",
        "ValueError",
        "WorkerLostError",
      ];
      assert.deepEqual([...errors].sort(), wanted);
      assertNoSecret(first, "the log");
      assertNoSecret(await site.raw(), "the store");

      // Mended: two operators send all of them at once, again and again, and some are killed.
      writeFileSync(path.join(root, "mended"), "");
      const mended = await startWorker(root, env, "--concurrency", "3");
      const retry = ["flask", "--app", "shop", "failed-tasks", "retry", "--all"];
      await Promise.all([killed(root, retry, env), killed(root, retry, env)]);
      await Promise.all([runIn(root, retry, env), runIn(root, retry, env)]);
      // What a kill has left between claim and sending: whoever looks decides.
      const unsure = await list(site, "sending");
      const ran = () => (existsSync(path.join(root, "ran")) ? lines(path.join(root, "ran")) : []);
      const expected = lines(path.join(root, "sent"));
      await until(() => ran().length >= COUNT - unsure.length, 60, mended.output);
      const done = new Set(ran().map(idOf));
      const open = unsure.filter(({ task_id }) => !done.has(task_id)).map(({ id }) => id);
      if (open.length > 0) {
        const again = await runIn(root, [...retry.slice(0, -1), ...open, "--even-if-sent"], env);
        assert.equal(again.code, 0, again.stderr);
      }
      await until(() => ran().length >= COUNT, 60, mended.output);
      await sleep(500);
      assert.deepEqual(ran().sort(), expected, "each once, with the same arguments");
      await mended.stop();
      console.log(`${store}: ${COUNT} kept and run once, ${unsure.length} claimed by a sender that was killed`);
      assertNoSecret(mended.output(), "the log");
    });
  }

  test("the store is down: the worker goes on, says so, and keeps them later", async () => {
    const site = await makeSite("redis", redis, other);
    const { root, env } = site;
    const worker = await startWorker(root, env, "--concurrency", "1");
    await other.kill();
    const code = [
      "import json, make_celery",
      "from shop.orders import tasks",
      "for index in range(5): tasks.breaks.delay('secret', [])",
      "print(json.dumps([tasks.works.delay().get(timeout=20) for _ in range(20)]))",
    ].join("\n");
    const sent = await runIn(root, ["python", "-c", code], env);
    assert.match(sent.stdout, /^\[1(, 1){19}\]$/m, sent.stderr + worker.output());
    await until(() => /Failed tasks wait to be kept: ConnectionError at shop/.test(worker.output()), 20, worker.output);
    await other.restart();
    await until(async () => (await count(site, "failed")) === 5, 30, worker.output);
    await worker.stop();
    assert.doesNotMatch(worker.output(), /was not kept/);
  });

  test("without a key nothing is kept, and the log says why", async () => {
    const site = await makeSite("redis", redis, other);
    const worker = await startWorker(site.root, { ...site.env, FAILED_TASKS_KEY: "failed_tasks_your_key_here" });
    await until(
      () => /Failed tasks are not kept: FAILED_TASKS_KEY needs a key/.test(worker.output()),
      20,
      worker.output,
    );
    await worker.stop();
  });
}

test.after(async () => {
  await redis?.stop();
  await other?.stop();
});

async function makeSite(store: "database" | "redis", redis: Server, other: Server): Promise<Site> {
  const root = makeProject("outbox");
  await apply(root, "celery-factory", "--broker", "redis", "--database", "flask-sqlalchemy");
  await apply(root, "failed-tasks", "--store", store);
  writeFileSync(path.join(root, "shop/orders/tasks.py"), TASKS);
  writeFileSync(path.join(root, "sender.py"), SENDER);
  writeFileSync(path.join(root, "turned.py"), SERIALIZER);
  // What mends a message that was not accepted.
  const settings = path.join(root, "shop/__init__.py");
  const factory = readFileSync(settings, "utf8").replace(
    '    app.config["SQLALCHEMY_DATABASE_URI"]',
    '    if os.path.exists("mended"):\n        import turned\n\n        app.config["CELERY_ACCEPT_CONTENT"] = ["json", "turned"]\n    app.config["SQLALCHEMY_DATABASE_URI"]',
  );
  writeFileSync(settings, factory);
  const key = await runIn(root, [
    "python",
    "-c",
    "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())",
  ]);
  const database = process.env.FAILED_TASKS_DATABASE ?? `sqlite:///${root}/shop.db`;
  const number = ++sites;
  const env = {
    CELERY_BROKER_URL: redis.url.replace(/0$/, String(number)),
    CELERY_RESULT_BACKEND: redis.url.replace(/0$/, String(number + 7)),
    DATABASE_URL: database,
    FAILED_TASKS_KEY: key.stdout.trim(),
    FAILED_TASKS_URL: other.url.replace(/0$/, String(number)),
  };
  const make = "from shop import create_app, db\napp = create_app()\nwith app.app_context(): db.create_all()";
  const made = await runIn(root, ["python", "-c", make], env);
  assert.equal(made.code, 0, made.stderr);
  const dump = `import redis\nfor key in (client := redis.Redis.from_url(${JSON.stringify(env.FAILED_TASKS_URL)})).keys("*"):\n    print(client.dump(key), client.hgetall(key) if client.type(key) == b"hash" else "")`;
  const raw = async () => {
    if (store === "redis") return (await runIn(root, ["python", "-c", dump])).stdout;
    return database.startsWith("sqlite") ? readFileSync(path.join(root, "shop.db"), "latin1") : "";
  };
  return { root, env, raw };
}

let sites = 0;

interface Kept {
  id: string;
  task_id: string;
  error: string;
  state: string;
}

async function list({ root, env }: Site, state = ""): Promise<Kept[]> {
  const code = `import json\nfrom shop import create_app\napp = create_app()\nwith app.app_context(): print(json.dumps([one._asdict() for one in app.extensions["failed_tasks"].store.find({"state": ${JSON.stringify(state)}}, limit=9999)]))`;
  const { stdout, stderr } = await runIn(root, ["python", "-c", code], env);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Kept[];
}

function assertNoSecret(text: string, where: string): void {
  const at = text.indexOf("secret-");
  assert.equal(at, -1, `in ${where}: ${text.slice(Math.max(0, at - 300), at + 100)}`);
}

const count = async (site: Site, state: string) => (await list(site, state)).length;
const lines = (file: string) => readFileSync(file, "utf8").trim().split("\n");
const idOf = (line: string) => (JSON.parse(line) as [string])[0];

/** Starts a command and kills it in the middle of its work. */
async function killed(root: string, command: string[], env: Record<string, string>): Promise<void> {
  const running: Running = await startIn(root, command, /^/, env);
  await sleep(700);
  try {
    process.kill(running.pid, "SIGKILL");
  } catch {
    // It was done already.
  }
  await running.stop();
}

test.run();
