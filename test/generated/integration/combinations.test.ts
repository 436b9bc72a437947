import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { entryImports } from "../../../generators/integration/entry-imports.ts";
import type { Integration } from "../../../generators/integration/facts.ts";
import { BROKER_KINDS, type BrokerKind } from "../../../lib/survey/celery/broker-marks.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { makeIntegration, renderBlueprint, renderIntegration, renderTemplate, writeFiles } from "./integration.ts";

const brokers = BROKER_KINDS;
const results = ["redis", "database", "embedded", "none"] as const;
const configs = ["object", "environment", "namespace"] as const;
const tasks = ["blueprint", "centralized", "mixed"] as const;
const databases = ["none", "flask-sqlalchemy", "sqlalchemy"] as const;

const test = suite("templates: every combination");
const root = mkdtempSync(path.join(os.tmpdir(), "templates-"));
test.after(() => rmSync(root, { recursive: true, force: true }));
/** What mypy knows of the libraries, for all runs of this file. */
const typesCache = path.join(root, "types");

const isFull = (broker: BrokerKind) => ["redis", "rabbitmq", "embedded"].includes(broker);

/** What shapes the settings is combined in full; tasks and database rotate so that each pair of them occurs. */
function* combinations(): Generator<Integration> {
  let number = 0;
  for (const broker of brokers) {
    for (const result of results) {
      for (const config of configs) {
        // What the later brokers differ in are their defaults: the style of the configuration changes nothing in them.
        if (!isFull(broker) && config !== "object") continue;
        const name = `shop${number}`;
        const kind = databases[Math.floor(number / 3) % 3]!;
        yield makeIntegration({
          package: name,
          broker,
          results: result,
          config,
          tasks: tasks[number % 3]!,
          database: kind === "sqlalchemy" ? { kind, module: `${name}.database`, name: "db_session" } : { kind },
          dotenv: number % 2 === 0,
          entryModule: `make_celery_${number}`,
          entry: {
            imports: entryImports([`from ${name} import create_app`], number % 4 !== 3),
            call: "create_app()",
            returnsApp: number % 4 !== 3,
            isName: false,
          },
        });
        number += 1;
      }
    }
  }
}

function application(integration: Integration): Record<string, string> {
  const { package: name, database } = integration;
  const folder = integration.packageDir;
  const from = name ? "." : "";
  const dot = (module: string) => (name ? `.${module}` : module);
  const needsDb = database.kind === "flask-sqlalchemy";
  const snippet =
    integration.config === "environment"
      ? "pass"
      : renderTemplate(`integration/settings/${integration.config}.py`, { ...integration, form: "class", ruff: true });
  const files: Record<string, string> = {
    [`${folder}config.py`]: `class Config:\n${snippet.trimEnd().replace(/^(?=.)/gm, "    ")}\n`,
    [`${folder}${name ? "__init__" : "app"}.py`]: [
      "from flask import Flask",
      ...(needsDb ? ["from flask_sqlalchemy import SQLAlchemy"] : []),
      "",
      `from ${dot("celery_app")} import celery_init_app`,
      `from ${dot("config")} import Config`,
      ...(needsDb ? ["", "db = SQLAlchemy()"] : []),
      "",
      "",
      "def create_app() -> Flask:",
      "    app = Flask(__name__)",
      "    app.debug = True",
      "    app.config.from_object(Config)",
      ...(needsDb ? ['    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"', "    db.init_app(app)"] : []),
      ...(from ? ["    from .users import bp", "", "    app.register_blueprint(bp)"] : []),
      "    celery_init_app(app)",
      "    return app",
      "",
    ].join("\n"),
  };
  if (database.kind === "sqlalchemy") {
    files[`${folder}database.py`] = [
      "from sqlalchemy import create_engine",
      "from sqlalchemy.orm import scoped_session, sessionmaker",
      "",
      'db_session = scoped_session(sessionmaker(create_engine("sqlite://")))',
      "",
    ].join("\n");
  }
  if (!name) return files;
  const request = database.kind !== "none";
  Object.assign(
    files,
    renderBlueprint(`${folder}users`, {
      blueprint: "users",
      variable: "bp",
      task: "send_welcome",
      endpoint: true,
      tracked: integration.results !== "none",
      context: request ? "request" : "app",
      tasksImport: ".tasks",
      requestModule: `${name}.celery_request`,
      database: database.kind === "flask-sqlalchemy" ? { kind: database.kind, module: name, name: "db" } : database,
    }),
  );
  if (request) files[`${folder}celery_request.py`] = renderTemplate("integration/celery_request.py", integration);
  return files;
}

/** Runs a tool over the rendered files; what it prints is the failure's message. */
async function mustPass(program: string, args: string[], cwd: string): Promise<void> {
  const { bin } = await pythonEnv();
  const { all, exitCode } = await execa(path.join(bin, program), args, { cwd, all: true, reject: false });
  assert.is(exitCode, 0, `${program} ${args.join(" ")}\n${all}`);
}

const integrations = [...combinations()];
const packages = path.join(root, "packages");
for (const [number, integration] of integrations.entries()) {
  const { "tests/test_celery.py": ownTest, ...files } = renderIntegration(integration);
  writeFiles(packages, { ...files, ...application(integration), [`tests/test_celery_${number}.py`]: ownTest! });
}
const flat = databases.map((kind, number) => {
  const integration = makeIntegration({
    package: "",
    broker: brokers[number]!,
    results: results[number + 1]!,
    config: configs[number]!,
    tasks: tasks[number]!,
    database: kind === "sqlalchemy" ? { kind, module: "database", name: "db_session" } : { kind },
  });
  const folder = path.join(root, "flat", kind);
  writeFiles(folder, { ...renderIntegration(integration), ...application(integration) });
  return folder;
});

for (const folder of [packages, ...flat]) {
  const name = path.basename(folder);
  // A folder of its own each time, because ruff tells a project's own modules from libraries by it.
  test(`ruff check finds nothing: ${name}`, () =>
    mustPass("ruff", ["check", "--no-cache", "--isolated", "--output-format=concise", "."], folder));
}
test("ruff format would change nothing", () =>
  mustPass("ruff", ["format", "--no-cache", "--isolated", "--diff", "."], root));
for (const folder of [packages, ...flat]) {
  // From the root: what mypy remembers of a file it finds by the path that it is called with.
  test(`mypy --strict finds nothing: ${path.basename(folder)}`, () =>
    mustPass("mypy", ["--strict", "--cache-dir", typesCache, path.relative(root, folder)], root));
}
test("python -W error imports every entry, and every task module", async () => {
  const entries = integrations.map((integration) => integration.entryModule);
  const script = [
    "import importlib, sys",
    `for name in ${JSON.stringify(entries)}:`,
    "    celery = importlib.import_module(name).celery_app",
    "    celery.loader.import_default_modules()",
    "    package = celery.flask_app.import_name",
    '    assert f"{package}.tasks.example_task" in celery.tasks, name',
  ].join("\n");
  await mustPass("python", ["-W", "error", "-c", script], packages);
});

test.run();
