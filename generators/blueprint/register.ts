import type { Context } from "../../lib/contract/context.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import { insertLines, mainQuote, type Node, placeImport, stringValue } from "../../lib/python/index.ts";
import {
  type BlueprintScan,
  blueprintScan,
  type FlaskApp,
  isFlaskImport,
  ownImports,
  type Project,
  registrationPoint,
} from "../../lib/survey/index.ts";
import type { TaskPlace } from "../common/task-place.ts";

/** Registers a new blueprint where the others are registered; where that is not certain, the user is told what to paste. */
export function registerBlueprint(context: Context, app: FlaskApp, place: TaskPlace): Plan["manual"] {
  const { project } = context;
  const module = place.routesPackage;
  const alias = place.variable === `${place.blueprint}_bp` ? place.variable : `${place.blueprint}_bp`;
  const imported = place.variable === alias ? alias : `${place.variable} as ${alias}`;
  const scan = blueprintScan(project, app);
  if (scan && !isPassedBy(scan)) return joinScan(context, scan, place);
  const point = registrationPoint(project, app);
  const source = point && project.parse(point.path);
  if (!point || !source) {
    const line = app.inits[0]?.line ?? app.at.line;
    const snippet = `from ${module} import ${imported}\n${app.inits[0]?.appName ?? app.name}.register_blueprint(${alias})`;
    return [
      {
        path: app.at.path,
        line,
        snippet,
        why: "registers the new blueprint; where the others are registered was not certain",
      },
    ];
  }
  const from = point.importStyle === "relative" ? relativeTo(project, point.path, module) : module;
  const line = `from ${from} import ${imported}`;
  if (point.importAt === "module")
    context.edit(
      source,
      placeImport(source, line, { isHome: isFlaskImport, isOwn: ownImports(app.importRoot, project.pathSet, from) }),
    );
  const { above, below } = gaps(source.text.slice(0, point.offset));
  const local = point.importAt === "local" ? `${above}${point.indent}${line}\n${below}` : "";
  context.edit(
    source,
    insertLines(source, point.offset, `${local}${point.indent}${point.appName}.register_blueprint(${alias})\n`),
  );
  return [];
}

/** A loop over the modules of a folder does not see a package in it. */
function isPassedBy({ names, findsPackages, isRecursive }: BlueprintScan): boolean {
  return !names && !findsPackages && !isRecursive;
}

/** Where a loop registers what it finds, the new blueprint has to be found, and must not be registered a second time. */
function joinScan(context: Context, scan: BlueprintScan, place: TaskPlace): Plan["manual"] {
  const { source, at, names, variable, isRecursive, isTolerant, findsPackages } = scan;
  const isFound = variable === place.variable;
  if (names) {
    const last = names.at(-1)!;
    const name = nameLike(context.project, last, place);
    if (isFound && name) {
      const quote = mainQuote(source);
      context.edit(source, { start: last.endIndex, end: last.endIndex, text: `, ${quote}${name}${quote}` });
      return [];
    }
  } else if (isFound && findsPackages && (isTolerant || !isRecursive)) return [];
  return [
    {
      ...at,
      snippet: `from ${place.routesPackage} import ${place.variable}`,
      why: "this loop registers the blueprints that it finds; see that it finds this one, too, and only once",
    },
  ];
}

/** The new blueprint as the list names the others: by name, or by module. */
function nameLike(project: Project, item: Node, place: TaskPlace): string | null {
  const text = stringValue(item)!;
  const known = project.blueprints.find(
    ({ name, package: home, layout }) => layout === "package" && (text === name || text === home),
  );
  // The loop completes a name to a module: only what the others have is certain to be found.
  if (!known || known.path.split("/").length !== place.routesPath.split("/").length) return null;
  const isAlike = known.path.endsWith("/routes.py") || known.path.endsWith("/__init__.py");
  if (!isAlike) return null;
  return text === known.name ? place.blueprint : place.routesPackage;
}

/** Blank lines around the import, as the registration that `text` ends with has them; below it where there is none. */
function gaps(text: string): { above: string; below: string } {
  const [blank, imported] = text.split(/\r\n|\n|\r/).slice(-4, -2);
  if (!/^\s*(from|import)\s/.test(imported ?? "")) return { above: "", below: "\n" };
  return { above: blank?.trim() === "" ? "\n" : "", below: "" };
}

/** `app.users` seen from a file of the package `app`: `.users`. */
function relativeTo(project: Project, path: string, module: string): string {
  const folder = path.split("/").slice(0, -1);
  const depth = folder.filter((_, index) =>
    project.paths.includes(`${folder.slice(0, index + 1).join("/")}/__init__.py`),
  ).length;
  const own = folder.slice(folder.length - depth).join(".");
  return own && module.startsWith(`${own}.`) ? module.slice(own.length) : module;
}
