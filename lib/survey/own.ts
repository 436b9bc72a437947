/** Every mark by which our own earlier work is recognised, however its owner has edited it since. */
import { callArguments, type SourceFile, stringValue } from "../python/index.ts";
import { definitionNamed } from "./names/lookup.ts";
import type { Project } from "./project.ts";

/** Names that generated code gives to what other generators look for. */
export const OWN_INITIALIZER = "celery_init_app";
const TASK_CLASS = "FlaskTask";
const STATUS_INITIALIZER = "init_task_status";
const FAILED_INITIALIZER = "init_failed_tasks";
const EXAMPLE_TASK = "example_task";

const defines = (text: string, name: string) => new RegExp(`^(?:def|class) ${name}\\b`, "m").test(text);

/** `celery_init_app` and `FlaskTask` side by side in one module are what we generate. */
export function holdsOwnCelery({ tree }: SourceFile): boolean {
  const maker = definitionNamed(tree.rootNode, OWN_INITIALIZER);
  const task = definitionNamed(tree.rootNode, TASK_CLASS);
  return maker?.type === "function_definition" && task?.type === "class_definition";
}

/** Whether a file called like one of ours (`celery_app.py`, `make_celery.py`) is ours and may be written again. */
export function isOwnFile(text: string): boolean {
  return new RegExp(`def ${OWN_INITIALIZER}\\(|^celery_app = `, "m").test(text);
}

/** A tasks file that has the example already is complete, whatever else it holds. */
export function holdsExampleTask(source: SourceFile | null): boolean {
  return source !== null && defines(source.text, EXAMPLE_TASK);
}

/** What status-endpoint and failed-tasks have made registers itself, and is no place for other routes. */
export function isOwnRoutes({ text }: SourceFile): boolean {
  return defines(text, STATUS_INITIALIZER) || defines(text, FAILED_INITIALIZER);
}

/** How the tasks of an integration are organised. */
export interface OwnTasks {
  style: "blueprint" | "centralized" | "mixed";
  /** Dotted module of the application's own tasks; null where the file does not say. */
  module: string | null;
}

/** What our celery_app.py says of its tasks; any other integration counts as organised by blueprint. */
export function ownTasks(source: SourceFile | null): OwnTasks {
  const text = source?.text ?? "";
  const [, ofBlueprints, central] =
    /names = dict\.fromkeys\(\[['"]([\w.]+)['"]\]\)|return \[['"]([\w.]+)['"]\]/.exec(text) ?? [];
  const isOld = text.includes("def task_modules(") && !text.includes("NOT_A_BLUEPRINT");
  const [, included] = /settings\["include"\] = \[['"]([\w.]+)['"]/.exec(text) ?? [];
  const isMixed = /single-module blueprints share/.test(text);
  return {
    style: isOld || included ? "centralized" : isMixed ? "mixed" : "blueprint",
    module: ofBlueprints ?? central ?? included ?? null,
  };
}

/** The status endpoint of an earlier run. */
export interface OwnStatus {
  /** Path of its `__init__.py`. */
  path: string;
  name: string;
  urlPrefix: string | null;
  cancel: boolean;
  stream: boolean;
  page: boolean;
}

/** Finds the status endpoint that an earlier run has made; null where there is none. */
export function findOwnStatus(project: Project): OwnStatus | null {
  const found = ownRoutes(project, STATUS_INITIALIZER);
  if (!found) return null;
  const { source, ...own } = found;
  const has = (route: string) => defines(source.text, route);
  return { ...own, cancel: has("cancel"), stream: has("events"), page: has("page") };
}

/** What failed-tasks has made. */
export interface OwnFailed {
  /** Path of its `__init__.py`. */
  path: string;
  urlPrefix: string | null;
  store: "database" | "redis";
  page: boolean;
}

/** Finds what an earlier run of failed-tasks has made; null where there is none. */
export function findOwnFailed(project: Project): OwnFailed | null {
  const found = ownRoutes(project, FAILED_INITIALIZER);
  if (!found) return null;
  const store = project.parse(found.path.replace(/__init__\.py$/, "store.py"))?.text ?? "";
  return {
    path: found.path,
    urlPrefix: found.urlPrefix,
    store: store.includes("sqlalchemy") ? "database" : "redis",
    page: defines(found.source.text, "page"),
  };
}

/** The package with a blueprint of ours that `initializer` registers. */
function ownRoutes(project: Project, initializer: string) {
  for (const source of project.sources.values()) {
    const path = /(?:^|\/)(\w+)\/__init__\.py$/.exec(source.path);
    if (!path || !defines(source.text, initializer)) continue;
    const blueprint = source.tree.rootNode
      .descendantsOfType("call")
      .find((call) => call.childForFieldName("function")?.text === "Blueprint");
    const urlPrefix = blueprint ? stringValue(callArguments(blueprint).keywords.get("url_prefix") ?? null) : null;
    return { source, path: source.path, name: path[1]!, urlPrefix };
  }
  return null;
}

/** What periodic-task has made. */
export interface OwnSchedule {
  timezone: string;
  scheduler: "redbeat" | "file";
}

/** The `celery_schedule.py` of an earlier run. */
export function findOwnSchedule(project: Project): OwnSchedule | null {
  for (const { path, text } of project.sources.values()) {
    if (!/(?:^|\/)celery_schedule\.py$/.test(path)) continue;
    const timezone = /^TIMEZONE = "([^"]+)"/m.exec(text)?.[1];
    if (timezone) return { timezone, scheduler: text.includes("RedBeatScheduler") ? "redbeat" : "file" };
  }
  return null;
}
