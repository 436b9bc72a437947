/** gevent and eventlet replace what a worker in our process stands on: the checks run in a worker process, on files. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { loadParser } from "../../../lib/python/index.ts";
import { makeEnv } from "../../support/python-env.ts";
import { makeTwin, redChecks, verify } from "./support/twin.ts";

const factory = "shop/__init__.py";
const first = "from celery import Celery, Task\n";
const gevent = [factory, first, `from gevent import monkey\n\nmonkey.patch_all()\n\n${first}`] as const;
const eventlet = [factory, first, `import eventlet\n\neventlet.monkey_patch()\n\n${first}`] as const;
const files = { "wsgi.py": "from shop import create_app\n\napp = create_app()\n" };

test.before(() => loadParser());

test("an application that gevent patches first is green, in a worker process", async () => {
  const started = Date.now();
  const report = await verify(makeTwin({ patch: [gevent], files }));
  assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
  assert.ok(report.ok);
  const detail = (id: string) => report.checks.find((check) => check.id === id)!.detail;
  assert.match(detail("worker-starts"), /^a worker process on files, since gevent has replaced/);
  assert.match(detail("database-session"), /db\.session works in a task/);
  assert.match(detail("same-application"), /^as wsgi\.py:1 starts it/);
  assert.ok(Date.now() - started < 40_000);
});

test("an application that eventlet patches first is green, too", async () => {
  const { python } = await makeEnv(["flask", "celery[redis]", "flask-sqlalchemy", "eventlet"]);
  const report = await verify(makeTwin({ patch: [eventlet], files }), {}, python);
  assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
  assert.ok(report.ok);
});

test("what is broken in a patched application is found as in any other", async () => {
  const call = "            with app.app_context():\n                return self.run(*args, **kwargs)\n";
  const patch = [gevent, [factory, call, "            return self.run(*args, **kwargs)\n"]] as const;
  assert.deepEqual(redChecks(await verify(makeTwin({ patch }))), ["app-context"]);
});

test("the worker process is kept off the network, too", async () => {
  const connect = `    celery_init_app(app)\n    import os, socket\n\n    if "CELERY_VERIFY_READY" in os.environ:\n        socket.create_connection(("127.0.0.1", 5999))\n\n`;
  const patch = [gevent, [factory, "    celery_init_app(app)\n\n", connect]] as const;
  const report = await verify(makeTwin({ patch }));
  assert.deepEqual(redChecks(report), ["worker-starts"]);
  const { detail } = report.checks.find(({ id }) => id === "worker-starts")!;
  assert.match(detail, /celery-verify keeps the application off the network/);
});

test.run();
