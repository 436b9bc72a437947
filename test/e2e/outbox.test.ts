/**
 * `--enqueue outbox` on a real Redis: a web process that is killed again and again, a relay that is killed, and a broker that is away.
 * OUTBOX_COMMITS=10000 makes it the long run; with OUTBOX_DATABASE_URL=postgresql://… it runs on that database.
 */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, type Running, runIn, startIn, startWorker } from "./project.ts";

const COMMITS = Number(process.env.OUTBOX_COMMITS ?? 120);
/** Of the generated celery_outbox.py. */
const BATCH = 100;

/** Commits until it is killed: every third transaction is rolled back. What has committed is in the table `item`. */
const WRITER = `
import sys, time
from shop import create_app, db
from shop.celery_outbox import send_in_transaction
from shop.models import Item
from shop.orders.tasks import record

app = create_app()
with app.app_context():
    print("writing", flush=True)
    while True:
        item = Item(kept=True)
        db.session.add(item)
        db.session.flush()
        send_in_transaction(db.session, record, item.id)
        if item.id % 3 == 0:
            db.session.rollback()
            # So that ids of rolled-back rows are never used again.
            db.session.add(Item(kept=False))
            db.session.commit()
        else:
            db.session.commit()
        time.sleep(0.002)
`;

const redis = await startRedis();
if (!redis) skip("an outbox", "redis-server is not installed");
else {
  test(`${COMMITS} commits, processes killed, the broker away: none lost, none of a rollback, few twice`, async () => {
    const root = makeProject("outbox");
    await apply(root, "celery-factory", "--broker", "redis", "--database", "flask-sqlalchemy");
    const given = ["--blueprint", "orders", "--task", "record", "--endpoint", "yes", "--enqueue", "outbox"];
    await apply(root, "blueprint-task", ...given);
    const ran = path.join(root, "ran");
    const tasks = path.join(root, "shop/orders/tasks.py");
    const body = readFileSync(tasks, "utf8");
    const marked = body.replace(
      "    return record_id",
      `    print(record_id, file=open(${JSON.stringify(ran)}, "a"), flush=True)\n    return record_id`,
    );
    assert.notEqual(marked, body);
    writeFileSync(tasks, marked);
    appendFileSync(ran, "");
    writeFileSync(path.join(root, "writer.py"), WRITER);
    const database = process.env.OUTBOX_DATABASE_URL ?? `sqlite:///${root}/shop.db`;
    const env = {
      CELERY_BROKER_URL: redis.url,
      CELERY_RESULT_BACKEND: redis.url.replace(/0$/, "1"),
      DATABASE_URL: database,
    };
    const made = await runIn(
      root,
      ["python", "-c", "from shop import create_app, db\napp = create_app()\nwith app.app_context(): db.create_all()"],
      env,
    );
    assert.equal(made.code, 0, made.stderr);

    const relayed = () => startIn(root, ["flask", "--app", "shop", "relay-tasks", "--every", "0.05"], /^/, env);
    const worker = await startWorker(root, env, "--concurrency", "2");
    let relay = await relayed();
    let kills = 0;
    try {
      for (let count = 0; count < COMMITS; count = await committed(root, env)) {
        const writer: Running = await startIn(root, ["python", "writer.py"], /writing/, env);
        await sleep(400);
        process.kill(writer.pid, "SIGKILL");
        await writer.stop();
        if (kills % 2 === 0) {
          process.kill(relay.pid, "SIGKILL");
          await relay.stop();
          redis.pause();
          await sleep(300);
          redis.resume();
          relay = await relayed();
        }
        kills++;
      }
      await until(async () => (await waiting(root, env)) === 0, 60, relay.output);
      const kept = await keptIds(root, env);
      const ids = () => readFileSync(ran, "utf8").trim().split("\n").map(Number);
      await until(() => new Set(ids()).size >= kept.length, 60, worker.output);
      assert.deepEqual(
        [...new Set(ids())].sort((a, b) => a - b),
        kept,
        "lost, or of a rollback",
      );
      const twice = ids().length - kept.length;
      console.log(`${kept.length} committed, ${kills} kills, ${twice} sent twice`);
      assert.ok(twice <= BATCH * kills, `${twice} twice`);
    } finally {
      await relay.stop();
      await worker.stop();
    }
    const client = [
      "from shop import create_app, db",
      "app = create_app()",
      'answer = app.test_client().post("/orders/record", json={"record_id": 1})',
      "print(answer.status_code, sorted(answer.get_json()))",
    ].join("\n");
    const called = await runIn(root, ["python", "-c", client], env);
    assert.match(called.stdout, /^202 \['id'\]$/m, called.stderr);
    assert.equal(await waiting(root, env), 1);
    for (const tool of [
      ["ruff", "check", "--isolated", "--no-cache", "shop/celery_outbox.py"],
      ["ruff", "format", "--isolated", "--no-cache", "--check", "shop/celery_outbox.py"],
      [
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--cache-dir",
        path.join(root, ".types"),
        "shop/celery_outbox.py",
      ],
    ]) {
      const checked = await runIn(root, tool);
      assert.equal(checked.code, 0, checked.stdout);
    }
  });

  test.after(() => redis.stop());
}

async function ask(root: string, env: Record<string, string>, expression: string): Promise<unknown> {
  const code = `import json\nfrom shop import create_app, db\nfrom shop.models import Item\nfrom shop.celery_outbox import OUTBOX\nfrom sqlalchemy import func, select\napp = create_app()\nwith app.app_context(): print(json.dumps(${expression}))`;
  const { stdout, stderr, code: status } = await runIn(root, ["python", "-c", code], env);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const committed = (root: string, env: Record<string, string>) =>
  ask(root, env, "db.session.scalar(select(func.count()).select_from(Item))") as Promise<number>;
const waiting = (root: string, env: Record<string, string>) =>
  ask(root, env, "db.session.scalar(select(func.count()).select_from(OUTBOX))") as Promise<number>;
const keptIds = (root: string, env: Record<string, string>) =>
  ask(root, env, "[*db.session.scalars(select(Item.id).where(Item.kept).order_by(Item.id))]") as Promise<number[]>;

test.run();
