/** The generated application beside the Celery example of Flask's documentation: same broker, same worker options. */
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pythonEnv } from "../support/python-env.ts";
import { startRedis } from "../support/servers.ts";
import { tempDir, writeTree } from "../support/temp.ts";
import { bin, FACTORY, makeApp } from "./support/app.ts";

export const title =
  "requests, status reads, tasks and their class beside Flask's documentation; aim ≥ 0.95 × and ≥ 1.0 ×";

/** What is asked of both applications, by the names in their bench_app.py; a state by its signed handle here, by its bare id there. */
const REQUESTS = [
  "enqueue, the same route",
  "enqueue, each one's route",
  "status of a finished task",
  "status of a running task",
];

export async function bench(): Promise<void> {
  const documented = makeDocumented();
  await compare(documented, makeGenerated(), REQUESTS);
  await run("--limits", documented);
}

/** Two applications with a bench_app.py each, in turns on one broker. */
export function compare(first: string, second: string, requests: readonly string[]): Promise<void> {
  return run(first, second, ...requests);
}

async function run(...args: readonly string[]): Promise<void> {
  const redis = await startRedis();
  if (!redis) throw new Error("redis-server is not installed");
  try {
    const { python } = await pythonEnv();
    const script = path.join(import.meta.dirname, "support/runtime.py");
    const ran = spawnSync(python, [script, ...args], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, CELERY_BROKER_URL: redis.url, CELERY_RESULT_BACKEND: redis.url },
    });
    if (ran.status !== 0) throw new Error(`runtime.py ended with ${ran.status}`);
  } finally {
    await redis.stop();
  }
}

/** @param more further commands, each with its answers */
export function makeGenerated(...more: readonly (readonly string[])[]): string {
  const root = makeApp(10);
  for (const [generator, ...answers] of [
    FACTORY,
    ["blueprint-task", "users", "add", "--endpoint", "yes"],
    ["status-endpoint"],
    ...more,
  ] as const) {
    const made = spawnSync(process.execPath, [bin, generator!, ...answers, "--dest", root], { encoding: "utf8" });
    if (made.status !== 0) throw new Error(made.stderr);
  }
  appendFileSync(path.join(root, "shop/tasks.py"), ADD);
  writeFileSync(path.join(root, "bench_app.py"), BENCH + GENERATED_ROUTES);
  return root;
}

function makeDocumented(): string {
  const example = readFileSync(path.join(import.meta.dirname, "support/documented.py"), "utf8");
  return writeTree({ "make_celery.py": example, "bench_app.py": BENCH + DOCUMENTED_ROUTES }, tempDir("documented-"));
}

const ADD = `

@shared_task(name="bench.add", ignore_result=True)
def bench_add(first: int, second: int) -> int:
    return first + second
`;

const BENCH = `import io
from uuid import uuid4

from make_celery import celery_app as celery
from werkzeug.test import EnvironBuilder

celery.loader.import_default_modules()
task = celery.tasks["bench.add"]
finished, running = str(uuid4()), str(uuid4())
celery.backend.store_result(finished, 3, "SUCCESS")
celery.backend.store_result(running, {"current": 1, "total": 2}, "PROGRESS")


def same_route():
    task.delay(1, 2)
    return "", 202


def environ(method, path, **body):
    made = EnvironBuilder(path, method=method, **body).get_environ()
    made["wsgi.input"] = io.BytesIO(made["wsgi.input"].read())
    return made
`;

const GENERATED_ROUTES = `
app = celery.flask_app
app.config["TASK_STATUS_OPEN"] = True
app.add_url_rule("/bench", view_func=same_route, methods=["POST"])
with app.test_request_context():
    from shop.task_status import task_url

    handles = [task_url(celery.AsyncResult(one)) for one in (finished, running)]
routes = {
    "enqueue, the same route": environ("POST", "/bench"),
    "enqueue, each one's route": environ("POST", "/users/add", json={"record_id": 1}),
    "status of a finished task": environ("GET", handles[0]),
    "status of a running task": environ("GET", handles[1]),
}
`;

const DOCUMENTED_ROUTES = `
from make_celery import flask_app as app

app.add_url_rule("/bench", view_func=same_route, methods=["POST"])
routes = {
    "enqueue, the same route": environ("POST", "/bench"),
    "enqueue, each one's route": environ("POST", "/add", data={"a": 1, "b": 2}),
    "status of a finished task": environ("GET", f"/result/{finished}"),
    "status of a running task": environ("GET", f"/result/{running}"),
}
`;
