/** celery-adopt while tasks wait: what was sent before is done after, in both directions, and results are found under their ids. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { type Server, skip, startRabbitmq, startRedis } from "../support/servers.ts";
import { copyTree, writeTree } from "../support/temp.ts";
import { apply, python, startIn, startWorker } from "./project.ts";

const OLD = {
  "requirements.txt": "flask\ncelery[redis]\n",
  "shop/__init__.py": `import os

from celery import Celery
from flask import Flask

celery = Celery(__name__, broker=os.environ["SHOP_BROKER"], backend=os.environ["SHOP_RESULTS"])


def create_app():
    app = Flask(__name__)
    app.config["GREETING"] = "hello"
    celery.conf.update(app.config)
    return app
`,
  "shop/jobs.py": `from flask import current_app, has_app_context

from shop import celery


@celery.task
def greet(name):
    word = current_app.config["GREETING"] if has_app_context() else "?"
    return f"{word} {name}"
`,
  "celery_worker.py": `from shop import celery, create_app

app = create_app()
app.app_context().push()

from shop import jobs  # noqa: E402, F401
`,
};

const SEND = `import json
from shop import create_app
app = create_app()
from shop.jobs import greet
with app.app_context():
    print(json.dumps(greet.delay("NAME").id))
`;
const READ = `import json
from shop import create_app
app = create_app()
from shop.jobs import greet
with app.app_context():
    print(json.dumps(greet.AsyncResult("ID").get(timeout=30)))
`;

for (const [name, start] of [
  ["Redis", startRedis],
  ["RabbitMQ", startRabbitmq],
] as const) {
  test(`tasks that wait in ${name} are done by the other side's worker`, async () => {
    const [broker, results]: (Server | null)[] = [await start(), await startRedis()];
    if (!broker || !results) return skip(`adopt with ${name}`, "no such server here");
    const env = { SHOP_BROKER: broker.url, SHOP_RESULTS: results.url };
    const send = (root: string, who: string) => python<string>(root, SEND.replace("NAME", who), env);
    const result = (root: string, id: string) => python<string>(root, READ.replace("ID", id), env);
    const oldWorker = (root: string) =>
      startIn(root, ["celery", "-A", "celery_worker.celery", "worker", "-c", "1", "-l", "INFO"], / ready\./, env);

    const old = writeTree(OLD);
    const first = await oldWorker(old);
    const done = await send(old, "Ann");
    assert.equal(await result(old, done), "hello Ann");
    await first.stop();
    const waiting = await send(old, "Bob");

    const now = copyTree(old);
    await apply(now, "celery-adopt", "--how", "convert");
    const worker = await startWorker(now, env);
    assert.equal(await result(now, waiting), "hello Bob", worker.output());
    assert.equal(await result(now, done), "hello Ann");
    assert.equal(await result(now, await send(old, "Cid")), "hello Cid", "sent by a web that still runs the old code");
    await worker.stop();

    const sent = await send(now, "Dan");
    const last = await oldWorker(old);
    assert.equal(await result(old, sent), "hello Dan", "and taken by an old worker");
    await last.stop();
  });
}

test.run();
