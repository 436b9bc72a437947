/** Renders what a generator would write, without surveying a project: for tests of the templates alone. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { BlueprintTask } from "../../../generators/blueprint/facts.ts";
import { PLAIN } from "../../../generators/blueprint/neighbours.ts";
import { describeBroker } from "../../../generators/integration/broker-facts.ts";
import type { Integration } from "../../../generators/integration/facts.ts";
import { Templates } from "../../../lib/templates/render.ts";

const templates = new Templates();

/** An integration of a factory `create_app()` in the package `shop`, changed by `overrides`. */
export function makeIntegration(overrides: Partial<Integration> = {}): Integration {
  const name = overrides.package ?? "shop";
  const entry = {
    imports: [`from ${name || "app"} import create_app`],
    call: "create_app()",
    returnsApp: true,
    isName: false,
  };
  return {
    project: name || "shop",
    kind: "factory",
    package: name,
    packageDir: name && `${name}/`,
    celeryName: "celery_app",
    celeryModule: name ? `${name}.celery_app` : "celery_app",
    tasksModule: name ? `${name}.tasks` : "tasks",
    entry,
    importRoot: "",
    entryModule: "make_celery",
    ...describeBroker(overrides.broker ?? "redis", overrides.results ?? "redis", overrides.config ?? "object"),
    tasks: "blueprint",
    database: { kind: "none" },
    dotenv: false,
    heavyStart: false,
    workerMark: "",
    testFile: "tests/test_celery.py",
    testFixture: "",
    testEntry: overrides.entry ?? entry,
    testsApart: "",
    installCommand: "pip install -r requirements.txt",
    ...overrides,
  };
}

/** Path → text of every file that an integration consists of. */
export function renderIntegration(integration: Integration): Record<string, string> {
  const { packageDir, entryModule, database } = integration;
  const modules = ["celery_app", "celery_settings", "celery_logging", "tasks"];
  if (database.kind !== "none") modules.push("celery_database");
  const files: Record<string, string> = {};
  for (const name of modules) {
    files[`${packageDir}${name}.py`] = templates.render(`integration/${name}.py`, integration);
  }
  files[`${entryModule}.py`] = templates.render("integration/make_celery.py", integration);
  files["tests/test_celery.py"] = templates.render("integration/project/test_celery.py", integration);
  return files;
}

/** Path → text of a blueprint package with one task and its route. */
export function renderBlueprint(folder: string, data: Partial<BlueprintTask>): Record<string, string> {
  const facts = {
    ...PLAIN,
    statusModule: "",
    sender: null,
    ownState: data.tracked,
    usesUuid: data.tracked,
    located: data.tracked,
    inExtensions: true,
    gapBeforeTasks: false,
    pascal: "Task",
    exists: false,
    ...data,
  };
  const render = (name: string) => templates.render(`blueprint/${name}`, facts);
  return {
    [`${folder}/__init__.py`]: render("package_init.py"),
    [`${folder}/routes.py`]: render("package_routes.py"),
    [`${folder}/tasks.py`]: render("tasks.py"),
  };
}

export function renderTemplate(name: string, data: object): string {
  return templates.render(name, data);
}

export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
