/** A small Flask application in Flask's documented Celery pattern, with the generated package in it, really running. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { StatusFacts } from "../../../generators/status/files.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { freePort, guard } from "../../support/servers.ts";
import { tempDir, writeTree } from "../../support/temp.ts";
import { until } from "../../support/until.ts";
import { renderStatus } from "./render.ts";

const APP = `
import os

from celery import Celery, Task
from flask import Flask, redirect, request


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app


def create_app():
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY="only for tests",
        TASK_STATUS_OPEN=True,
        CELERY={
            "broker_url": os.environ["BROKER"],
            "result_backend": os.environ["RESULTS"],
            "task_ignore_result": True,
            "task_track_started": True,
        },
    )
    app.config.from_prefixed_env("SITE")
    from . import tasks
    from .task_status import init_task_status, task_page_url, task_url

    @app.post("/start/<name>")
    def start(name):
        result = getattr(tasks, name).delay(request.args.get("steps", 10, int))
        owner = request.args.get("owner")
        if request.args.get("show"):
            return redirect(task_page_url(result, owner), 303)
        return {"url": task_url(result, owner), "page": task_page_url(result, owner)}, 202

    @app.get("/")
    def index():
        return """<!doctype html><title>Site</title>
            <form method="post" action="/start/count?steps=60&show=1"><button>Count</button></form>
            <form method="post" action="/start/fail?show=1"><button>Fail</button></form>
            <form method="post" action="/start/count?steps=6&show=1"><button>Count quickly</button></form>"""

    @app.after_request
    def strict_policy(response):
        sources = ["default-src 'none'"]
        sources += [f"{kind}-src 'self'" for kind in ("script", "style", "connect", "img")]
        response.headers["Content-Security-Policy"] = "; ".join([*sources, "form-action 'self'", "base-uri 'none'"])
        return response

    init_task_status(app)
    celery_init_app(app)
    return app
`;

const TASKS = `
import time

from celery import shared_task

from .task_status import report_progress


@shared_task(ignore_result=False)
def count(steps):
    for step in range(1, steps + 1):
        time.sleep(0.25)
        report_progress(step, steps, f"step {step}")
    return {"steps": steps}


@shared_task(ignore_result=False)
def fail(steps):
    report_progress(1, 4)
    time.sleep(1)
    raise ValueError("the password is 1234")


@shared_task
def ignored(steps):
    report_progress(1, 4)
`;

export interface SiteOptions {
  broker: string;
  results: string;
  /** Threads of the one gunicorn process; 0 for none, "gevent" for greenlets. */
  threads?: number | "gevent";
  /** Threads of the one worker; 0 starts no worker. */
  worker?: number;
  /** SITE_… settings of the application. */
  env?: Readonly<Record<string, string>>;
  facts?: Partial<StatusFacts>;
}

export interface Site {
  url: string;
  /** Process id of gunicorn's worker, which serves the requests. */
  pid(): number;
  output(): string;
  stop(): Promise<void>;
}

/** Starts gunicorn and a worker; both end with the test process at the latest. */
export async function startSite({
  broker,
  results,
  threads = 16,
  worker = 4,
  env = {},
  facts,
}: SiteOptions): Promise<Site> {
  const { bin } = await pythonEnv();
  const root = writeTree({
    "shop/__init__.py": APP,
    "shop/tasks.py": TASKS,
    "make_celery.py": 'from shop import create_app\n\ncelery_app = create_app().extensions["celery"]\n',
    ...renderStatus({ testsDir: null, ...facts }),
  });
  const port = await freePort();
  const variables = {
    BROKER: broker,
    RESULTS: results,
    PYTHONPATH: root,
    ...Object.fromEntries(Object.entries(env).map(([name, value]) => [`SITE_${name}`, value])),
  };
  const pool = threads === "gevent" ? ["-k", "gevent"] : threads === 0 ? [] : ["--threads", String(threads)];
  const logs = [tempDir("web-"), tempDir("worker-")] as const;
  const web = [
    `${bin}/gunicorn`,
    "shop:create_app()",
    "-b",
    `127.0.0.1:${port}`,
    ...pool,
    "--worker-connections",
    "2000",
    // A connection that gunicorn has just closed for idleness would fail a later request of the test.
    "--keep-alive",
    "0",
  ];
  const started = [await guard(web, variables, logs[0])];
  if (worker > 0) {
    // One process, so that killing it leaves no children; the workdir is the project's.
    const options = [
      "-P",
      "threads",
      "-c",
      String(worker),
      "--loglevel",
      "INFO",
      "--without-mingle",
      "--without-gossip",
    ];
    started.push(await guard([`${bin}/celery`, "-A", "make_celery", "worker", ...options], variables, logs[1]));
  }
  const output = () => logs.map((folder) => readFileSync(path.join(folder, "output"), "utf8")).join("\n");
  const site: Site = {
    url: `http://127.0.0.1:${port}`,
    pid: () => Number(/Booting worker with pid: (\d+)/.exec(output())?.[1]),
    output,
    stop: async () => {
      await Promise.all(started.map((process) => process.end()));
    },
  };
  await until(
    async () => (await fetch(site.url)).ok,
    20,
    () => output(),
  );
  if (worker > 0)
    await until(
      () => /ready\./.test(output()),
      20,
      () => output(),
    );
  return site;
}

export interface Status {
  state: string;
  ready: boolean;
  progress: { current: number; total: number; percent: number | null; message: string } | null;
  result: unknown;
  error: { code: string; correlation_id: string; detail?: string } | null;
  cancel_requested?: boolean;
}

/** Sends a task through the site. */
export async function start(site: Site, task: string, query = ""): Promise<{ url: string; page: string }> {
  // Gunicorn closes idle connections after two seconds, just when one may be used again.
  const send = () => fetch(`${site.url}/start/${task}?${query}`, { method: "POST" });
  const response = await send().catch(send);
  if (response.status !== 202) throw new Error(`${response.status} from /start/${task}\n${site.output().slice(-3000)}`);
  const { url, page } = (await response.json()) as { url: string; page: string };
  return { url: site.url + url, page: site.url + page };
}

export async function read(url: string): Promise<Status> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} from ${url}`);
  return (await response.json()) as Status;
}
