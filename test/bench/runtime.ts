/** The generated application beside the Celery example of Flask's documentation: same broker, same worker options. */
import { spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { pythonEnv } from "../support/python-env.ts";
import { startRedis } from "../support/servers.ts";
import { tempDir, writeTree } from "../support/temp.ts";
import { bin, FACTORY, makeApp } from "./support/app.ts";

export const title =
  "tasks per second, requests per second of the enqueueing route, µs per task; aim ≥ 1.0 ×, ≥ 0.95 ×";

export async function bench(): Promise<void> {
  const redis = await startRedis();
  if (!redis) throw new Error("redis-server is not installed");
  try {
    const { python } = await pythonEnv();
    const ours = makeApp(10);
    const made = spawnSync(process.execPath, [bin, ...FACTORY, "--dest", ours], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(made.stderr);
    appendFileSync(path.join(ours, "shop/tasks.py"), ADD);
    appendFileSync(path.join(ours, "make_celery.py"), "\nflask_app = celery_app.flask_app\n");
    const documented = writeTree({ "make_celery.py": DOCUMENTED }, tempDir("bench-documented-"));
    const script = path.join(import.meta.dirname, "support/runtime.py");
    const ran = spawnSync(python, [script, documented, ours], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, CELERY_BROKER_URL: redis.url, CELERY_RESULT_BACKEND: redis.url },
    });
    if (ran.status !== 0) throw new Error(`runtime.py ended with ${ran.status}`);
  } finally {
    await redis.stop();
  }
}

const ADD = `

@shared_task(name="bench.add", ignore_result=True)
def bench_add(first: int, second: int) -> int:
    return first + second
`;

/** The pattern of https://flask.palletsprojects.com/en/stable/patterns/celery/, written anew. */
const DOCUMENTED = `import os

from celery import Celery, Task, shared_task
from flask import Flask


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.name, task_cls=FlaskTask)
    celery.config_from_object(app.config["CELERY"])
    celery.set_default()
    app.extensions["celery"] = celery
    return celery


@shared_task(name="bench.add", ignore_result=True)
def bench_add(first, second):
    return first + second


flask_app = Flask(__name__)
url = os.environ["CELERY_BROKER_URL"]
flask_app.config["CELERY"] = {"broker_url": url, "result_backend": url, "task_ignore_result": True}
celery_app = celery_init_app(flask_app)
`;
