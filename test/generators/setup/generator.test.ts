/** celery-setup: an integration gets other servers, and files that start them. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { runEarlier } from "../../support/earlier.ts";
import { refusal, run } from "../../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../../support/temp.ts";

const KINDS = ["redis", "rabbitmq", "sqs", "sentinel", "valkey", "embedded"];
const CONFIGURED = {
  "requirements.txt": "flask\n",
  "shop/__init__.py":
    'from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.config.from_object("shop.config.Config")\n    return app\n',
  "shop/config.py": "class Config:\n\tSECRET_KEY = 'dev'\n",
};

const read = (root: string, name: string) => readFileSync(path.join(root, name), "utf8");

async function integrated(given: Record<string, string>, files: Record<string, string> = CONFIGURED): Promise<string> {
  const root = writeTree(files, tempDir());
  await run("celery-factory", { root, given });
  return root;
}

test("each broker becomes each other one: as if it had been chosen at first, and there and back is no change", async () => {
  for (const from of KINDS) {
    for (const to of KINDS) {
      if (from === to) continue;
      const results = to === "embedded" ? "embedded" : to === "rabbitmq" || to === "sqs" ? "none" : "redis";
      const root = await integrated({ broker: from });
      const fresh = await integrated({ broker: to, results });
      const before = snapshotTree(root);
      await run("celery-setup", { root, given: { broker: to, results } });
      for (const name of ["shop/celery_settings.py", "shop/config.py", "CELERY.md", "shop/celery_app.py"]) {
        assert.equal(read(root, name), read(fresh, name), `${from} → ${to}: ${name}`);
      }
      // An extra of the package that is not needed any more does no harm; what is needed is there.
      const extra = /^celery\[(\w+)\]/m.exec(read(fresh, "requirements.txt"))?.[1] ?? "celery";
      const needed = { redis: /\bredis\b/, sqlalchemy: /\bsqlalchemy\b/, sqs: /\bsqs\b|^boto3>/m }[extra] ?? /celery/;
      assert.match(read(root, "requirements.txt"), needed, `${from} → ${to}`);
      assert.deepEqual((await run("celery-setup", { root })).written, [], `${from} → ${to} again`);
      assert.deepEqual((await run("celery-update", { root })).written, []);
      await run("celery-setup", { root, given: { broker: from, results: String(resultsOf(before)) } });
      assert.equal(read(root, "shop/celery_settings.py"), String(before.get("shop/celery_settings.py")!.bytes));
      assert.equal(
        read(root, ".env.example"),
        String(before.get(".env.example")?.bytes ?? ""),
        `${from} → ${to} and back`,
      );
    }
  }
});

const STYLES: Record<string, [generator: string, files: Record<string, string>]> = {
  "a class": ["celery-factory", CONFIGURED],
  "a module": [
    "celery-factory",
    {
      ...CONFIGURED,
      "shop/__init__.py": CONFIGURED["shop/__init__.py"].replace("shop.config.Config", "shop.config"),
      "shop/config.py": "SECRET_KEY = 'dev'\n",
    },
  ],
  "a mapping in the factory": [
    "celery-factory",
    {
      "requirements.txt": "flask\n",
      "app.py":
        'from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.config.from_mapping(\n        SECRET_KEY="dev",\n    )\n    return app\n',
    },
  ],
  "no place": [
    "celery-factory",
    {
      "requirements.txt": "flask\n",
      "app.py": "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
    },
  ],
  "a module-level application": [
    "celery-direct",
    { "requirements.txt": "flask\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n" },
  ],
};

for (const [style, [generator, files]] of Object.entries(STYLES)) {
  for (const config of ["object", "namespace", "environment"]) {
    test(`settings in ${style}, ${config}: as if the other broker had been chosen at first`, async () => {
      const [root, fresh] = [writeTree(files, tempDir()), writeTree(files, tempDir())];
      await run(generator, { root, given: { broker: "redis", config } });
      await run(generator, { root: fresh, given: { broker: "rabbitmq", results: "redis", config } });
      await run("celery-setup", { root, given: { broker: "rabbitmq" } });
      for (const [name, { kind, bytes }] of snapshotTree(fresh)) {
        if (kind !== "file" || /requirements|\.celery-pack/.test(name)) continue;
        assert.equal(read(root, name), String(bytes), name);
      }
    });
  }
}

test("what its owner has edited stays, and is told", async () => {
  const root = await integrated({ broker: "redis" });
  const edit = (name: string, from: string, to: string) => {
    assert.ok(read(root, name).includes(from), `${name} has no ${from}`);
    writeFileSync(path.join(root, name), read(root, name).replace(from, to));
  };
  edit("shop/celery_settings.py", '"task_time_limit": 300', '"task_time_limit": 900');
  edit("shop/config.py", "redis://localhost:6379/0", "redis://cache.internal:6379/0");
  edit(
    ".env.example",
    "CELERY_BROKER_URL=redis://localhost:6379/0",
    "CELERY_BROKER_URL=redis://<ask the platform team>",
  );
  writeFileSync(path.join(root, ".env"), "CELERY_BROKER_URL=redis://:hunter2@cache.internal:6379/0\n");
  const error = await refusal("celery-setup", { root, given: { broker: "rabbitmq" } });
  assert.equal(error.code, "manual-steps");
  assert.match(error.details.join("\n"), /shop\/config\.py:3 .*old broker's\n.*\n.*"broker_url": "amqp:/);
  assert.match(read(root, "shop/config.py"), /cache\.internal/);
  assert.match(read(root, "shop/celery_settings.py"), /"task_time_limit": 900/);
  assert.match(read(root, "shop/celery_settings.py"), /quorum/);
  assert.match(read(root, ".env.example"), /ask the platform team/);
  assert.match(read(root, ".env"), /hunter2/);

  const preview = await integrated({ broker: "redis" });
  writeFileSync(path.join(preview, ".env"), "CELERY_BROKER_URL=redis://:hunter2@cache.internal:6379/0\n");
  const { plan } = await run("celery-setup", { root: preview, given: { broker: "rabbitmq" } });
  assert.match(plan!.warnings.join("\n"), /\.env still names the old servers: change CELERY_BROKER_URL there/);
  assert.match(plan!.next.join("\n"), /tasks that wait in redis stay there/);
});

test("a URL goes into .env alone, which nobody else reads; one that is there keeps its value, and that is said", async () => {
  for (const from of ["redis", "rabbitmq"]) {
    const root = await integrated({ broker: from, results: "redis" });
    const url = "amqp://shop:hunter2@mq.internal:5672//";
    await run("celery-setup", { root, given: { broker: url } });
    assert.equal(read(root, ".env"), `CELERY_BROKER_URL=${url}\n`);
    assert.equal(statSync(path.join(root, ".env")).mode & 0o777, 0o600);
    for (const [name, { kind, bytes }] of snapshotTree(root)) {
      if (kind === "file" && name !== ".env") assert.doesNotMatch(String(bytes), /hunter2/, name);
    }
    const { plan } = await run("celery-setup", { root, given: { broker: "amqp://other.internal:5672//" } });
    assert.match(plan!.warnings.join("\n"), /has a value there already/);
    assert.match(read(root, ".env"), /hunter2/);
  }
});

test("a file that its owner has removed stays away, and that is said", async () => {
  const root = await integrated({ broker: "redis" });
  rmSync(path.join(root, "CELERY.md"));
  const { plan } = await run("celery-setup", { root, given: { broker: "embedded", results: "embedded" } });
  assert.match(plan!.warnings.join("\n"), /CELERY\.md was removed, and stays so/);
  assert.ok(!existsSync(path.join(root, "CELERY.md")));
});

test("a step in setup.py is told like any other", async () => {
  const setup =
    "from setuptools import setup\n\nNEEDS = open('needs').read().split()\nsetup(name='shop', install_requires=['flask', *NEEDS])\n";
  const { "requirements.txt": _, ...files } = CONFIGURED;
  const root = writeTree({ ...files, "setup.py": setup }, tempDir());
  for (const [generator, broker] of [
    ["celery-factory", "redis"],
    ["celery-setup", "rabbitmq"],
  ] as const) {
    const error = await refusal(generator, { root, given: { broker } });
    assert.equal(error.code, "manual-steps", generator);
    assert.match(error.details.join("\n"), /setup\.py:4 .*install_requires/);
  }
});

test("tasks, routes and the factory are not made again", async () => {
  const root = await integrated({ broker: "redis" });
  const factory = read(root, "shop/__init__.py").replace("    celery_init_app(app)\n", "    start_celery(app)\n");
  writeFileSync(path.join(root, "shop/__init__.py"), `${factory}\n\nstart_celery = celery_init_app\n`);
  writeFileSync(
    path.join(root, "shop/tasks.py"),
    "from celery import shared_task\n\n\n@shared_task\ndef mine():\n    pass\n",
  );
  const before = snapshotTree(root);
  await run("celery-setup", { root, given: { broker: "rabbitmq" } });
  for (const name of ["shop/__init__.py", "shop/tasks.py"]) {
    assert.equal(read(root, name), String(before.get(name)!.bytes), name);
  }
  assert.match(read(root, "shop/celery_settings.py"), /quorum/);
});

test("lines that both would change stop it", async () => {
  const root = await integrated({ broker: "redis" });
  const settings = read(root, "shop/celery_settings.py").replace(
    '"visibility_timeout": 3600',
    '"visibility_timeout": 7200',
  );
  writeFileSync(path.join(root, "shop/celery_settings.py"), settings);
  const before = snapshotTree(root);
  const error = await refusal("celery-setup", { root, given: { broker: "rabbitmq" } });
  assert.equal(error.code, "update-conflicts");
  assert.match(error.details.join("\n"), /7200/);
  assertSameTree(before, snapshotTree(root));
});

test("a name that other servers take away is no loss in silence", async () => {
  const root = await integrated({ broker: "redis" });
  writeFileSync(path.join(root, "shop/own.py"), "from .celery_settings import LOCAL\n\nprint(LOCAL)\n");
  const before = snapshotTree(root);
  const error = await refusal("celery-setup", { root, given: { broker: "embedded", results: "embedded" } });
  assert.equal(error.code, "update-names-gone");
  assert.deepEqual(error.details, ["shop/own.py:1 uses LOCAL of shop/celery_settings.py"]);
  assertSameTree(before, snapshotTree(root));
});

test("files of an earlier version, and of the user's own: its rules apply as in an update", async () => {
  const root = writeTree(CONFIGURED, tempDir());
  await runEarlier("0.1.0", "celery-factory", root, { broker: "redis" });
  writeFileSync(path.join(root, "shop/own.py"), "from .celery_settings import masked\n\nprint(masked('x'))\n");
  await run("celery-setup", { root, given: { broker: "rabbitmq", results: "redis" } });
  assert.match(read(root, "shop/own.py"), /^from kombu\.utils\.url import maybe_sanitize_url as masked\n\nprint/);
});

test("from files of an earlier version, it leads to today's", async () => {
  const [root, fresh] = [writeTree(CONFIGURED, tempDir()), await integrated({ broker: "rabbitmq", results: "redis" })];
  await runEarlier("0.1.0", "celery-factory", root, { broker: "redis" });
  await run("celery-setup", { root, given: { broker: "rabbitmq" } });
  assert.equal(read(root, "shop/celery_settings.py"), read(fresh, "shop/celery_settings.py"));
});

test("compose file and Procfile: beat where tasks are periodic, lines that are there stay", async () => {
  const root = await integrated({ broker: "redis" }, { ...CONFIGURED, Procfile: "web: gunicorn wsgi\nworker: mine" });
  const first = await run("celery-setup", { root, given: { compose: "yes", procfile: "yes" } });
  assert.match(first.plan!.warnings.join("\n"), /no Dockerfile/);
  assert.doesNotMatch(read(root, "compose.celery.yaml"), /worker/);
  assert.equal(read(root, "Procfile"), "web: gunicorn wsgi\nworker: mine");
  writeFileSync(path.join(root, "Dockerfile"), "FROM python\n");
  await run("periodic-task", { root, given: { blueprint: "app", task: "tidy", schedule: "5m" } });
  await run("celery-setup", { root, given: { compose: "yes", procfile: "yes" } });
  assert.match(read(root, "compose.celery.yaml"), /beat:\n {4}build: \./);
  assert.equal(
    read(root, "Procfile"),
    "web: gunicorn wsgi\nworker: mine\nbeat: celery -A make_celery beat --loglevel INFO\n",
  );
  assert.deepEqual((await run("celery-setup", { root, given: { compose: "yes", procfile: "yes" } })).written, []);
  assert.deepEqual((await run("celery-update", { root })).written, []);
  await run("celery-monitoring", { root });
  await run("celery-setup", { root, given: { compose: "yes" } });
  assert.match(read(root, "compose.celery.yaml"), /test: \["CMD","python","celery_probe\.py","beat"\]/);
  appendFileSync(path.join(root, "compose.celery.yaml"), "# mine\n");
  const edited = await refusal("celery-setup", { root, given: { broker: "valkey", compose: "yes" } });
  assert.equal(edited.code, "files-exist");
  // A schedule in Redis must keep one.
  const error = await refusal("celery-setup", { root, given: { broker: "rabbitmq", results: "none" } });
  assert.equal(error.code, "scheduler-needs-redis");
  assert.equal(
    (await refusal("celery-setup", { root, given: { broker: "sqs", compose: "yes" } })).code,
    "compose-no-server",
  );
});

test("somebody else's integration: files that start it, and the settings to paste", async () => {
  const root = writeTree(
    {
      "requirements.txt": "flask\ncelery[redis]\n",
      "app.py": `from celery import Celery, Task
from flask import Flask


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask, broker="redis://localhost", backend="redis://localhost")
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app


def create_app():
    app = Flask(__name__)
    celery_init_app(app)
    return app
`,
      "make_celery.py":
        'from app import create_app\n\nflask_app = create_app()\ncelery_app = flask_app.extensions["celery"]\n',
    },
    tempDir(),
  );
  const before = snapshotTree(root);
  const error = await refusal("celery-setup", { root, given: { broker: "rabbitmq" } });
  assert.equal(error.code, "setup-not-ours");
  assert.match(error.details.join("\n"), /"broker_url": "amqp:/);
  assertSameTree(before, snapshotTree(root));
  await run("celery-setup", { root, given: { procfile: "yes", compose: "yes" } });
  assert.match(read(root, "Procfile"), /^worker: celery -A make_celery worker /);
  assert.ok(existsSync(path.join(root, "compose.celery.yaml")));
});

test.run();

/** Results of an integration by its settings. */
function resultsOf(tree: ReturnType<typeof snapshotTree>): string {
  const record = JSON.parse(String(tree.get(".celery-pack.json")!.bytes));
  return record.runs[0].answers.results;
}
