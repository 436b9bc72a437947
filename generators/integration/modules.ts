import type { ChangeSet } from "../../lib/changes/change-set.ts";
import { holdsExampleTask, type Project } from "../../lib/survey/index.ts";
import type { Templates } from "../../lib/templates/render.ts";
import type { Integration } from "./facts.ts";

/** The Python modules that an integration consists of, by the answers. */
export function addModules(changes: ChangeSet, integration: Integration, templates: Templates): void {
  const { packageDir, database } = integration;
  const render = (name: string) => templates.render(name, integration);
  changes.write(`${packageDir}${fileName(integration.celeryModule)}`, render("integration/celery_app.py"));
  changes.write(`${packageDir}celery_settings.py`, render("integration/celery_settings.py"));
  changes.write(`${packageDir}celery_logging.py`, render("integration/celery_logging.py"));
  if (database.kind !== "none")
    changes.write(`${packageDir}celery_database.py`, render("integration/celery_database.py"));
  changes.write(`${rootDir(integration)}${integration.entryModule}.py`, render("integration/make_celery.py"));
}

/** `<package>/tasks.py` with the example; a tasks file of ours that holds it already, with whatever else, stays as it is. */
export function addExampleTask(
  changes: ChangeSet,
  project: Project,
  integration: Integration,
  templates: Templates,
): void {
  const path = `${integration.packageDir}${fileName(integration.tasksModule)}`;
  if (holdsExampleTask(project.parse(path))) return;
  changes.write(path, templates.render("integration/tasks.py", integration));
}

/** A pytest file where the project uses pytest. */
export function addTests(changes: ChangeSet, integration: Integration, templates: Templates): void {
  const { testFile } = integration;
  if (testFile) changes.write(testFile, templates.render("integration/project/test_celery.py", integration));
}

/** Folder of the import root with a trailing slash: where the worker is started. */
export function rootDir({ importRoot }: Integration): string {
  return importRoot ? `${importRoot}/` : "";
}

function fileName(module: string): string {
  return `${module.split(".").pop()}.py`;
}
