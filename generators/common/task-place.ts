import { snakeCase } from "change-case";
import { UserError } from "../../lib/errors/index.ts";
import {
  type Blueprint,
  blueprintScan,
  type FlaskApp,
  type OwnTasks,
  ownTasks,
  type Project,
  placeOf,
  type Route,
  routesOf,
} from "../../lib/survey/index.ts";

/** Where the parts of a blueprint's task live; paths are relative to the root. */
export interface TaskPlace {
  blueprint: string;
  /** Variable that holds the blueprint in the file with the routes. */
  variable: string;
  kind: Blueprint["kind"];
  /** null for a blueprint that does not exist yet. */
  existing: Blueprint | null;
  /** The routes that it has. */
  routes: readonly Route[];
  tasksPath: string;
  tasksModule: string;
  routesPath: string;
  /** Dotted package of the routes' file. */
  routesPackage: string;
  /** Folder that the dotted names start in. */
  importRoot: string;
}

/** Finds the blueprint by name, or says where a new one goes: beside the others, in the style that they have. */
export function placeTask(
  project: Project,
  app: FlaskApp,
  { blueprint: name, new: mayBeNew }: { blueprint: string; new: "yes" | "no" },
  tasks: TasksLayout,
): TaskPlace {
  // The answer is in snake_case; a blueprint may be called "Stores" or "auth-api".
  const exact = project.blueprints.filter((blueprint) => blueprint.name === name);
  const named = exact.length > 0 ? exact : project.blueprints.filter((blueprint) => snakeCase(blueprint.name) === name);
  const blueprints = named.filter(({ kind }) => kind !== "namespace");
  // A flask-restx namespace may share its name with a blueprint: Flask itself knows the blueprint only.
  const found = blueprints.length > 0 ? blueprints : named;
  const [first, second] = found;
  if (second) throw ambiguous(first!.name, found);
  if (!first && mayBeNew === "no") throw unknownBlueprint(project, name);
  if (!first) return newPlace(project, app, name, tasks);
  const place = existingPlace(project, app, first, name, tasks);
  refuseScanned(project, app, first, place);
  return place;
}

/** A loop that imports every module of a folder and takes a blueprint from each would fail at a module of tasks. */
function refuseScanned(project: Project, app: FlaskApp, blueprint: Blueprint, { tasksPath }: TaskPlace): void {
  const folder = blueprint.path.split("/").slice(0, -1).join("/");
  const isBeside =
    blueprint.layout === "module" && tasksPath.startsWith(`${folder}/`) && !project.pathSet.has(tasksPath);
  const scan = isBeside ? blueprintScan(project, app) : null;
  if (!scan || scan.names || scan.isTolerant) return;
  throw new UserError({
    code: "modules-scanned",
    what: `${tasksPath} has no place; nothing was changed.`,
    why: `${scan.at.path}:${scan.at.line} imports the modules of a folder and takes ${scan.variable || "a blueprint"} from each, which a module of tasks does not have`,
    fix: `let that loop pass over modules without one (if not hasattr(module, "${scan.variable || "bp"}"): continue), and run the command again`,
  });
}

/** How the tasks are organised, read from the integration itself. */
export interface TasksLayout {
  style: OwnTasks["style"];
  /** Path and module of the application's own tasks file. */
  centralPath: string;
  centralModule: string;
}

/** Reads it from our own celery_app.py. */
export function tasksLayout(project: Project, app: FlaskApp): TasksLayout {
  const folder = app.packageDir ? `${app.packageDir}/` : "";
  const { style, module } = ownTasks(project.parse(`${folder}celery_app.py`));
  const centralModule = module ?? (app.package ? `${app.package}.tasks` : "tasks");
  return { style, centralPath: `${folder}${centralModule.split(".").pop()}.py`, centralModule };
}

function existingPlace(
  project: Project,
  app: FlaskApp,
  blueprint: Blueprint,
  name: string,
  layout: TasksLayout,
): TaskPlace {
  const shared = {
    blueprint: name,
    kind: blueprint.kind,
    existing: blueprint,
    importRoot: app.importRoot,
    ...homeOfRoutes(project, blueprint),
  };
  const isCentral = layout.style === "centralized" || (layout.style === "mixed" && blueprint.layout === "module");
  if (isCentral) return { ...shared, tasksPath: layout.centralPath, tasksModule: layout.centralModule };
  const folder = blueprint.path.split("/").slice(0, -1).join("/");
  if (blueprint.layout === "package") {
    const isOwn = folder !== app.packageDir;
    const stem = isOwn ? "tasks" : `${name}_tasks`;
    return { ...shared, tasksPath: `${folder}/${stem}.py`, tasksModule: `${blueprint.package}.${stem}` };
  }
  const stem = blueprint.path.split("/").pop()!.replace(/\.py$/, "");
  const base = folder ? `${folder}/` : "";
  return { ...shared, tasksPath: `${base}${stem}_tasks.py`, tasksModule: `${blueprint.module}_tasks` };
}

/** The file with most of the blueprint's routes; where it has none, the one that makes it. */
function homeOfRoutes(
  project: Project,
  blueprint: Blueprint,
): Pick<TaskPlace, "routes" | "routesPath" | "routesPackage" | "variable"> {
  const routes = routesOf(project, blueprint);
  const named = routes.filter(({ variable }) => /^\w+$/.test(variable));
  const count = (path: string) => named.filter(({ source }) => source.path === path).length;
  const most = named.reduce(
    (best, { source }) => (count(source.path) > count(best) ? source.path : best),
    blueprint.path,
  );
  return {
    routes,
    routesPath: most,
    routesPackage: placeOf(project, most).package,
    variable: named.find(({ source }) => source.path === most)?.variable ?? blueprint.variable,
  };
}

function newPlace(project: Project, app: FlaskApp, name: string, layout: TasksLayout): TaskPlace {
  const sibling = project.blueprints.find(
    (blueprint) => blueprint.layout === "package" && !blueprint.path.startsWith(`${app.packageDir}/${name}/`),
  );
  const parent = usualFolder(project, app);
  const folder = parent ? `${parent}/${name}` : name;
  const root = app.importRoot ? `${app.importRoot}/` : "";
  const module = folder.slice(root.length).replaceAll("/", ".");
  const taken = project.paths.find((path) => path.startsWith(`${folder}/`) || path === `${folder}.py`);
  if (taken) throw folderTaken(name, taken);
  return {
    blueprint: name,
    variable: sibling?.variable === "bp" || !sibling ? "bp" : `${name}_bp`,
    kind: "blueprint",
    existing: null,
    routes: [],
    importRoot: app.importRoot,
    routesPath: `${folder}/routes.py`,
    routesPackage: module,
    ...(layout.style === "centralized"
      ? { tasksPath: layout.centralPath, tasksModule: layout.centralModule }
      : { tasksPath: `${folder}/tasks.py`, tasksModule: `${module}.tasks` }),
  };
}

/** The folder that holds most blueprints, packages or modules; the application's own where none has more. */
function usualFolder(project: Project, app: FlaskApp): string {
  const counts = new Map([[app.packageDir, 0]]);
  for (const { kind, layout, path } of project.blueprints) {
    if (kind === "namespace") continue;
    const folder = path.split("/").slice(0, -1);
    const isApp = folder.join("/") === app.packageDir;
    const holder = (layout === "package" && !isApp ? folder.slice(0, -1) : folder).join("/");
    counts.set(holder, (counts.get(holder) ?? 0) + 1);
  }
  return [...counts].reduce((most, each) => (each[1] > most[1] ? each : most))[0];
}

function ambiguous(name: string, found: readonly Blueprint[]): UserError {
  return new UserError({
    code: "blueprint-ambiguous",
    what: `There are ${found.length} blueprints called "${name}"; nothing was changed.`,
    why: "Flask knows blueprints by name, so two of one name can't be told apart",
    fix: "give one of them another name first",
    details: found.map(({ at }) => `  ${at.path}:${at.line}`),
  });
}

function unknownBlueprint({ blueprints }: Project, name: string): UserError {
  return new UserError({
    code: "blueprint-unknown",
    what: `There is no blueprint "${name}"; nothing was changed.`,
    why: "no new one was to be made (--new no)",
    fix: blueprints.length > 0 ? "name one of these:" : "run the command with --new yes",
    details: blueprints.map((blueprint) => `  --blueprint ${blueprint.name}`),
  });
}

function folderTaken(name: string, path: string): UserError {
  return new UserError({
    code: "blueprint-folder-taken",
    what: `A new blueprint "${name}" has no place; nothing was changed.`,
    why: `${path} is there already, and no blueprint of that name was found in it`,
    fix: "choose another name, or make that module a blueprint of this name first",
  });
}
