/** status-endpoint on whole projects: what it writes, what it refuses, and that twice is once. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import type { Given } from "../../../lib/run/answers.ts";
import { refusal as refusalOf, run as runNamed } from "../../support/generators.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../../support/temp.ts";

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
    app.config.from_mapping(
        SECRET_KEY="dev",
        CELERY=dict(
            broker_url="redis://localhost",
            result_backend="redis://localhost",
            task_ignore_result=True,
        ),
    )
    celery_init_app(app)

    from . import views

    app.register_blueprint(views.bp)
    return app
`;
const VIEWS = `from flask import Blueprint

bp = Blueprint("main", __name__, url_prefix="/main")


@bp.get("/tasks/<int:number>")
def show(number):
    return str(number)
`;
const TASKS = `from celery import shared_task


@shared_task(ignore_result=False)
def add(a, b):
    return a + b
`;
const documented = {
  "shop/__init__.py": DOCUMENTED,
  "shop/views.py": VIEWS,
  "shop/tasks.py": TASKS,
  "make_celery.py": 'from shop import create_app\n\ncelery_app = create_app().extensions["celery"]\n',
  "requirements.txt": "flask\ncelery[redis]\n",
};

test("Flask's documented integration: registered before the app is returned, and twice is once", async () => {
  const root = writeTree(documented);
  const { written, next } = await run(root);
  assert.deepEqual(written.map((change) => `${change.action} ${change.path}`).sort(), [
    "create .celery-pack.json",
    "create shop/task_status/__init__.py",
    "create shop/task_status/handles.py",
    "create shop/task_status/progress.py",
    "create shop/task_status/reader.py",
    "create shop/task_status/static/task_status.css",
    "create shop/task_status/static/task_status.js",
    "create shop/task_status/templates/task_status.html",
    "edit shop/__init__.py",
  ]);
  const expected = DOCUMENTED.replace("    return app\n", "    init_task_status(app)\n    return app\n").replace(
    "from flask import Flask\n",
    "from flask import Flask\n\nfrom .task_status import init_task_status\n",
  );
  assert.equal(readFileSync(path.join(root, "shop/__init__.py"), "utf8"), expected);
  assert.match(next.join("\n"), /edit authorize\(\) in shop\/task_status\/__init__\.py/);
  await assertServes(root, "shop:create_app()", "/tasks");

  const before = snapshotTree(root);
  assert.deepEqual((await run(root)).written, []);
  assertSameTree(before, snapshotTree(root, { skip: ["__pycache__"] }), "the second run changed something");
});

test("a second run keeps what the first was told, and an edited file is a conflict", async () => {
  const root = writeTree(documented);
  await run(root, { urlPrefix: "jobs/", cancel: "no", stream: "no", page: "no" });
  const { written, answers } = await run(root);
  assert.deepEqual(written, []);
  assert.equal(answers.urlPrefix, "/jobs");
  const file = path.join(root, "shop/task_status/__init__.py");
  writeFileSync(file, readFileSync(file, "utf8").replace("return owner is None and", "return owner == 'ada' or"));
  assert.equal((await refusal(root)).code, "files-exist");
});

test("our own integrations, of a factory and of a module", async () => {
  const factory = writeTree({ "shop/__init__.py": plainFactory(), "requirements.txt": "flask\n" });
  await run(factory, {}, "celery-factory");
  await run(factory);
  await assertServes(factory, "shop:create_app()", "/tasks");

  const direct = writeTree({
    "app.py":
      'from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = "dev"\n\n\n@app.get("/")\ndef index():\n    return "hello"\n',
    "requirements.txt": "flask\n",
  });
  await run(direct, { mode: "direct" }, "celery-direct");
  await run(direct);
  assert.match(readFileSync(path.join(direct, "app.py"), "utf8"), /^from task_status import init_task_status$/m);
  await assertServes(direct, "app:app", "/tasks");
});

test("a module-level Celery is reached through its module", async () => {
  const root = writeTree({
    "extensions.py":
      'from celery import Celery\n\ncelery = Celery("shop", broker="redis://localhost", backend="redis://localhost")\n',
    "app.py": `from flask import Flask

from extensions import celery


def create_app():
    app = Flask(__name__)
    app.secret_key = "dev"

    class ContextTask(celery.Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery.Task = ContextTask
    return app
`,
    "tasks.py":
      "from extensions import celery\n\n\n@celery.task(ignore_result=False)\ndef add(a, b):\n    return a + b\n",
  });
  await run(root);
  assert.match(readFileSync(path.join(root, "task_status/reader.py"), "utf8"), /import_module\("extensions"\)\.celery/);
  await assertServes(root, "app:create_app()", "/tasks");
});

test("results that are off or unreadable are refused, byte for byte", async () => {
  const without = { ...documented, "shop/__init__.py": DOCUMENTED.replace(/ +result_backend.*\n/, "") };
  const rpc = {
    ...documented,
    "shop/__init__.py": DOCUMENTED.replace('result_backend="redis://localhost"', 'result_backend="rpc://"'),
  };
  for (const [files, code] of [
    [without, "results-off"],
    [rpc, "results-rpc"],
  ] as const) {
    const root = writeTree(files);
    const before = snapshotTree(root);
    assert.match((await refusal(root)).code, new RegExp(`^(${code}|celery-unsound)$`));
    assertSameTree(before, snapshotTree(root), "a refusal must not touch anything");
  }
  const ours = writeTree({ "shop/__init__.py": plainFactory(), "requirements.txt": "flask\n" });
  await run(ours, { results: "none" }, "celery-factory");
  assert.equal((await refusal(ours)).code, "results-off");
  const bare = writeTree({ "shop/__init__.py": plainFactory() });
  assert.equal((await refusal(bare)).code, "celery-missing");
});

test("our integration on settings of the application's own: a result backend must be among them or in the environment", async () => {
  const own = (items: string) =>
    plainFactory().replace(
      "    app = Flask(__name__)\n",
      `    app = Flask(__name__)\n    app.config["CELERY"] = {${items}}\n`,
    );
  const attempt = async (items: string, more: Record<string, string> = {}) => {
    const root = writeTree({ "shop/__init__.py": own(items), "requirements.txt": "flask\n", ...more });
    await run(root, {}, "celery-factory");
    return run(root).then(
      () => "written",
      (error: Error) => /\[([a-z-]+)\]/.exec(error.message)?.[1],
    );
  };
  assert.equal(await attempt('"broker_url": "redis://localhost"'), "results-off");
  assert.equal(await attempt('"broker_url": "redis://localhost", "result_backend": None'), "results-off");
  assert.equal(await attempt('"broker_url": "redis://localhost", "result_backend": "redis://localhost/1"'), "written");
  const env = { ".env": "CELERY_RESULT_BACKEND=redis://localhost/1\n" };
  assert.equal(await attempt('"broker_url": "redis://localhost"', env), "written");
});

test("a prefix with routes below it is not taken: another is the default, and asking for it is refused", async () => {
  const views = VIEWS.replace('url_prefix="/main"', 'url_prefix="/tasks"').replace("/tasks/<int", "/<int");
  const root = writeTree({ ...documented, "shop/views.py": views });
  const error = await refusal(root, { urlPrefix: "/tasks" });
  assert.equal(error.code, "url-prefix-taken");
  assert.match(error.why, /shop\/views\.py:\d+/);
  assert.equal((await run(root)).answers.urlPrefix, "/task-status");
  // Below another blueprint's own prefix, "/tasks" is somewhere else.
  assert.equal((await run(writeTree(documented))).answers.urlPrefix, "/tasks");
});

test("bad prefixes are refused in one line", async () => {
  const root = writeTree(documented);
  for (const urlPrefix of ["/", "../x", "/a//b", "/tasks/<id>", '/t"', "/a b", "/..", "/ta{{x}}", "/ta\nsks"]) {
    const { code } = await refusal(root, { urlPrefix });
    assert.match(code, /^(url-prefix-invalid|answer-invalid)$/, urlPrefix);
  }
});

test("the login extension that is set up decides who may see a task", async () => {
  const login = DOCUMENTED.replace(
    "from flask import Flask",
    "from flask import Flask\nfrom flask_login import LoginManager",
  ).replace("    celery_init_app(app)\n", "    LoginManager(app)\n    celery_init_app(app)\n");
  const jwt = login.replaceAll("flask_login", "flask_jwt_extended").replaceAll("LoginManager", "JWTManager");
  for (const [text, word] of [
    [login, "current_user"],
    [jwt, "get_jwt_identity"],
  ] as const) {
    const root = writeTree({ ...documented, "shop/__init__.py": text });
    await run(root);
    assert.ok(readFileSync(path.join(root, "shop/task_status/__init__.py"), "utf8").includes(word));
  }
});

test("a module of that name that is somebody else's keeps it", async () => {
  const root = writeTree({ ...documented, "shop/task_status.py": "STATES = []\n" });
  await run(root);
  assert.equal(readFileSync(path.join(root, "shop/task_status.py"), "utf8"), "STATES = []\n");
  assert.match(readFileSync(path.join(root, "shop/__init__.py"), "utf8"), /from \.celery_task_status import/);
  await assertServes(root, "shop:create_app()", "/tasks");
});

test("several returns: each gets the routes, and registering twice does no harm", async () => {
  const text = DOCUMENTED.replace(
    "    celery_init_app(app)\n",
    "    celery_init_app(app)\n    if app.testing:\n        return app\n",
  );
  const root = writeTree({ ...documented, "shop/__init__.py": text });
  await run(root);
  const edited = readFileSync(path.join(root, "shop/__init__.py"), "utf8");
  assert.equal(edited.match(/^ +init_task_status\(app\)$/gm)?.length, 2);
  await assertServes(root, "shop:create_app()", "/tasks");
});

test.run();

function plainFactory(): string {
  return 'from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.config["SECRET_KEY"] = "dev"\n    return app\n';
}

async function run(root: string, given: Given = {}, name = "status-endpoint") {
  const outcome = await runNamed(name, { root, given });
  return { written: outcome.written, answers: outcome.answers, next: outcome.plan?.next ?? [] };
}

function refusal(root: string, given: Given = {}) {
  return refusalOf("status-endpoint", { root, given });
}

/** The application starts, answers for a wrong handle, and takes its own blueprint twice without harm. */
async function assertServes(root: string, target: string, prefix: string): Promise<void> {
  const { python } = await pythonEnv();
  const [module, expression] = target.split(":") as [string, string];
  const script = `
import ${module} as module
app = module.${expression}
answer = app.test_client().get("${prefix}/nonsense")
assert (answer.status_code, answer.json) == (404, {"error": {"code": "not-found"}}), answer.data
assert answer.headers["Cache-Control"] == "no-store"
assert [str(rule) for rule in app.url_map.iter_rules()].count("${prefix}/<handle>") >= 1
`;
  const env = {
    PYTHONPATH: root,
    PYTHONDONTWRITEBYTECODE: "1",
    CELERY_BROKER_URL: "memory://",
    CELERY_RESULT_BACKEND: "cache+memory://",
  };
  const { exitCode, all } = await execa(python, ["-c", script], { cwd: tempDir(), env, all: true, reject: false });
  assert.equal(exitCode, 0, all);
}
