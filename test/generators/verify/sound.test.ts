import assert from "node:assert/strict";
import { test } from "uvu";
import { generator } from "../../../generators/celery-verify.ts";
import { checklist } from "../../../generators/verify/checks.ts";
import type { VerifyReport } from "../../../generators/verify/report.ts";
import { survey } from "../../../lib/survey/index.ts";
import { makeEnv, pythonEnv } from "../../support/python-env.ts";
import { tempDir, writeTree } from "../../support/temp.ts";
import { redChecks, sound, verify } from "./support/twin.ts";

const readme = { ".gitignore": ".env*\n" };

function assertGreen(report: VerifyReport): void {
  const told = report.checks.filter((check) => check.verdict === "failed").map(({ id, detail }) => `${id}: ${detail}`);
  assert.deepEqual(redChecks(report), [], `${told.join("\n")}\n${report.output}`);
  assert.equal(report.ok, true, told.join("\n"));
}

test("Flask's documented pattern is green, and the tasks of the project are named", async () => {
  const report = await verify(sound);
  assertGreen(report);
  assert.deepEqual(
    report.checks.map((check) => check.id),
    checklist.map((check) => check.id),
  );
  const detail = (id: string) => report.checks.find((check) => check.id === id)?.detail ?? "";
  assert.match(detail("tasks-registered"), /^3: shop\.tasks\.example_task, shop\.tasks\.export, shop\.tasks\.ship$/);
  assert.match(detail("sample-task"), /shop\.tasks\.example_task gave its argument back/);
  assert.match(detail("database-session"), /db\.session works in a task and is removed after it/);
});

test("the generator reports one object for programs and one line per check for people", async () => {
  process.env.CELERY_VERIFY_PYTHON = (await pythonEnv()).python;
  const project = await survey(sound);
  const answers = { target: project.apps[0]!.target, live: "no", report: "json", since: "" } as const;
  const { passed, json, text } = await generator.verify(project, answers, () => {});
  assert.equal(passed, true);
  const object = JSON.parse(JSON.stringify(json));
  assert.equal(object.ok, true);
  assert.equal(object.checks.length, checklist.length);
  for (const check of object.checks) {
    assert.deepEqual(Object.keys(check), ["id", "title", "ok", "verdict", "detail", "fix"]);
    assert.equal(check.ok, { ok: true, "not-applicable": null }[check.verdict as string]);
  }
  const marked = (mark: string) => text.split("\n").filter((line) => line.startsWith(`  ${mark} `)).length;
  assert.equal(marked("ok"), checklist.length - 7);
  assert.equal(marked("n/a"), 7, "nothing is encrypted, guarded, limited, periodic, in a database or compared here");
  assert.match(
    text,
    /\n {2}n\/a {2}Encrypted connections .* not applicable: no encrypted connection is configured here\n/,
  );
  assert.match(text, new RegExp(`\nAll ${checklist.length - 7} checks hold, 7 not applicable\\.$`));
});

test("an older ContextTask that works is green", async () => {
  const root = writeTree(
    {
      ...readme,
      "README.md": "celery -A blog.app:celery worker\n",
      "blog/__init__.py": "",
      "blog/celery_utils.py": `from celery import Celery


def make_celery(app):
    celery = Celery(app.import_name, backend=app.config["CELERY_RESULT_BACKEND"], broker=app.config["CELERY_BROKER_URL"])
    celery.conf.update(app.config)

    class ContextTask(celery.Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery.Task = ContextTask
    return celery
`,
      "blog/app.py": `from flask import Flask, current_app

from blog.celery_utils import make_celery

app = Flask(__name__)
app.config.update(CELERY_BROKER_URL="redis://localhost:6379", CELERY_RESULT_BACKEND="redis://localhost:6379")
celery = make_celery(app)


@celery.task()
def add_together(a, b):
    return a + b if current_app else None


@app.route("/")
def index():
    return {"task": add_together.delay(23, 42).id}
`,
    },
    tempDir("context-task-"),
  );
  assertGreen(await verify(root));
});

test("flat keys with a namespace, plain SQLAlchemy and a src folder are green", async () => {
  const root = writeTree(
    {
      ...readme,
      Procfile: "web: gunicorn wsgi:app\nworker: celery -A worker.celery_app worker\n",
      "src/worker.py": "from depot import create_app\n\napp_ = create_app()\ncelery_app = app_.extensions['celery']\n",
      "src/depot/__init__.py": `import os

from celery import Celery, Task
from flask import Flask

from depot.store import Session


def create_app():
    app = Flask(__name__)
    app.config["CELERY_BROKER_URL"] = os.getenv("CELERY_BROKER_URL", "amqp://guest:guest@localhost//")
    app.config["CELERY_TASK_TRACK_STARTED"] = True

    @app.teardown_appcontext
    def remove_session(error=None):
        Session.remove()

    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config, namespace="CELERY")
    celery_app.set_default()
    celery_app.autodiscover_tasks(["depot"])
    app.extensions["celery"] = celery_app
    return app
`,
      "src/depot/store.py": `from sqlalchemy import create_engine
from sqlalchemy.orm import Session as Plain
from sqlalchemy.orm import scoped_session, sessionmaker

engine = create_engine("sqlite:///depot.db")


class RoutingSession(Plain):
    def get_bind(self, mapper=None, clause=None):
        return engine


Session = scoped_session(sessionmaker(class_=RoutingSession))
`,
      "src/depot/tasks.py": "from celery import shared_task\n\n\n@shared_task\ndef count():\n    return 1\n",
    },
    tempDir("depot-"),
  );
  const report = await verify(root);
  assertGreen(report);
  const detail = (id: string) => report.checks.find((check) => check.id === id)?.detail ?? "";
  assert.match(detail("tasks-registered"), /^1: depot\.tasks\.count$/);
  assert.match(detail("database-session"), /depot\.store\.Session works/);
});

test("Flask-CeleryExt is green", async () => {
  const { python } = await makeEnv(["flask", "celery[redis]", "flask-celeryext"]);
  const root = writeTree(
    {
      ...readme,
      "README.md": "celery -A shelf.celery worker\n",
      "shelf/__init__.py": "",
      "shelf/factory.py": `from flask import Flask
from flask_celeryext import FlaskCeleryExt


def create_app():
    app = Flask(__name__)
    app.config.update(CELERY_BROKER_URL="redis://localhost:6379/0", CELERY_RESULT_BACKEND="redis://localhost:6379/1")
    FlaskCeleryExt(app)
    return app
`,
      "shelf/celery.py":
        'from flask_celeryext import create_celery_app\n\nfrom .factory import create_app\n\ncelery = create_celery_app(create_app())\ncelery.autodiscover_tasks(["shelf"])\n',
      "shelf/tasks.py": "from celery import shared_task\n\n\n@shared_task\ndef dust():\n    return 1\n",
    },
    tempDir("celeryext-"),
  );
  assertGreen(await verify(root, {}, python));
});

test("that the environment allows certificates nobody checks is said", async () => {
  process.env.CELERY_UNVERIFIED_TLS = "yes";
  try {
    const tls = (await verify(sound)).checks.find(({ id }) => id === "tls-verified");
    assert.equal(tls?.verdict, "ok");
    assert.match(tls?.detail ?? "", /NOT checked: CELERY_UNVERIFIED_TLS/);
  } finally {
    delete process.env.CELERY_UNVERIFIED_TLS;
  }
});

test.run();
