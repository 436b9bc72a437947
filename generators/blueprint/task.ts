import { pascalCase } from "change-case";
import type { Context } from "../../lib/contract/context.ts";
import { mergeImports, placeImport, type SourceFile } from "../../lib/python/index.ts";
import {
  type FlaskApp,
  findOwnStatus,
  importsOf,
  isFlaskImport,
  moduleName,
  ownImports,
  type Project,
} from "../../lib/survey/index.ts";
import { appendCode } from "../common/append.ts";
import { chosenDatabase } from "../common/database.ts";
import { resultsAreOn } from "../common/results.ts";
import type { TaskPlace } from "../common/task-place.ts";
import type { BlueprintTask } from "./facts.ts";
import { PLAIN, routeStyle } from "./neighbours.ts";
import type { BlueprintAnswers } from "./prompts.ts";

/** What the templates are rendered with. */
export function describeTask(
  project: Project,
  app: FlaskApp,
  place: TaskPlace,
  answers: BlueprintAnswers,
): BlueprintTask {
  const tracked = resultsAreOn(project, app);
  const status = findOwnStatus(project);
  const statusModule = status ? moduleName(status.path, app.importRoot) : "";
  const tasksImport = tasksModuleFor(project, app, place);
  const isSent = answers.endpoint === "yes";
  const style = isSent ? routeStyle(project, place, answers.task, tracked && !statusModule) : PLAIN;
  const requestModule = app.package ? `${app.package}.celery_request` : "celery_request";
  const database = chosenDatabase(project, answers.database, true);
  const besideDatabase = database.kind !== "none" && moduleName(place.routesPath, app.importRoot) === database.module;
  return {
    blueprint: place.blueprint,
    variable: place.variable,
    task: answers.task,
    endpoint: isSent,
    registers: project.celery?.kind !== "ours" && !isSent,
    tracked,
    context: answers.context,
    tasksImport,
    requestModule,
    statusModule,
    sender: isSent ? senderOf(app, answers.enqueue, besideDatabase) : null,
    located: style.ownState || statusModule !== "",
    inExtensions: project.celery?.access !== "default" && project.celery?.access !== "module",
    gapBeforeTasks: tasksImport.startsWith(".") && (statusModule !== "" || (isSent && answers.enqueue !== "direct")),
    pascal: pascalCase(answers.task),
    exists: place.existing !== null,
    database,
    ...style,
  };
}

/** What sends a task together with a transaction. */
function senderOf(
  { package: own }: FlaskApp,
  enqueue: BlueprintAnswers["enqueue"],
  besideDatabase: boolean,
): BlueprintTask["sender"] {
  const inPackage = (name: string) => (own ? `${own}.${name}` : name);
  if (enqueue === "direct") return null;
  return enqueue === "commit"
    ? { module: inPackage("celery_database"), name: "delay_after_commit", besideDatabase }
    : { module: inPackage("celery_outbox"), name: "send_in_transaction", besideDatabase };
}

/** The tasks' module as the routes' file imports it: `.tasks` where that file, or for a new one the app's, is written so. */
function tasksModuleFor(
  project: Project,
  app: FlaskApp,
  { tasksModule, routesPath, routesPackage }: TaskPlace,
): string {
  const source = project.parse(routesPath);
  const isRelative = source ? importsOf(source).some(({ level }) => level > 0) : app.importStyle === "relative";
  const isSibling = routesPackage !== "" && tasksModule.startsWith(`${routesPackage}.`);
  return isRelative && isSibling ? tasksModule.slice(routesPackage.length) : tasksModule;
}

/** Adds the task to its file, or makes the file. */
export function addTask(context: Context, place: TaskPlace, task: BlueprintTask): void {
  const { project, templates } = context;
  const source = project.parse(place.tasksPath);
  if (!source) {
    context.start(place.tasksPath, "blueprint/tasks.py", task);
    if (place.existing && task.registers) importTask(context, place, task);
    return;
  }
  if (defines(source, task.task)) return;
  const isOwn = ownImports(place.importRoot, project.pathSet, task.requestModule);
  context.edit(
    source,
    ...mergeImports(source, templates.render("blueprint/task_imports.py", task), { isHome: isFlaskImport, isOwn }),
  );
  appendCode(context, source, templates.render("blueprint/task.py", task));
}

/** Whoever registers the blueprint has imported the task then, which makes Celery know it. */
function importTask(context: Context, place: TaskPlace, task: BlueprintTask): void {
  const { project } = context;
  const source = project.parse(place.routesPath);
  if (!source) return;
  const isOwn = ownImports(place.importRoot, project.pathSet, task.tasksImport);
  context.edit(
    source,
    placeImport(source, `from ${task.tasksImport} import ${task.task}  # noqa: F401`, { isHome: isFlaskImport, isOwn }),
  );
}

/** A new blueprint: a package with its routes; who registers it is another matter. */
export function addBlueprint(context: Context, place: TaskPlace, task: BlueprintTask): void {
  const folder = place.routesPath.slice(0, place.routesPath.lastIndexOf("/"));
  context.start(`${folder}/__init__.py`, "blueprint/package_init.py", task);
  context.start(place.routesPath, "blueprint/package_routes.py", task);
}

function defines(source: SourceFile, name: string): boolean {
  return new RegExp(`^(?:async[ \\t]+)?def[ \\t]+${name}\\b|^class[ \\t]+${name}\\b`, "m").test(source.text);
}
