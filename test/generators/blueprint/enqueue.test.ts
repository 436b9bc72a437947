/** `--enqueue commit` and `outbox` in every style of routes: nothing unused or undefined, twice is once, and either order with status-endpoint. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { refusal, run } from "../../support/generators.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../../support/temp.ts";

const APP = (imports: string, body: string) =>
  `from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n${imports}\ndb = SQLAlchemy()\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.config["SECRET_KEY"] = "dev"\n    db.init_app(app)\n${body}    return app\n`;
const BLUEPRINT = (from: string, name: string) =>
  `from ${from} import ${name}\n\nbp = ${name}("home", __name__)\n\n\n@bp.get("/")\ndef index():\n    return {}\n`;
const register = "    from shop.home import bp\n\n    app.register_blueprint(bp)\n";

const APPS: Record<string, Record<string, string>> = {
  flask: { "shop/__init__.py": APP("", register), "shop/home.py": BLUEPRINT("flask", "Blueprint") },
  apiflask: {
    "shop/__init__.py": APP("", register)
      .replaceAll("Flask(__name__)", "APIFlask(__name__)")
      .replace("from flask import Flask", "from apiflask import APIFlask"),
    "shop/home.py": BLUEPRINT("apiflask", "APIBlueprint"),
  },
  restx: {
    "shop/__init__.py": APP(
      "from flask_restx import Api\n",
      "    from shop.home import ns\n\n    api = Api(app)\n    api.add_namespace(ns)\n",
    ),
    "shop/home.py":
      'from flask_restx import Namespace, Resource\n\nns = Namespace("home")\n\n\n@ns.route("/")\nclass Index(Resource):\n    def get(self):\n        return {}\n',
  },
};

async function make(app: string): Promise<string> {
  const root = writeTree({ "requirements.txt": "flask\nflask-sqlalchemy\n", ...APPS[app] }, tempDir());
  await run("celery-factory", { root });
  return root;
}

for (const app of Object.keys(APPS))
  for (const enqueue of ["commit", "outbox"])
    test(`${app}, ${enqueue}`, async () => {
      const given = { blueprint: "home", task: "send_welcome", endpoint: "yes", enqueue };
      const [first, second] = [await make(app), await make(app)];
      await run("blueprint-task", { root: first, given });
      const own = readFileSync(path.join(first, "shop/home.py"), "utf8");
      assert.match(
        own,
        enqueue === "commit" ? /task_id = delay_after_commit\(session, / : /task_id = send_in_transaction\(session, /,
      );
      const { bin } = await pythonEnv();
      const check = async (root: string) => {
        const args = ["check", "--isolated", "--no-cache", "--select", "F", "shop"];
        const { all, exitCode } = await execa(path.join(bin, "ruff"), args, { cwd: root, all: true, reject: false });
        assert.equal(exitCode, 0, all);
      };
      await check(first);
      await run("status-endpoint", { root: first });
      await check(first);
      await run("status-endpoint", { root: second });
      await run("blueprint-task", { root: second, given });
      if (app === "flask")
        assert.equal(
          readFileSync(path.join(first, "shop/home.py"), "utf8"),
          readFileSync(path.join(second, "shop/home.py"), "utf8"),
        );
      const before = snapshotTree(second);
      await run("blueprint-task", { root: second, given });
      await run("celery-factory", { root: second });
      assertSameTree(before, snapshotTree(second));
    });

test("one file, whose database is set up below our lines: it starts, and its table is there", async () => {
  const app = `from flask import Blueprint, Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
bp = Blueprint("home", __name__)


@bp.get("/")
def index():
    return {}


app.register_blueprint(bp)
db.init_app(app)
`;
  const root = writeTree({ "requirements.txt": "flask\nflask-sqlalchemy\n", "app.py": app }, tempDir());
  await run("celery-direct", { root });
  await run("blueprint-task", { root, given: { blueprint: "home", task: "send", endpoint: "yes", enqueue: "outbox" } });
  assert.ok(!readFileSync(path.join(root, "app.py"), "utf8").includes("from app import"));
  const code = `import app
with app.app.app_context():
    app.db.create_all()
    print(list(app.db.metadata.tables), app.app.test_client().post("/send", json={"record_id": 1}).status_code)`;
  const { stdout } = await execa((await pythonEnv()).python, ["-c", code], { cwd: root });
  assert.equal(stdout, "['celery_outbox'] 202");
});

test("an integration of somebody else has nothing that the outbox builds on", async () => {
  // As in Flask's documentation.
  const maker = `from celery import Celery, Task


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object({"broker_url": "redis://localhost"})
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app

`;
  const app = APP(maker, `${register}    celery_init_app(app)\n`);
  const root = writeTree({ "requirements.txt": "flask\n", ...APPS.flask, "shop/__init__.py": app }, tempDir());
  const given = { blueprint: "home", task: "send_welcome", endpoint: "yes", enqueue: "outbox" };
  const before = snapshotTree(root);
  const { code } = await refusal("blueprint-task", { root, given });
  assert.equal(code, "enqueue-needs-database");
  assertSameTree(before, snapshotTree(root));
});

test("without a database there is no transaction to send with", async () => {
  const root = writeTree(
    {
      "requirements.txt": "flask\n",
      "shop/__init__.py": APPS.flask!["shop/__init__.py"]!.replace(/.*SQLAlchemy.*\n|.*db\..*\n/g, ""),
      "shop/home.py": APPS.flask!["shop/home.py"]!,
    },
    tempDir(),
  );
  await run("celery-factory", { root });
  for (const enqueue of ["commit", "outbox"]) {
    const given = { blueprint: "home", task: "send_welcome", endpoint: "yes", enqueue };
    assert.equal((await refusal("blueprint-task", { root, given })).code, "enqueue-needs-database");
  }
});

test.run();
