/** Runs test/python with pytest over rendered applications: what the generated Python does, seen from Python. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pythonEnv } from "../../support/python-env.ts";
import { makeIntegration, renderBlueprint, renderIntegration, renderTemplate, writeFiles } from "./integration.ts";

const test = suite("templates: behaviour of the generated Python");
const root = mkdtempSync(path.join(os.tmpdir(), "behaviour-"));
test.after(() => rmSync(root, { recursive: true, force: true }));

const sources = path.resolve(import.meta.dirname, "./python");
const support = path.resolve(import.meta.dirname, "../../support");
const shop = makeIntegration({ package: "shop", database: { kind: "flask-sqlalchemy" } });
const plain = makeIntegration({
  package: "plain",
  config: "namespace",
  tasks: "mixed",
  database: { kind: "sqlalchemy", module: "plain.database", name: "db_session" },
});
const envy = makeIntegration({
  package: "envy",
  config: "environment",
  broker: "rabbitmq",
  results: "none",
  tasks: "centralized",
});
const local = makeIntegration({ package: "local", broker: "embedded", results: "embedded" });
const ledger = makeIntegration({ package: "ledger", results: "database" });
const stock = makeIntegration({ package: "stock", results: "database", database: { kind: "flask-sqlalchemy" } });

for (const integration of [shop, plain, envy, local, ledger, stock]) {
  const name = integration.package;
  const { "tests/test_celery.py": own, ...files } = renderIntegration({ ...integration, entryModule: `make_${name}` });
  writeFiles(root, { ...files, [`tests/test_${name}_celery.py`]: own! });
}
writeFiles(root, {
  "shop/celery_request.py": renderTemplate("integration/celery_request.py", shop),
  ...renderBlueprint("shop/users", {
    blueprint: "users",
    variable: "bp",
    task: "send_welcome",
    endpoint: true,
    tracked: true,
    context: "request",
    tasksImport: ".tasks",
    requestModule: "shop.celery_request",
    database: { kind: "flask-sqlalchemy", module: "shop", name: "db" },
  }),
});

// The applications themselves: what a project has before our files come.
for (const { package: name } of [shop, plain, envy, local, ledger, stock]) {
  writeFiles(root, { [`${name}/__init__.py`]: readFileSync(path.join(sources, `app_${name}.py`), "utf8") });
}
writeFiles(root, {
  "plain/database.py": readFileSync(path.join(sources, "app_plain_database.py"), "utf8"),
  "plain/orders_tasks.py": "from celery import shared_task\n\n\n@shared_task\ndef ship() -> None:\n    pass\n",
  "plain/orders.py": 'from flask import Blueprint\n\nbp = Blueprint("orders", __name__)\n',
});

for (const folder of ["integration", "own"]) {
  test(folder === "own" ? "the generated pytest files pass" : "pytest test/python passes", async () => {
    const { python } = await pythonEnv();
    const { RABBITMQ_URL: _, CELERY_BROKER_URL: __, CELERY_RESULT_BACKEND: ___, ...env } = process.env;
    const { all, exitCode } = await execa(
      python,
      [
        "-W",
        "error::DeprecationWarning:shop",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "quick_worker",
        folder === "own" ? path.join(root, "tests") : sources,
      ],
      {
        cwd: root,
        env: { ...env, PYTHONPATH: `${root}:${support}`, PYTHONDONTWRITEBYTECODE: "1" },
        extendEnv: false,
        all: true,
        reject: false,
      },
    );
    assert.is(exitCode, 0, all);
  });
}

test.run();
