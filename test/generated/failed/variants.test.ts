/** Every variant of the generated package is clean Python, and passes the tests that are generated with it. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { test } from "uvu";
import type { FailedFacts } from "../../../generators/failed/files.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { writeTree } from "../../support/temp.ts";
import { renderFailed } from "./render.ts";

const variants: Record<string, Partial<FailedFacts>> = {
  plain: { store: "redis", page: false },
  table: { urlPrefix: "/api/v1/failed" },
  people: { store: "redis", login: "flask-login" },
  tokens: { login: "flask-jwt-extended", page: false },
};
const names = Object.keys(variants);
const root = writeTree({
  ...Object.assign({}, ...names.map((name) => renderFailed(name, variants[name]))),
  ...Object.fromEntries(names.map((name) => [`${name}/__init__.py`, ""])),
});
const { bin, python } = await pythonEnv();
const run = (command: string, ...args: string[]) => execa(command, args, { cwd: root, all: true, reject: false });

test("ruff finds nothing, and would format nothing", async () => {
  const select = ["--extend-select", "E501", "--isolated", "--output-format", "concise"];
  const lint = await run(`${bin}/ruff`, "check", ...select, ...names, "tests");
  assert.equal(lint.exitCode, 0, lint.all);
  const format = await run(`${bin}/ruff`, "format", "--isolated", "--diff", ...names, "tests");
  assert.equal(format.exitCode, 0, format.all);
});

test("mypy --strict finds nothing", async () => {
  const types = await run(`${bin}/mypy`, "--strict", ...names.flatMap((name) => ["-p", name]));
  assert.equal(types.exitCode, 0, types.all);
  const tests = await run(`${bin}/mypy`, "--strict", "tests/table/test_failed_tasks.py");
  assert.equal(tests.exitCode, 0, tests.all);
});

for (const name of names) {
  test(`${name} passes its own tests, warnings being errors`, async () => {
    // The generated file finds the project one folder above its own, so its folder is moved there.
    const options = ["-q", "-p", "no:cacheprovider", "--rootdir", root, `tests/${name}/test_failed_tasks.py`];
    const { exitCode, all } = await execa(python, ["-W", "error", "-m", "pytest", ...options], {
      cwd: root,
      all: true,
      reject: false,
      env: { PYTHONPATH: root },
    });
    assert.equal(exitCode, 0, all);
  });
}

test("another table of that name ends the start, and a renamed one does not", async () => {
  const program = `
import sys
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from table.failed_tasks import init_failed_tasks, store

store.TABLE.name = sys.argv[1]
app = Flask("shop")
app.config.update(SECRET_KEY="x", SQLALCHEMY_DATABASE_URI="sqlite://")
db = SQLAlchemy(app)


class FailedTasks(db.Model):
    id = db.Column(db.Integer, primary_key=True)


app.extensions["celery"] = __import__("celery").Celery()
init_failed_tasks(app)
`;
  const start = (name: string) => execa(python, ["-c", program, name], { cwd: root, all: true, reject: false });
  const taken = await start("failed_tasks");
  assert.ok(taken.all.includes("another table failed_tasks: give TABLE in table.failed_tasks.store a name"), taken.all);
  const renamed = await start("failed_messages");
  assert.equal(renamed.exitCode, 0, renamed.all);
});

test.run();
