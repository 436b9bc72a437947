import { pascalCase } from "change-case";
import type { ManualStep } from "../../lib/changes/types.ts";
import type { Workbench } from "../../lib/contract/generator.ts";
import type { Answers } from "../../lib/contract/plan.ts";
import {
  type EditBook,
  inStyleOf,
  insertLines,
  lineStart,
  mergeImports,
  placeImport,
  type SourceFile,
  statements,
  undecorated,
} from "../../lib/python/index.ts";
import {
  applicationSources,
  type Blueprint,
  type FlaskApp,
  findOwnStatus,
  importsOf,
  isMainGuard,
  moduleName,
  ownImports,
  type Project,
} from "../../lib/survey/index.ts";
import { chosenDatabase } from "../common/database.ts";
import type { BlueprintTask } from "./facts.ts";
import type { TaskPlace } from "./place.ts";

/** What the templates are rendered with. */
export function describeTask(
  project: Project,
  app: FlaskApp,
  place: TaskPlace,
  answers: Answers,
  tracked: boolean,
): BlueprintTask {
  const status = findOwnStatus(project);
  const statusModule = status ? moduleName(status.path, app.importRoot) : "";
  const tasksImport = tasksModuleFor(project, app, place);
  const requestModule = app.package ? `${app.package}.celery_request` : "celery_request";
  return {
    blueprint: place.blueprint,
    variable: place.variable,
    task: answers.task!,
    endpoint: answers.endpoint === "yes",
    registers: project.celery?.kind !== "ours" && answers.endpoint !== "yes",
    tracked,
    context: answers.context as BlueprintTask["context"],
    tasksImport,
    requestModule,
    statusModule,
    ownState: tracked && !statusModule,
    inExtensions: project.celery?.access !== "default" && project.celery?.access !== "module",
    gapBeforeTasks: tasksImport.startsWith(".") && (statusModule !== "" || answers.context === "request"),
    pascal: pascalCase(answers.task!),
    exists: place.existing !== null,
    database: chosenDatabase(project, answers.database!, true),
  };
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
export function addTask(
  book: EditBook,
  project: Project,
  place: TaskPlace,
  task: BlueprintTask,
  bench: Workbench,
): void {
  const source = project.parse(place.tasksPath);
  if (!source) {
    bench.changes.write(place.tasksPath, bench.templates.render("blueprint/tasks.py", task));
    if (place.existing && task.registers) importTask(book, project, place, task);
    return;
  }
  if (defines(source, task.task)) return;
  const isOwn = ownImports(place.importRoot, project.pathSet, task.requestModule);
  book.add(source, ...mergeImports(source, bench.templates.render("blueprint/task_imports.py", task), isOwn));
  append(book, source, bench.templates.render("blueprint/task.py", task));
}

/** Whoever registers the blueprint has imported the task then, which makes Celery know it. */
function importTask(book: EditBook, project: Project, place: TaskPlace, task: BlueprintTask): void {
  const source = project.parse(place.routesPath);
  if (!source) return;
  const isOwn = ownImports(place.importRoot, project.pathSet, task.tasksImport);
  book.add(source, placeImport(source, `from ${task.tasksImport} import ${task.task}  # noqa: F401`, isOwn));
}

/** Adds the route that sends the task to the file with the blueprint's other routes; or says where to paste it. */
export function addRoute(
  book: EditBook,
  project: Project,
  place: TaskPlace,
  task: BlueprintTask,
  bench: Workbench,
): ManualStep[] {
  const source = project.parse(place.routesPath);
  if (!source || source.text.includes(`def enqueue_${task.task}(`)) return [];
  const template = place.kind === "namespace" ? "namespace_route" : "route";
  const imports = bench.templates.render(`blueprint/${template}_imports.py`, task);
  const route = bench.templates.render(`blueprint/${template}.py`, task).trim();
  const maker = place.existing && functionAround(source, place.existing);
  if (maker) {
    const { at, registeredAt } = place.existing!;
    const line = registeredAt?.path === source.path ? registeredAt.line : at.line + 1;
    const why = `${place.variable} is made inside ${maker}(), so its route goes there as well, before it is registered`;
    const indent = /^\s*/.exec(source.text.split(/\r\n|\n|\r/)[at.line - 1]!)![0];
    return [
      {
        path: source.path,
        line,
        snippet: inStyleOf(source, `${imports.trim()}\n\n${route.replaceAll("\n\n\n", "\n\n")}`, indent),
        why,
      },
    ];
  }
  const isOwn = ownImports(place.importRoot, project.pathSet, task.requestModule, task.tasksImport, task.statusModule);
  book.add(source, ...mergeImports(source, imports, isOwn));
  append(book, source, route);
  return [];
}

/** The function that makes the blueprint; null where it stands at the top level. */
function functionAround(source: SourceFile, { path, at }: Blueprint): string | null {
  if (source.path !== path) return null;
  const row = at.line - 1;
  const around = statements(source.tree.rootNode)
    .map(undecorated)
    .find((node) => node.startPosition.row <= row && row <= node.endPosition.row);
  return around?.type === "function_definition" ? (around.childForFieldName("name")?.text ?? null) : null;
}

/** A new blueprint: a package with its routes; who registers it is another matter. */
export function addBlueprint(place: TaskPlace, task: BlueprintTask, { changes, templates }: Workbench): void {
  const folder = place.routesPath.slice(0, place.routesPath.lastIndexOf("/"));
  changes.write(`${folder}/__init__.py`, templates.render("blueprint/package_init.py", task));
  changes.write(place.routesPath, templates.render("blueprint/package_routes.py", task));
}

/** Flask-WTF's CSRFProtect refuses every POST without its token, and no generator may turn that off: it may be right. */
export function csrfWarning(project: Project, place: TaskPlace): string[] {
  const isOn = applicationSources(project).some((source) =>
    importsOf(source).some(({ name }) => name === "CSRFProtect" || name === "CsrfProtect"),
  );
  if (!isOn) return [];
  return [
    `${place.routesPath}: CSRFProtect answers the POST with 400 unless it brings a token (X-CSRFToken); where no browser sends it, give that view @csrf.exempt.`,
  ];
}

function defines(source: SourceFile, name: string): boolean {
  return new RegExp(`^(?:async[ \\t]+)?def[ \\t]+${name}\\b|^class[ \\t]+${name}\\b`, "m").test(source.text);
}

/** At the end of the file, or before `if __name__ == "__main__"`; two blank lines apart. */
function append(book: EditBook, source: SourceFile, snippet: string): void {
  const guard = statements(source.tree.rootNode).find(isMainGuard);
  const body = inStyleOf(source, snippet.trim());
  if (guard) {
    const offset = lineStart(source.text, guard.startIndex);
    book.add(source, insertLines(source, offset, `${body}\n\n`));
    return;
  }
  const blank = /(?:\r\n|\n|\r)*$/.exec(source.text)![0].split(/\r\n|\n|\r/).length - 1;
  const isOpen = blank === 0 && source.text !== "";
  book.add(
    source,
    insertLines(
      source,
      source.text.length,
      `${"\n".repeat(Math.max(0, 2 - Math.max(0, blank - 1)))}${body}${isOpen ? "" : ""}`,
    ),
  );
}
