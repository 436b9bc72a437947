/** What the templates of `celery-factory` and `celery-direct` are rendered with. */
export interface Integration {
  /** Project name for texts and key prefixes: snake_case, e.g. "flaskr". */
  project: string;
  kind: "factory" | "module";
  /** Dotted package that holds the generated modules; "" for a flat project. */
  package: string;
  /** Folder of that package with a trailing slash, "" at the root. */
  packageDir: string;
  /** e.g. "flaskr.celery_app", or "celery_app" when flat (another name on a collision). */
  celeryModule: string;
  /** Last part of `celeryModule`: what its siblings import. */
  celeryName: string;
  /** e.g. "flaskr.tasks" (another name on a collision). */
  tasksModule: string;
  /** How the worker's entry obtains the app. */
  entry: WorkerEntry;
  /** Folder on sys.path from which `package` is imported, relative to the root: "" or e.g. "src". */
  importRoot: string;
  /** Module name of the worker's entry at the project's root: "make_celery". */
  entryModule: string;
  broker: "redis" | "rabbitmq" | "embedded";
  results: "redis" | "database" | "embedded" | "none";
  config: "object" | "environment" | "namespace";
  tasks: "blueprint" | "centralized" | "mixed";
  database: { kind: "none" } | { kind: "flask-sqlalchemy" } | { kind: "sqlalchemy"; module: string; name: string };
  /** The worker's entry loads .env with python-dotenv. */
  dotenv: boolean;
  /** The factory reaches the database or the network when called. */
  heavyStart: boolean;
  /** The pytest file, relative to the project's root; none where the project does not use pytest. */
  testFile?: string;
  /** The command that installs what is declared, as a person types it. */
  installCommand: string;
}

/** What `entryImports` makes of the survey's EntryCall. */
export interface WorkerEntry {
  /** Import lines in the order that isort and ruff want, an empty string between groups. */
  imports: readonly string[];
  call: string;
  returnsApp: boolean;
}

/** What the templates of `blueprint-task` (templates/blueprint/) are rendered with. */
export interface BlueprintTask {
  blueprint: string;
  /** Variable that holds the Blueprint. */
  variable: string;
  task: string;
  endpoint: boolean;
  /** The blueprint's module imports the task: this integration doesn't look for tasks, and no route does it. */
  registers: boolean;
  /** Whether results are on: the route gets a Location, the task ignore_result=False. */
  tracked: boolean;
  context: "app" | "request";
  /** Module of the tasks as the routes' module imports it, e.g. ".tasks" or "app.users_tasks". */
  tasksImport: string;
  /** Dotted module of celery_request.py as tasks and routes import it. */
  requestModule: string;
  /** Dotted module with task_url(), when status-endpoint has been run; "" otherwise. */
  statusModule: string;
  /** The route gets a state route of its own: results are on, and there is no status endpoint. */
  ownState: boolean;
  /** Celery is reached through `current_app.extensions["celery"]`. */
  inExtensions: boolean;
  /** A blank line divides the absolute imports of the project from the relative one of the tasks. */
  gapBeforeTasks: boolean;
  /** The task's name for classes. */
  pascal: string;
  /** The blueprint is there already: its file imports Blueprint itself. */
  exists: boolean;
  database: { kind: "none" } | { kind: "flask-sqlalchemy" | "sqlalchemy"; module: string; name: string };
}

const STANDARD = /^(?:import|from) (?:os|sys|pathlib|typing|logging|json|functools|importlib)\b/;
const LIBRARIES = /^(?:import|from) (?:celery|flask|dotenv|werkzeug|environs|decouple)\b/;

/**
 * Orders the lines by which the worker's entry gets the app, and adds what the entry needs itself.
 * Anything but one-line imports stays where it was: its order may matter.
 *
 * @param imports import lines and preparation, as the survey read them
 * @param returnsApp whether the call's value is the Flask application
 */
export function entryImports(imports: readonly string[], returnsApp: boolean): string[] {
  const single = returnsApp ? [...imports] : ["from celery.app import app_or_default", ...imports];
  if (!single.every((line) => /^(import|from) [^(]+$/.test(line))) return single;
  const lines = mergeFroms(single);
  const groups = [lines.filter((line) => STANDARD.test(line)), lines.filter((line) => LIBRARIES.test(line))];
  groups.push(lines.filter((line) => !groups.flat().includes(line)));
  const order = (line: string) => (line.startsWith("import ") ? 0 : 1);
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => [
      ...(index > 0 ? [""] : []),
      ...group.sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1)),
    ]);
}

/** `from a import B` and `from a import C` in one line, in isort's order: CONSTANTS, Classes, then everything else. */
function mergeFroms(lines: readonly string[]): string[] {
  const names = new Map<string, string[]>();
  for (const line of lines) {
    const [, head, list] = /^(from \S+ import )(.+)$/.exec(line) ?? [null, line, ""];
    names.set(head, [...(names.get(head) ?? []), ...list.split(/,\s*/).filter(Boolean)]);
  }
  const key = (name: string) =>
    `${/^[A-Z][A-Z0-9_]+\b/.test(name) ? 0 : /^[A-Z]/.test(name) ? 1 : 2}${name.toLowerCase()}`;
  return [...names].map(([head, found]) => {
    const sorted = [...new Set(found)].sort((one, two) => (key(one) < key(two) ? -1 : 1));
    return head + sorted.join(", ");
  });
}
