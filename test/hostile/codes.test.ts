/**
 * Every code of docs/errors.md is reached: by a golden case, by the real command here, or by the test that is named below. What
 * is run here says on stderr what, why and what to do, ends with 1 and leaves every byte.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { codesInSource, documentedCodes } from "../docs/codes.ts";
import { ensureBuilt } from "../e2e/project.ts";
import { readCases } from "../support/case-files.ts";
import { runCommand } from "../support/command.ts";
import { run } from "../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";

const tests = path.resolve(import.meta.dirname, "..");
const bin = path.resolve(tests, "../dist/bin.js");

const flask = "from flask import Flask\n\n\n";
const factory = `${flask}def create_app():\n    app = Flask(__name__)\n    return app\n`;
const blueprint = 'from flask import Blueprint\n\nbp = Blueprint("users", __name__)\n';
const routes = '\n\n@bp.get("/tasks/")\ndef tasks():\n    return "mine"\n';
const celery = "from celery import Celery\n\nfrom app import create_app\n\ncelery_app = Celery('app')\n";
/** Flask's documented integration in one file. */
const periodic =
  "from celery import shared_task\n\nfrom celery_schedule import periodic\n\n\n@shared_task\n@periodic(60, expires=60)\ndef tidy():\n    pass\n\n\n@shared_task\ndef send(to):\n    pass\n";
const documented = `from celery import Celery, Task
from flask import Flask


def celery_init_app(app):
    class FlaskTask(Task):
        def __call__(self, *args, **kwargs):
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask, backend="redis://localhost")
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app


def create_app():
    app = Flask(__name__)
    celery_init_app(app)
    return app
`;
const contextTask = documented
  .replace("task_cls=FlaskTask, ", "")
  .replace(
    "    celery_app.set_default()\n",
    "    celery_app.Task = FlaskTask\n    celery_app.conf.update(app.config)\n",
  );

/** One of several applications that share it. */
const usesCelery = `from celery_app import celery_init_app\n${factory.replace("    return app", "    celery_init_app(app)\n    return app")}`;

interface Refused {
  code: string;
  files: Record<string, string>;
  /** Words of the command line: the generator and its answers. */
  command?: string;
  env?: Record<string, string>;
  /** A piece of the message. */
  says?: string;
  /** celery-factory has been run before. */
  integrated?: boolean;
  /** The code is that of a finding in the list below the error. */
  found?: boolean;
}

const app = { "app.py": factory };
const refusals: readonly Refused[] = [
  { code: "generator-unknown", files: app, command: "celery-factry" },
  { code: "prompt-unknown", files: app, command: "celery-factory --brokr redis" },
  { code: "answers-too-many", files: app, command: "celery-factory _ _ _ _ _ _ _ _ _" },
  { code: "answer-invalid", files: app, command: "celery-factory --broker kafka" },
  { code: "answers-needed", files: app, command: "celery-factory --broker kafka --config none" },
  { code: "answer-missing", files: app, command: "blueprint-task", integrated: true },
  { code: "name-invalid", files: app, command: "blueprint-task users class", integrated: true },
  { code: "dest-missing", files: app, command: "celery-factory --dest nowhere" },
  { code: "dest-not-a-folder", files: app, command: "celery-factory --dest app.py" },
  {
    code: "app-under-main",
    files: { "app.py": `${flask}if __name__ == "__main__":\n    app = Flask(__name__)\n    app.run()\n` },
  },
  {
    code: "app-in-object",
    files: { "app.py": `${flask}class Server:\n    def __init__(self):\n        self.app = Flask(__name__)\n` },
  },
  {
    code: "app-unclear",
    files: { "app.py": `${flask}if small:\n    app = Flask(__name__)\nelse:\n    app = wrap()\n` },
    command: "celery-direct",
  },
  {
    code: "factory-returns-nothing",
    files: { "app.py": factory.replace("    return app\n", "    app.testing = True\n") },
  },
  { code: "wrong-generator", files: app, command: "celery-direct --target app.py:create_app" },
  { code: "target-invalid", files: app, command: "celery-factory --target create_app" },
  { code: "target-unknown", files: app, command: "celery-factory --target app.py:make_app" },
  { code: "broker-url", files: app, command: "celery-factory --broker http://host" },
  {
    code: "install-no-environment",
    files: app,
    command: "celery-factory --install yes",
    env: { CONDA_PREFIX: "/opt/conda" },
  },
  {
    code: "settings-no-place",
    files: { "app.py": factory.replace("    return", "    if app.testing: return app\n    return") },
    command: "celery-factory --config object",
  },
  { code: "module-hides-library", files: { ...app, "celery.py": "" } },
  { code: "database-missing", files: app, command: "celery-factory --database sqlalchemy" },
  { code: "database-missing", files: app, command: "celery-factory --database flask-sqlalchemy" },
  { code: "database-missing", files: {}, command: "celery-factory --database sqlalchemy" },
  { code: "database-missing", files: {}, command: "celery-factory --database flask-sqlalchemy" },
  {
    code: "database-missing",
    files: {
      ...app,
      "db.py":
        "from sqlalchemy.orm import scoped_session, sessionmaker\n\n\ndef make():\n    return scoped_session(sessionmaker())\n",
    },
    command: "celery-factory --database sqlalchemy",
  },
  ...["sqlalchemy", "flask-sqlalchemy"].map((database) => ({
    code: "database-missing",
    files: { ...app, "users.py": blueprint },
    command: `blueprint-task users --database ${database}`,
    integrated: true,
  })),
  { code: "celery-in-use", files: { ...app, "worker.py": celery }, says: "makes it what celery-factory makes" },
  {
    code: "celery-in-use",
    // Not sent to the other generator first, which would only refuse as well.
    files: { "app.py": `${flask}app = Flask(__name__)\n`, "worker.py": celery.replace("create_app", "app") },
    says: "makes it what celery-direct makes",
  },
  { code: "celery-missing", files: app, command: "status-endpoint" },
  { code: "celery-unsound", files: { ...app, "worker.py": celery }, command: "status-endpoint" },
  {
    code: "celery-unreachable",
    files: { "app.py": contextTask.replace('    app.extensions["celery"] = celery_app\n', "") },
    command: "status-endpoint",
  },
  { code: "results-off", files: { "app.py": documented.replace(/, backend=[^)]*/, "") }, command: "status-endpoint" },
  { code: "results-rpc", files: { "app.py": documented.replace("redis:", "rpc:") }, command: "status-endpoint" },
  { code: "url-prefix-invalid", files: app, command: "status-endpoint ../x", integrated: true },
  {
    code: "url-prefix-taken",
    files: { ...app, "users.py": blueprint + routes },
    command: "status-endpoint /tasks",
    integrated: true,
  },
  { code: "setup-not-ours", files: { "app.py": contextTask }, command: "celery-setup rabbitmq" },
  { code: "compose-no-server", files: app, command: "celery-setup sqs none --compose yes", integrated: true },
  { code: "adopt-nothing", files: app, command: "celery-adopt" },
  {
    code: "adopt-uncertain",
    files: { ...app, "worker.py": celery, "other.py": celery },
    command: "celery-adopt --how convert",
  },
  { code: "record-missing", files: app, command: "celery-update" },
  { code: "record-unreadable", files: { ...app, ".celery-pack.json": "<<<<<<<\n" }, command: "celery-update" },
  { code: "schedule-invalid", files: app, command: "periodic-task app tidy 61s0", integrated: true },
  { code: "timezone-unknown", files: app, command: "periodic-task app tidy 5m Berlin", integrated: true },
  { code: "overlap-needs-redbeat", files: app, command: "periodic-task app tidy 5m UTC skip file", integrated: true },
  {
    code: "schedule-exists",
    files: { "app.py": contextTask, "tasks.py": periodic },
    command: "periodic-task app tidy 5m",
  },
  {
    code: "task-not-schedulable",
    files: { "app.py": contextTask, "tasks.py": periodic },
    command: "periodic-task app send 5m",
  },
  {
    code: "scheduler-needs-redis",
    files: { "app.py": contextTask.replaceAll("redis:", "amqp:") },
    command: "periodic-task app tidy 5m UTC allow redbeat",
  },
  { code: "failed-tasks-store", files: app, command: "failed-tasks database", integrated: true },
  {
    code: "enqueue-needs-database",
    files: { ...app, "users.py": blueprint },
    command: "blueprint-task users send yes --enqueue outbox",
    integrated: true,
  },
  { code: "since-unknown", files: app, command: "celery-verify app.py:create_app no text v1..v2", integrated: true },
  { code: "nothing-to-verify", files: { "README.md": "" }, command: "celery-verify" },
  {
    code: "target-ambiguous",
    files: {
      "celery_app.py": documented.split("\n\n\ndef create_app")[0]!,
      "one.py": usesCelery,
      "two.py": usesCelery,
    },
    command: "status-endpoint",
  },
  { code: "source-line-ends", files: { "app.py": factory.replaceAll("\n", "\r") } },
  { code: "source-too-deep", files: { "app.py": `${factory}x = ${"f(".repeat(20_000)}${")".repeat(20_000)}\n` } },
  { code: "source-too-large", files: { "app.py": factory + "x = 1\n".repeat(1_500_000) } },
  {
    code: "blueprint-ambiguous",
    files: { ...app, "a.py": blueprint, "b.py": blueprint },
    command: "blueprint-task users",
    integrated: true,
  },
  {
    code: "blueprint-folder-taken",
    files: { ...app, "extra.py": "" },
    command: "blueprint-task extra",
    integrated: true,
  },

  // What is wrong with Celery that is there already is listed below the refusal to put in a second one.
  { code: "unknown-integration", files: { ...app, "jobs.py": "from celery import current_app\n" }, found: true },
  { code: "no-app-context", files: { ...app, "worker.py": celery }, found: true },
  {
    code: "shared-app-context",
    files: { ...app, "worker.py": `${celery}create_app().app_context().push()\n` },
    found: true,
  },
  {
    code: "several-celery-objects",
    files: { "app.py": documented, "mail.py": "from celery import Celery\n\nmail = Celery()\n" },
    found: true,
  },
  {
    code: "never-initialised",
    files: { "app.py": documented.replace("    celery_init_app(app)\n", "") },
    found: true,
  },
  {
    code: "second-application",
    files: {
      "app.py": documented
        .replace("celery_init_app(app):", "celery_init_app(app=None):\n    app = app or create_app()")
        .replace("    celery_init_app(app)\n", "")
        .concat("\n\ncelery = celery_init_app()\n"),
    },
    found: true,
  },
  { code: "not-default", files: { "app.py": contextTask }, found: true },
  { code: "flask-config-copied", files: { "app.py": contextTask }, found: true },
  { code: "pickle", files: { "app.py": `${documented}\nCELERY = {"accept_content": ["pickle"]}\n` }, found: true },
  { code: "rpc-results", files: { "app.py": documented.replace("redis:", "rpc:") }, found: true },
  {
    code: "old-and-new-keys",
    files: { "app.py": `${documented}\nCELERY = {"broker_url": "x", "CELERY_TASK_SERIALIZER": "json"}\n` },
    found: true,
  },
  {
    code: "task-imports-app",
    files: {
      "shop/__init__.py": documented,
      "shop/tasks.py":
        "from celery import shared_task\n\nfrom shop import create_app\n\n\n@shared_task\ndef work():\n    create_app()\n",
    },
    found: true,
  },
];

/** Codes that need more than a folder and a command line, with the test that asserts each. */
const elsewhere: Readonly<Record<string, string>> = {
  "answer-misplaced": "cli/command",
  bug: "run/run",
  "case-clash": "changes/commit",
  "celery-not-installed": "generators/verify/interpreter",
  "changed-since-plan": "hostile/bad-input",
  conflict: "changes/change-set",
  "defaults-unknown": "cli/command",
  "dest-is-the-pack": "package/package",
  "dest-unwritable": "cli/command",
  "edit-breaks-syntax": "hostile/answers",
  "env-tracked": "hostile/secrets",
  "environment-broken": "generators/verify/interpreter",
  "files-exist": "cli/command",
  "flask-not-installed": "generators/verify/interpreter",
  "input-closed": "run/terminal",
  "install-failed": "dependencies/run-install",
  interrupted: "changes/faults",
  "journal-unreadable": "changes/lock",
  leftover: "changes/faults",
  "load-option-unknown": "cli/command",
  "manual-steps": "run/run",
  "not-a-file": "changes/commit",
  "not-an-identifier": "templates/helpers",
  "parent-not-a-folder": "changes/commit",
  "partial-invalid": "templates/render",
  "path-outside": "hostile/bad-input",
  "python-not-found": "generators/verify/interpreter",
  "python-not-runnable": "generators/verify/interpreter",
  "restore-failed": "changes/kill",
  "run-in-progress": "changes/kill",
  "same-file-twice": "changes/commit",
  "unknown-partial": "templates/render",
  "update-conflicts": "generators/update/generator",
  "update-due": "generators/update/generator",
  "update-names-gone": "generators/update/migrations",
  "verify-failed": "generators/verify/generated",
  "write-failed": "changes/disk-full",
};

test.before(ensureBuilt);

for (const { code, files, command = "celery-factory", env, integrated, found, says = "" } of refusals) {
  test(`${code}: ${command}`, async () => {
    const root = writeTree(files, tempDir("code-"));
    if (integrated) await run("celery-factory", { root });
    const before = snapshotTree(root);
    const clean = { VIRTUAL_ENV: undefined, CONDA_PREFIX: undefined, CELERY_BROKER_URL: undefined };
    const ran = await runCommand([process.execPath, bin, ...command.split(" ")], {
      cwd: root,
      env: { ...clean, ...env },
    });
    assertSameTree(before, snapshotTree(root));
    assert.equal(ran.code, 1, ran.stdout);
    assert.equal(ran.stdout, "");
    const [what, why, fix, ...details] = ran.stderr.trimEnd().split("\n");
    assert.match(what!, found ? /^\S.* \[celery-(in-use|unsound)\]$/ : new RegExp(`^\\S.* \\[${code}\\]$`), ran.stderr);
    assert.match(why!, /^ {2}why: \S/);
    assert.match(fix!, /^ {2}do: {2}\S/);
    assert.ok(ran.stderr.includes(says), ran.stderr);
    if (found) assert.match(details.join("\n"), new RegExp(`^ +[\\w./]+:\\d+ {2}.+; .+ \\[${code}\\]$`, "m"));
  });
}

test("no code is left out", () => {
  const cases = readCases().flatMap(({ wanted: { verdict, code } }) => (verdict === "refuse" && code ? [code] : []));
  const reached = new Set([...refusals.map(({ code }) => code), ...cases]);
  const named = Object.keys(elsewhere);
  const all = new Set([...codesInSource(), ...documentedCodes()]);
  assert.deepEqual([...all].filter((code) => !reached.has(code) && !named.includes(code)).sort(), []);
  assert.deepEqual([...reached, ...named].filter((code) => !all.has(code)).sort(), []);
  assert.deepEqual(named.filter((code) => reached.has(code)).sort(), []);
});

for (const [code, name] of Object.entries(elsewhere)) {
  test(`${code} is asserted in ${name}.test.ts`, () => {
    const lines = readFileSync(path.join(tests, `${name}.test.ts`), "utf8").split("\n");
    // As a pattern or in an assertion; a comment or the name of a test asserts nothing.
    const asserted = new RegExp(
      `/.*\\\\\\[${code}\\\\\\].*/|(assert|rejects|throws|refus|code).*["'/^|[]${code}["'/$|\\]]`,
    );
    assert.ok(lines.some((line) => asserted.test(line) && !/^\s*(\/\/|\*|\/\*|test\()/.test(line)));
  });
}

test.run();
