import {
  callArguments,
  indentAt,
  lineOf,
  lineStart,
  type Node,
  nextLine,
  type SourceFile,
  statements,
  stringValue,
} from "../python/index.ts";
import { type AppUse, traceApp } from "./apps/app-trace.ts";
import {
  applicationSources,
  assignedValue,
  type Definition,
  definitionNamed,
  definitionOf,
  enclosing,
  importFor,
  libraryName,
  sourcesNaming,
  statementOf,
  valuesOf,
} from "./names/lookup.ts";
import { isOwnStatus } from "./own.ts";
import type { Blueprint, FlaskApp, Location } from "./project.ts";
import { mayHold, type Reading } from "./reading.ts";

/** Constructors by library; modules are compared by their first part. */
const CONSTRUCTORS: readonly { libraries: readonly string[]; name: string; kind: Blueprint["kind"] }[] = [
  { libraries: ["flask_smorest", "flask_rest_api"], name: "Blueprint", kind: "smorest" },
  { libraries: ["flask_restx", "flask_restplus"], name: "Namespace", kind: "namespace" },
  { libraries: ["apiflask", "flask_openapi3"], name: "APIBlueprint", kind: "blueprint" },
  { libraries: ["flask", "flask_api"], name: "Blueprint", kind: "blueprint" },
];
/** What a file is called that holds the views of the folder it stands in. */
const VIEW_MODULE =
  /^(views?|routes?|blueprints?|bp|apis?|controllers?|handlers?|resources?|rest|endpoints?|urls|pages?|main|__init__)$/;
/** Methods by which a blueprint is registered. */
export const REGISTER = ["register_blueprint", "add_namespace", "register_api"];

/**
 * Every blueprint (Flask's, flask-smorest's, flask-restx's namespaces) of the application, in the order of its files.
 *
 * @see https://flask.palletsprojects.com/en/stable/blueprints/
 */
export function surveyBlueprints(reading: Reading): Blueprint[] {
  const made = applicationSources(reading)
    .filter((source) => !isOwnStatus(source))
    .flatMap((source) => constructedIn(reading, source));
  const registered = registrations(reading);
  const folders = new Map<string, Set<string>>();
  for (const { path } of made) {
    const folder = folderOf(path);
    folders.set(folder, (folders.get(folder) ?? new Set()).add(path));
  }
  const appFolders = foldersOfApps(reading);
  return made.map(({ call, path, variable, name, kind }) => {
    const place = valuesOf(reading).place(path);
    const alone = folders.get(folderOf(path))?.size === 1 && !appFolders.has(folderOf(path));
    const stem = path.split("/").at(-1)!.replace(/\.py$/, "");
    const own = VIEW_MODULE.test(stem) || stem === folderOf(path).split("/").at(-1);
    const layout = stem === "__init__" || (place.package !== "" && alone && own) ? "package" : "module";
    return {
      name,
      variable,
      kind,
      path,
      module: place.module,
      package: place.package,
      layout,
      at: { path, line: lineOf(call) },
      registeredAt: registered.get(`${path}:${variable}`) ?? null,
    };
  });
}

interface Made {
  call: Node;
  path: string;
  variable: string;
  name: string;
  kind: Blueprint["kind"];
}

function constructedIn(reading: Reading, source: SourceFile): Made[] {
  if (!valuesOf(reading).handing.isNamedIn(source.text)) return [];
  return assignments(source).flatMap(({ variable, value }) => {
    const callee = value.type === "call" ? value.childForFieldName("function") : null;
    const kind = callee && kindOf(reading, source, callee);
    if (!kind) return [];
    const { positional, keywords } = callArguments(value);
    const given = keywords.get("name") ?? positional[0] ?? null;
    const constant = given?.type === "identifier" ? assignedValue(source.tree.rootNode, given.text) : null;
    const name = stringValue(given) ?? stringValue(constant) ?? variable.replace(/_?(bp|blueprint|ns)$/, "");
    return [{ call: value, path: source.path, variable, name: name || variable, kind }];
  });
}

/** `x = call(...)` anywhere in a file: some factories make their blueprints inside. */
function assignments(source: SourceFile): { variable: string; value: Node }[] {
  return source.tree.rootNode.descendantsOfType("assignment").flatMap((node) => {
    const left = node?.childForFieldName("left");
    const value = node?.childForFieldName("right");
    return left?.type === "identifier" && value ? [{ variable: left.text, value }] : [];
  });
}

function kindOf(reading: Reading, source: SourceFile, callee: Node, depth = 0): Blueprint["kind"] | null {
  const library = libraryName(source, callee);
  const top = library?.module.split(".")[0] ?? "";
  const known = CONSTRUCTORS.find((item) => item.name === library?.name && item.libraries.includes(top));
  if (known) return known.kind;
  // A subclass of the project's own.
  const found = depth < 3 ? definitionOf(reading, source, callee) : null;
  const holder = found?.name ? reading.parse(found.path) : null;
  const type = found?.name && holder ? definitionNamed(holder.tree.rootNode, found.name) : null;
  const bases = type?.type === "class_definition" ? type.childForFieldName("superclasses") : null;
  for (const base of bases && holder ? statements(bases) : []) {
    const kind = kindOf(reading, holder!, base, depth + 1);
    if (kind) return kind;
  }
  return null;
}

/** `path:variable` of every blueprint that something registers → where. */
function registrations(reading: Reading): Map<string, Location> {
  const found = new Map<string, Location>();
  for (const source of sourcesNaming(reading, new RegExp(REGISTER.join("|")))) {
    for (const call of registerCalls(source)) {
      const { positional, keywords } = callArguments(call);
      const argument = positional[0] ?? keywords.get("blueprint") ?? keywords.get("ns");
      if (!argument) continue;
      for (const { path, name } of resolveAll(reading, source, argument)) {
        const key = `${path}:${name}`;
        if (name && !found.has(key)) found.set(key, { path: source.path, line: lineOf(call) });
      }
    }
  }
  return found;
}

function registerCalls(source: SourceFile): Node[] {
  return source.tree.rootNode.descendantsOfType("call").filter((node): node is Node => {
    const callee = node?.childForFieldName("function");
    return callee?.type === "attribute" && REGISTER.includes(callee.childForFieldName("attribute")?.text ?? "");
  });
}

/** The blueprints that an argument may stand for: one, or those of the list that a loop goes over. */
function resolveAll(reading: Reading, source: SourceFile, argument: Node): Definition[] {
  const loop = argument.type === "identifier" ? loopOver(argument) : null;
  if (!loop) {
    const local = localVariable(argument);
    if (local) return [{ path: source.path, name: argument.text }];
    const one = definitionOf(reading, source, argument);
    return one ? [one] : [];
  }
  return elementsOf(reading, source, loop, 0);
}

function localVariable(node: Node): boolean {
  const scope = node.type === "identifier" ? enclosing(node, "function_definition") : null;
  return scope !== null && assignedValue(scope.childForFieldName("body")!, node.text) !== null;
}

/** What `for <name> in …` (a statement or a comprehension) around a use of the name goes over. */
function loopOver(use: Node): Node | null {
  for (let at = use.parent; at; at = at.parent) {
    const clauses =
      at.type === "for_statement" ? [at] : at.namedChildren.filter((child) => child?.type === "for_in_clause");
    for (const clause of clauses) {
      const left = clause?.childForFieldName("left");
      const names = left ? [left, ...left.descendantsOfType("identifier")] : [];
      if (names.some((name) => name?.text === use.text)) return clause!.childForFieldName("right");
    }
  }
  return null;
}

function elementsOf(reading: Reading, source: SourceFile, list: Node, depth: number): Definition[] {
  if (["list", "tuple", "set", "dictionary", "expression_list"].includes(list.type)) {
    return statements(list).flatMap((item) =>
      ["tuple", "list", "pair"].includes(item.type)
        ? elementsOf(reading, source, item, depth)
        : (definitionOf(reading, source, item) ?? []),
    );
  }
  if (list.type === "pair") return statements(list).flatMap((item) => definitionOf(reading, source, item) ?? []);
  if (depth > 3) return [];
  const scope = enclosing(list, "function_definition");
  const local = list.type === "identifier" && scope ? assignedValue(scope.childForFieldName("body")!, list.text) : null;
  if (local) return elementsOf(reading, source, local, depth + 1);
  const found = definitionOf(reading, source, list);
  const holder = found?.name ? reading.parse(found.path) : null;
  const value = found?.name && holder ? assignedValue(holder.tree.rootNode, found.name) : null;
  return value && holder ? elementsOf(reading, holder, value, depth + 1) : [];
}

function folderOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

/** Folders with a file that constructs a Flask application: their modules belong to the application, not to a blueprint. */
function foldersOfApps(reading: Reading): Set<string> {
  const folders = new Set<string>();
  for (const source of applicationSources(reading)) {
    if (!mayHold(reading, source, /Flask|OpenAPI/)) continue;
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const callee = call?.childForFieldName("function");
      const name = callee ? libraryName(source, callee)?.name : "";
      if (name && ["Flask", "APIFlask", "OpenAPI"].includes(name)) folders.add(folderOf(source.path));
    }
  }
  return folders;
}

/** Where another blueprint is registered, and how the file writes such a registration. */
export interface RegistrationPoint {
  path: string;
  /** Offset of a line's start in that file's text. */
  offset: number;
  indent: string;
  line: number;
  /** Name of the application there. */
  appName: string;
  /** Whether the blueprint's import stands in the function, right before the call, or among the file's imports. */
  importAt: "local" | "module";
  importStyle: "relative" | "absolute";
}

/**
 * Where another `app.register_blueprint(x)` goes: behind the last one that always runs, else before the point where
 * Celery is initialised. Null when neither place is certain.
 */
export function registrationPoint(reading: Reading, app: FlaskApp): RegistrationPoint | null {
  const uses = traceApp(valuesOf(reading), app).filter(
    (use) => use.action === "register_blueprint" && !use.conditional && !isOwnStatus(use.source),
  );
  // Among several functions, the one that registers most is the project's place for it.
  const home = (use: AppUse) => `${use.source.path}:${use.definition?.startIndex}`;
  const count = (use: AppUse) => uses.filter((other) => home(other) === home(use)).length;
  for (const { source, node, appName, loop } of uses.toReversed().sort((a, b) => count(b) - count(a))) {
    const statement = loop ?? statementOf(node);
    const indent = indentAt(source.text, statement.startIndex);
    const offset = nextLine(source.text, statement.endIndex);
    const rest = source.text.slice(statement.endIndex, offset);
    if (indent === null || !/^\s*(#.*)?$/.test(rest.replace(/[\r\n]+$/, ""))) continue;
    const argument = callArguments(node).positional[0];
    const imported = loop || !argument ? null : importFor(source, rootName(argument), argument.startIndex);
    const local = imported !== null && enclosing(imported.node, "function_definition") !== null;
    return {
      path: source.path,
      offset,
      indent,
      line: statement.endPosition.row + 2,
      appName,
      importAt: local ? "local" : "module",
      importStyle: imported ? (imported.level > 0 ? "relative" : "absolute") : app.importStyle,
    };
  }
  const init = app.inits.length === 1 ? app.inits[0]! : null;
  if (!init || init.inline) return null;
  const { offset, indent, line, appName } = init;
  return {
    path: app.file.path,
    offset: lineStart(app.file.text, offset),
    indent,
    line,
    appName,
    // In a factory an import of views belongs inside: they may import the application's own objects.
    importAt: indent === "" ? "module" : "local",
    importStyle: app.importStyle,
  };
}

function rootName(node: Node): string {
  return node.type === "attribute" ? rootName(node.childForFieldName("object") ?? node.namedChildren[0]!) : node.text;
}
