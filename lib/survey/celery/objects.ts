/** Every place that makes a Celery application, and what kind of integration it is. */
import {
  callArguments,
  type ImportedName,
  lineOf,
  type Node,
  type SourceFile,
  statements,
} from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import {
  applicationSources,
  assignedValue,
  definitionNamed,
  definitionOf,
  enclosing,
  importedDefinition,
  libraryName,
  nameOf,
  valuesOf,
} from "../names/lookup.ts";
import { parameters } from "../names/signatures.ts";
import { holdsOwnCelery, OWN_INITIALIZER } from "../own.ts";
import type { CeleryUse, Location } from "../project.ts";
import { mayHold, type Reading } from "../reading.ts";

/** One construction of a Celery application. */
export interface CeleryObject {
  kind: CeleryUse["kind"];
  source: SourceFile;
  call: Node;
  at: Location;
  /** The function around it; null at module level. */
  maker: Node | null;
  /** Module-level variable that holds it, "" when there is none. */
  variable: string;
}

const cache = new WeakMap<Reading, readonly CeleryObject[]>();

/** Constructions, best kind first. */
export function celeryObjects(reading: Reading): readonly CeleryObject[] {
  const known = cache.get(reading) ?? findObjects(reading);
  cache.set(reading, known);
  return known;
}

/** The application's files whose code names Celery in any way. */
export function celerySources(reading: Reading): SourceFile[] {
  return applicationSources(reading).filter((source) => {
    const known = naming.get(source) ?? (mayHold(reading, source, CELERY) && namesCelery(source));
    naming.set(source, known);
    return known;
  });
}

const naming = new WeakMap<SourceFile, boolean>();
/** As people write it; the reader looks for these, too. */
export const CELERY = /[cC]elery|CELERY/;

function namesCelery({ tree }: SourceFile): boolean {
  return tree.rootNode.descendantsOfType(["identifier", "string_content"]).some(({ text }) => CELERY.test(text));
}

function findObjects(reading: Reading): CeleryObject[] {
  const { handing } = valuesOf(reading);
  const naming = applicationSources(reading).filter((source) => handing.isNamedIn(source.text));
  const found = naming.flatMap((source) => {
    const objects = constructedIn(reading, source);
    // Ours, edited so far that the construction can't be told any more: never a second one.
    const own = objects.some(({ kind }) => kind === "ours") ? null : ownShape(source);
    return own ? [own, ...objects] : objects;
  });
  // `celery = Celery()` in one file and a task class with the context in another.
  const hasContext = celerySources(reading).some((source) => contextTasks(source).length > 0);
  for (const object of found) if (object.kind === "module-level" && hasContext) object.kind = "context-task";
  const order: CeleryUse["kind"][] = [
    "ours",
    "flask-documented",
    "flask-celeryext",
    "context-task",
    "module-level",
    "unknown",
  ];
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function ownShape(source: SourceFile): CeleryObject | null {
  const maker = holdsOwnCelery(source) ? definitionNamed(source.tree.rootNode, OWN_INITIALIZER) : null;
  if (!maker) return null;
  return { kind: "ours", source, call: maker, at: { path: source.path, line: lineOf(maker) }, maker, variable: "" };
}

function constructedIn(reading: Reading, source: SourceFile): CeleryObject[] {
  return source.tree.rootNode.descendantsOfType("call").flatMap((call) => {
    const type = call.childForFieldName("function");
    const library = type ? celeryClass(reading, source, type, 0) : null;
    return library ? [objectOf(reading, source, call, library)] : [];
  });
}

type Library = "celery" | "flask-celeryext" | "foreign";

function celeryClass(reading: Reading, source: SourceFile, callee: Node, depth: number): Library | null {
  const library = libraryName(source, callee);
  const found = depth < 5 ? definitionOf(reading, source, callee) : null;
  if (found?.name) {
    const holder = reading.parse(found.path);
    const type = holder && definitionNamed(holder.tree.rootNode, found.name);
    const value = holder && !type ? assignedValue(holder.tree.rootNode, found.name) : null;
    // `BaseCelery = Celery`
    if (holder && value && ["identifier", "attribute"].includes(value.type) && value.text !== found.name)
      return celeryClass(reading, holder, value, depth + 1);
    if (!holder || type?.type !== "class_definition") return null;
    const bases = type.childForFieldName("superclasses");
    for (const base of bases ? statements(bases) : []) {
      const generic = base.type === "subscript" ? base.childForFieldName("value")! : base;
      const kind = celeryClass(reading, holder, generic, depth + 1);
      if (kind) return kind;
    }
    return null;
  }
  if (!library) return null;
  const top = library.module.split(".")[0]!;
  if (top === "celery") return library.name === "Celery" ? "celery" : null;
  if (top === "flask_celeryext") return library.name === "FlaskCeleryExt" ? "flask-celeryext" : null;
  // Flask-Celery-Helper, or a company's own library: a class whose name says that it is a Celery application.
  return /^[A-Z]\w*Celery$|^Celery$/.test(library.name) ||
    (/^flask_celery/.test(top) && library.name !== "create_celery_app")
    ? "foreign"
    : null;
}

function objectOf(reading: Reading, source: SourceFile, call: Node, library: Library): CeleryObject {
  const maker = enclosing(call, "function_definition");
  const at = { path: source.path, line: lineOf(call) };
  const variable = moduleVariable(reading, source, call, maker);
  return { kind: kindOf(source, maker, library), source, call, at, maker, variable };
}

function kindOf(source: SourceFile, maker: Node | null, library: Library): CeleryUse["kind"] {
  if (library === "foreign") return "unknown";
  if (library === "flask-celeryext") return "flask-celeryext";
  const tasks = contextTasks(source);
  if (!maker) return tasks.length > 0 ? "context-task" : "module-level";
  const inside = tasks.filter((task) => task.startIndex > maker.startIndex && task.endIndex <= maker.endIndex);
  const topLevel = tasks.filter((task) => !enclosing(task, "function_definition"));
  const keepsIt = /\.extensions\s*\[\s*["']celery["']\s*\]\s*=/.test(maker.text);
  if (nameOf(maker) === OWN_INITIALIZER && holdsOwnCelery(source)) return "ours";
  if (inside.length + topLevel.length === 0) return "module-level";
  return keepsIt ? "flask-documented" : "context-task";
}

/** Classes whose tasks run inside the application's context: a `__call__` (or `run`) around `app_context()`. */
export function contextTasks(source: SourceFile): Node[] {
  return source.tree.rootNode.descendantsOfType("class_definition").filter((node) => {
    const bases = node.childForFieldName("superclasses")?.text ?? "";
    return /Task|celery/i.test(bases) && /\bapp_context\b/.test(node.text) && /def __call__\b/.test(node.text);
  });
}

/** The module-level name of a Celery object: of the construction itself, or of a call of the function that makes it. */
function moduleVariable(reading: Reading, source: SourceFile, call: Node, maker: Node | null): string {
  if (!maker) return assignedName(call);
  const calls = callsOf(reading, source.path, nameOf(maker)).filter((item) => item.source.path === source.path);
  return (
    calls.map((item) => (enclosing(item.call, "function_definition") ? "" : assignedName(item.call))).find(Boolean) ??
    ""
  );
}

export function assignedName(call: Node): string {
  const parent = call.parent;
  const left = parent?.type === "assignment" ? parent.childForFieldName("left") : null;
  return left?.type === "identifier" ? left.text : "";
}

/** Every call in the application of the function `name` of the file `path`. */
export function callsOf(reading: Reading, path: string, name: string): { source: SourceFile; call: Node }[] {
  return applicationSources(reading).flatMap((source) => {
    if (!source.text.includes(name) && !valuesOf(reading).handing.isNamedIn(source.text)) return [];
    const imported = importsOf(source).some(
      (item) => item.name === name || item.name === null || item.name === "*" || item.name !== item.local,
    );
    if (source.path !== path && !imported) return [];
    return source.tree.rootNode.descendantsOfType("call").flatMap((call) => {
      const callee = call.childForFieldName("function");
      if (!callee || (!callee.text.endsWith(name) && callee.type !== "identifier")) return [];
      const found = definitionOf(reading, source, callee);
      return found?.path === path && found.name === name ? [{ source, call }] : [];
    });
  });
}

/** Imports of Celery or a Flask-Celery library in the application's own code, with the file that has them. */
export function celeryImports(reading: Reading): { source: SourceFile; at: Location; module: string }[] {
  return celerySources(reading).flatMap((source) =>
    importsOf(source).flatMap((item) => {
      const top = item.module.split(".")[0]!;
      if (item.level > 0 || !/^(celery|flask_celery\w*)$/.test(top)) return [];
      // A module of the project called celery.py is not the library.
      if (importedDefinition(reading, source, item) || isHelper(item)) return [];
      return [{ source, at: { path: source.path, line: lineOf(item.node) }, module: item.module }];
    }),
  );
}

/** `crontab`, exceptions, states: whoever imports these alone need not use Celery. */
function isHelper({ module, name }: ImportedName): boolean {
  const dotted = module === "celery" ? `celery.${name}` : module;
  return /^celery\.(schedules|exceptions|states|utils)(\.|$)/.test(dotted);
}

/** Whether a maker is given the application by somebody, so that the application itself knows its Celery. */
export function isGivenApp(reading: Reading, object: CeleryObject): boolean {
  if (!object.maker || parameters(object.maker).length === 0) return false;
  return callsOf(reading, object.source.path, nameOf(object.maker)).some(({ call }) => {
    const { positional, keywords } = callArguments(call);
    return positional.length + keywords.size > 0;
  });
}
