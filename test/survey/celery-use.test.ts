import assert from "node:assert/strict";
import { suite } from "uvu";
import { surveyCelery } from "../../lib/survey/celery/index.ts";
import { surveyTasks } from "../../lib/survey/celery/tasks.ts";
import { readTree } from "./support.ts";

const test = suite("survey/celery-use");
const find = (files: Record<string, string>) => surveyCelery(readTree(files)).celery;
const codes = (files: Record<string, string>) => find(files)!.problems.map(({ code }) => code);

const DOCUMENTED = `from celery import Celery, Task
from flask import Flask


def celery_init_app(app: Flask) -> Celery:
    class FlaskTask(Task):
        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app


def create_app() -> Flask:
    app = Flask(__name__)
    celery_init_app(app)
    return app
`;
const CONTEXT_TASK = `from celery import Celery


def make_celery(app):
    celery = Celery(app.import_name, broker=app.config["CELERY_BROKER_URL"])
    celery.conf.update(app.config)

    class ContextTask(celery.Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery.Task = ContextTask
    return celery
`;
const OURS = `from celery import Celery, Task
from flask import Flask

BaseCelery = Celery


class FlaskTask(Task):
    def __call__(self, *args, **kwargs):
        with self.flask_context():
            return self.run(*args, **kwargs)

    def flask_context(self):
        return self.app.flask_app.app_context()


class FlaskCelery(BaseCelery):
    flask_app: Flask


def celery_init_app(app):
    celery = FlaskCelery(app.import_name, task_cls=FlaskTask)
    app.extensions["celery"] = celery
    return celery
`;
const USES_OURS =
  "from flask import Flask\nfrom app.celery_app import celery_init_app\n\ndef create_app():\n    app = Flask(__name__)\n    celery_init_app(app)\n    return app\n";

test("Flask's documented pattern is sound", () => {
  const celery = find({
    "app/__init__.py": DOCUMENTED,
    "make_celery.py": "from app import create_app\ncelery_app = create_app().extensions['celery']\n",
  })!;
  assert.deepEqual(
    [celery.kind, celery.sound, celery.entry, celery.access, celery.object, celery.initializer, celery.problems],
    ["flask-documented", true, "make_celery", "extensions", null, { module: "app", name: "celery_init_app" }, []],
  );
  assert.deepEqual(celery.at, { path: "app/__init__.py", line: 11 });
});

test("ours is known however it was edited, and when the call is gone", () => {
  const celery = find({ "app/__init__.py": USES_OURS, "app/celery_app.py": OURS })!;
  assert.deepEqual([celery.kind, celery.sound, celery.problems], ["ours", true, []]);
  const edited = OURS.replace("FlaskCelery(app.import_name, task_cls=FlaskTask)", "build(app)");
  const again = find({ "app/__init__.py": USES_OURS, "app/celery_app.py": edited })!;
  assert.deepEqual([again.kind, again.sound], ["ours", true]);
  const uncalled = find({ "app/__init__.py": "from flask import Flask\n", "app/celery_app.py": OURS })!;
  assert.deepEqual(
    [uncalled.kind, uncalled.sound, uncalled.problems.map(({ code }) => code)],
    ["ours", false, ["never-initialised"]],
  );
});

test("make_celery with a ContextTask: sound, though Flask's keys are copied", () => {
  const celery = find({
    "app.py":
      "from flask import Flask\nfrom tasks import make_celery\napp = Flask(__name__)\ncelery = make_celery(app)\n",
    "tasks.py": CONTEXT_TASK,
    Procfile: "web: gunicorn app:app\nworker: celery -A app.celery worker --loglevel=info\n",
  })!;
  assert.deepEqual(
    [celery.kind, celery.sound, celery.entry, celery.entryAt],
    ["context-task", true, "app.celery", { path: "Procfile", line: 2 }],
  );
  assert.deepEqual(
    celery.problems.map(({ code, at }) => [code, at.line]),
    [
      ["not-default", 5],
      ["flask-config-copied", 6],
    ],
  );
});

test("a module-level object without a context is not sound", () => {
  const files = {
    "app.py":
      "from flask import Flask\nfrom celery import Celery\napp = Flask(__name__)\ncelery = Celery(app.name, broker='redis://')\n@celery.task\ndef f():\n    pass\n",
  };
  const celery = find(files)!;
  assert.deepEqual(
    [celery.kind, celery.sound, celery.object, celery.access],
    ["module-level", false, { module: "app", name: "celery" }, "module"],
  );
  assert.deepEqual(codes(files), ["no-app-context", "not-default"]);
});

test("a task class in another file gives the context; a context pushed for the worker's whole life is named", () => {
  const bare =
    "from flask import Flask\nfrom celery import Celery\ncelery = Celery(__name__)\ncelery.set_default()\ndef create_app():\n    return Flask(__name__)\n";
  const bound =
    "from celery import Task\ndef bind(celery, app):\n    class ContextTask(Task):\n        def __call__(self, *args, **kwargs):\n            with app.app_context():\n                return self.run(*args, **kwargs)\n    celery.Task = ContextTask\n";
  const apart = find({ "app/__init__.py": bare, "app/bind.py": bound })!;
  assert.deepEqual([apart.kind, apart.sound], ["context-task", true]);
  const pushing = "from app import celery, create_app\napp = create_app()\napp.app_context().push()\n";
  const pushed = find({ "app/__init__.py": bare, "celery_worker.py": pushing })!;
  assert.deepEqual(
    pushed.problems.map(({ code, at }) => [code, at]),
    [["shared-app-context", { path: "celery_worker.py", line: 3 }]],
  );
  assert.equal(pushed.entry, "celery_worker");
});

test("an application that is nothing but an example is read all the same", () => {
  assert.equal(
    find({ "examples/app.py": "import flask\nfrom celery import Celery\nc = Celery()\n" })!.kind,
    "module-level",
  );
});

test("flask-celeryext holds its Celery in an attribute", () => {
  const celery = find({ "app.py": "from flask_celeryext import FlaskCeleryExt\next = FlaskCeleryExt()\n" })!;
  assert.deepEqual(
    [celery.kind, celery.sound, celery.object],
    ["flask-celeryext", true, { module: "app", name: "ext.celery" }],
  );
});

test("unknown is not absent", () => {
  const unknown = (files: Record<string, string>) => {
    const celery = find(files);
    return celery && [celery.kind, celery.sound, celery.at.line];
  };
  assert.deepEqual(unknown({ "app.py": "import flask\nfrom celery import current_app\n" }), ["unknown", false, 2]);
  assert.deepEqual(unknown({ "app.py": "import flask\n\nfrom flask_celery import Celery\ncelery = Celery()\n" }), [
    "unknown",
    false,
    4,
  ]);
  assert.deepEqual(unknown({ "app.py": "from company.queues import TeamCelery\nqueue = TeamCelery()\n" }), [
    "unknown",
    false,
    2,
  ]);
  assert.deepEqual(unknown({ "app.py": "import flask\ndef f():\n    import celery.app.base\n" }), [
    "unknown",
    false,
    3,
  ]);
});

test("mentions, tests, other packages' modules and a celery.py of the project are no use of Celery", () => {
  assert.equal(
    find({ "app.py": "import flask\n# from celery import Celery\nx = 'import celery'\n'''\nimport celery\n'''\n" }),
    null,
  );
  assert.equal(find({ "tests/test_app.py": "import flask, celery\n", "app.py": "import flask\n" }), null);
  assert.equal(
    find({
      "app.py": "import flask\nfrom sentry_sdk.integrations.celery import CeleryIntegration\nCeleryIntegration()\n",
    }),
    null,
  );
  assert.equal(find({ "app/__init__.py": "import flask\nfrom .celery import x\n", "app/celery.py": "x = 1\n" }), null);
  assert.equal(find({ "app.py": "import flask\nfrom celery import x\n", "celery.py": "x = 1\n" }), null);
});

test("what is wrong is named with its place", () => {
  const two = { "app/__init__.py": DOCUMENTED, "app/worker.py": "from celery import Celery\nother = Celery()\n" };
  assert.deepEqual(codes(two), ["several-celery-objects"]);
  assert.deepEqual(find(two)!.problems[0]!.at, { path: "app/worker.py", line: 2 });
  assert.equal(find(two)!.sound, false);
  const pickled = { "app/__init__.py": `${DOCUMENTED}\nCELERY = {"accept_content": ["json", "pickle"]}\n` };
  assert.deepEqual([codes(pickled), find(pickled)!.sound], [["pickle"], false]);
  const rpc = { "app/__init__.py": `${DOCUMENTED}\nCELERY = dict(result_backend="rpc://")\n` };
  assert.deepEqual([codes(rpc), find(rpc)!.sound], [["rpc-results"], true]);
  const mixed = {
    "app/__init__.py": `${DOCUMENTED}\nCELERY = {"broker_url": "x", "CELERY_TASK_SERIALIZER": "json"}\n`,
  };
  assert.deepEqual(codes(mixed), ["old-and-new-keys"]);
  const circle = {
    "app/__init__.py": DOCUMENTED,
    "app/tasks.py": "from celery import shared_task\nfrom app import create_app\n@shared_task\ndef f():\n    pass\n",
  };
  assert.deepEqual([codes(circle), find(circle)!.sound], [["task-imports-app"], true]);
  const second = {
    "app/__init__.py": DOCUMENTED.replace("app: Flask) -> Celery:", "app=None):\n    app = app or create_app()")
      .replace("    celery_init_app(app)\n", "")
      .concat("\ncelery = celery_init_app()\n"),
  };
  assert.deepEqual([codes(second), find(second)!.access], [["second-application"], "default"]);
});

test("the worker's entry in the spellings that people use", () => {
  const entry = (name: string, text: string) => find({ "app/__init__.py": DOCUMENTED, [name]: text })!.entry;
  assert.equal(
    entry("compose.yaml", 'services:\n  worker:\n    command: ["celery", "-A", "app.worker:celery", "worker"]\n'),
    "app.worker:celery",
  );
  assert.equal(entry("run.sh", "celery --app=worker \\\n  worker -l info\n"), "worker");
  assert.equal(
    entry("README.md", "    celery worker -A celery_worker.celery --loglevel=info\n"),
    "celery_worker.celery",
  );
  assert.equal(entry("Dockerfile", "CMD celery \\\n  --app app.main worker\n"), "app.main");
  assert.equal(entry("README.md", "We use celery for tasks. Run `ls -A folder`.\n"), "");
});

test("tasks by decorator, with their registered names", () => {
  const tasks = surveyTasks(
    readTree({
      "app/__init__.py": DOCUMENTED,
      "app/tasks.py":
        "import celery\nfrom celery import shared_task\nfrom app.worker import queue\n\n@shared_task(ignore_result=False)\ndef add(a, b):\n    return a + b\n\n@queue.task(name='send', bind=True)\ndef send(self):\n    pass\n\n@celery.shared_task\ndef third():\n    pass\n\n@other.task\ndef no():\n    pass\n",
      "app/worker.py": "from celery import Celery\nqueue = Celery()\n",
    }),
  );
  assert.deepEqual(
    tasks.map(({ name, line, decorator, ignoreResult }) => [name, line, decorator, ignoreResult]),
    [
      ["app.tasks.add", 6, "shared_task", false],
      ["send", 10, "queue.task", null],
      ["app.tasks.third", 14, "celery.shared_task", null],
    ],
  );
});

test("other queues are named where they are imported", () => {
  const { celery, otherQueues } = surveyCelery(
    readTree({
      "app.py": "import flask\nimport rq\n",
      "jobs.py": "import dramatiq\nfrom huey import RedisHuey\n# import apscheduler\n",
      "saq.py": "x = 1\n",
      "b.py": "import saq\n",
    }),
  );
  assert.equal(celery, null);
  assert.deepEqual(
    otherQueues.map(({ name, at }) => `${name} ${at.path}:${at.line}`),
    ["RQ app.py:2", "Dramatiq jobs.py:1", "Huey jobs.py:2"],
  );
});

test.run();
