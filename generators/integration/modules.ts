import type { Context } from "../../lib/contract/context.ts";
import { holdsExampleTask } from "../../lib/survey/index.ts";
import type { Integration } from "./facts.ts";

/** The Python modules that an integration consists of, by the answers. */
export function addModules(context: Context, integration: Integration): void {
  const { packageDir, database, celeryModule, entryModule } = integration;
  const write = (path: string, template: string) => context.write(path, `integration/${template}.py`, integration);
  write(`${packageDir}${fileName(celeryModule)}`, "celery_app");
  write(`${packageDir}celery_settings.py`, "celery_settings");
  write(`${packageDir}celery_logging.py`, "celery_logging");
  if (database.kind !== "none") write(`${packageDir}celery_database.py`, "celery_database");
  write(`${rootDir(integration)}${entryModule}.py`, "make_celery");
}

/** `<package>/tasks.py` with the example; a tasks file of ours that holds it already, with whatever else, stays as it is. */
export function addExampleTask(context: Context, integration: Integration): void {
  const path = `${integration.packageDir}${fileName(integration.tasksModule)}`;
  if (!holdsExampleTask(context.project.parse(path))) context.start(path, "integration/tasks.py", integration);
}

/** A pytest file where the project uses pytest. */
export function addTests(context: Context, integration: Integration): void {
  const { testFile } = integration;
  if (testFile) context.write(testFile, "integration/project/test_celery.py", integration);
}

/** Folder of the import root with a trailing slash: where the worker is started. */
export function rootDir({ importRoot }: Integration): string {
  return importRoot ? `${importRoot}/` : "";
}

function fileName(module: string): string {
  return `${module.split(".").pop()}.py`;
}
