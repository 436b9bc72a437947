/** Following names from file to file: what the surveys of blueprints, settings, databases and Celery share. */
import {
  type ImportedName,
  type Node,
  opensScope,
  type SourceFile,
  statements,
  undecorated,
  walk,
} from "../../python/index.ts";
import { mayHold, type Reading } from "../reading.ts";
import { importsAs, importsOf } from "./imports-of.ts";
import { isExample, isTestPath, type ModulePlace, modulePath, resolveImport } from "./modules.ts";
import { Values } from "./values.ts";

/** A name where it is defined; `name` null means the module itself. */
export interface Definition {
  path: string;
  name: string | null;
}

const MAX_HOPS = 8;
const NOT_CODE = /(^|\/)(migrations|alembic|node_modules|venv|virtualenv)\/|(^|\/)(setup|noxfile)\.py$/i;

const kinds = new WeakMap<Reading["sources"], (path: string) => boolean>();

/**
 * Whether a path is the application's own code: no tests, documentation, examples or migrations. A project that is
 * nothing but an example (or stands in a folder called tests) is looked at all the same.
 */
export function isApplicationCode(reading: Reading, path: string): boolean {
  const known = kinds.get(reading.sources) ?? chooseKind(reading);
  kinds.set(reading.sources, known);
  return known(path);
}

function chooseKind(reading: Reading): (path: string) => boolean {
  const isCode = (path: string) => !NOT_CODE.test(path);
  const isTested = (path: string) => isCode(path) && !isTestPath(path);
  const isMain = (path: string) => isTested(path) && !isExample(path);
  const holds = (test: (path: string) => boolean) =>
    [...reading.sources.values()].some((source) => test(source.path) && importsFramework(source));
  return [isMain, isTested].find(holds) ?? isCode;
}

/** Whether a file imports Flask, Celery, or a library around them. */
export function importsFramework(source: SourceFile): boolean {
  return importsOf(source).some(({ level, module }) => level === 0 && /flask|celery|^eve(\.|$)/i.test(module));
}

/** The application's own Python files that have to do with Flask or Celery. */
export function applicationSources(reading: Reading): SourceFile[] {
  return [...reading.sources.values()].filter((source) => isApplicationCode(reading, source.path));
}

/**
 * Python files of the application that may hold something; they need not name Flask.
 *
 * @param pattern - matches only what the reader looks for in every file, too: see `named`
 */
export function sourcesNaming(reading: Reading, pattern: Pick<RegExp, "test">): SourceFile[] {
  return reading.named.flatMap((path) => {
    const source = isApplicationCode(reading, path) ? reading.parse(path) : null;
    return source && mayHold(reading, source, pattern) ? [source] : [];
  });
}

const shared = new WeakMap<Reading["sources"], Values>();

/** One Values for each reading (and every Project made of it), since it caches. */
export function valuesOf(reading: Reading): Values {
  const known = shared.get(reading.sources);
  if (known) return known;
  const values = new Values(reading);
  shared.set(reading.sources, values);
  return values;
}

/** Where a file of the project stands among its modules. */
export function placeOf(reading: Reading, path: string): ModulePlace {
  return valuesOf(reading).place(path);
}

/** What an import statement's name stands for in this project; null for names of libraries. */
export function importedDefinition(reading: Reading, source: SourceFile, imported: ImportedName): Definition | null {
  const place = valuesOf(reading).place(source.path);
  const own = resolveImport(place, imported, reading.pathSet);
  if (own === null) return null;
  if (imported.name === null || imported.name === "*") return { path: own, name: null };
  const holder = resolveImport(place, { ...imported, name: null }, reading.pathSet);
  if (holder === own) return { path: own, name: imported.name };
  // `from .main import main`: the package's own name, assigned or imported, hides its submodule.
  const source2 = holder && holder !== source.path ? reading.parse(holder) : null;
  const isOwnName =
    source2 &&
    (assignedValue(source2.tree.rootNode, imported.name) !== null ||
      importsAs(source2, imported.name).some(({ node, name }) => name !== null && node.parent?.type === "module"));
  return holder && isOwnName ? { path: holder, name: imported.name } : { path: own, name: null };
}

/** The import that a name at `node` refers to: the last one before it, else any. */
export function importFor(source: SourceFile, name: string, at: number): ImportedName | null {
  const all = importsAs(source, name);
  return all.findLast((item) => item.node.startIndex < at) ?? all[0] ?? null;
}

/** Where `name` or `module.name` at this node is defined, re-exports followed; null outside the project. */
export function definitionOf(reading: Reading, source: SourceFile, node: Node): Definition | null {
  if (node.type === "identifier") {
    const imported = importFor(source, node.text, node.startIndex);
    if (imported) {
      const found = importedDefinition(reading, source, imported);
      return found && (imported.name === null ? found : settle(reading, found));
    }
    return settle(reading, { path: source.path, name: node.text });
  }
  if (node.type !== "attribute") return null;
  const name = node.childForFieldName("attribute")?.text ?? "";
  const object = node.childForFieldName("object");
  if (!object) return null;
  const dotted = importsOf(source).find((item) => item.name === null && item.module === object.text);
  const holder = dotted ? importedDefinition(reading, source, dotted) : definitionOf(reading, source, object);
  return holder?.name === null ? member(reading, holder.path, name) : null;
}

/** A name of a module: its own, or the submodule. */
function member(reading: Reading, path: string, name: string): Definition | null {
  const found = settle(reading, { path, name });
  if (found) return found;
  if (!path.endsWith("__init__.py")) return null;
  const folder = path.slice(0, -"__init__.py".length);
  const sub = [`${folder}${name}.py`, `${folder}${name}/__init__.py`].find((item) => reading.pathSet.has(item));
  return sub ? { path: sub, name: null } : null;
}

/** Follows a name through the imports of the modules that hand it on. */
function settle(reading: Reading, start: Definition): Definition | null {
  let at = start;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    if (at.name === null) return at;
    const source = reading.parse(at.path);
    if (!source) return null;
    if (definesName(source, at.name)) return at;
    const imported = importsAs(source, at.name)[0];
    const next = imported ? importedDefinition(reading, source, imported) : starred(reading, source, at.name);
    if (!next || (next.path === at.path && next.name === at.name)) return null;
    at = next;
  }
  return null;
}

function starred(reading: Reading, source: SourceFile, name: string): Definition | null {
  for (const item of importsOf(source)) {
    const from = item.name === "*" ? importedDefinition(reading, source, item) : null;
    const found = from && from.path !== source.path ? reading.parse(from.path) : null;
    if (from && found && (definesName(found, name) || importsOf(found).some((inner) => inner.local === name)))
      return { path: from.path, name };
  }
  return null;
}

/** Whether a module assigns or defines the name itself, at its top level or (as a fallback) inside a function. */
function definesName(source: SourceFile, name: string): boolean {
  const root = source.tree.rootNode;
  return assignedValue(root, name) !== null || definitionNamed(root, name) !== null;
}

/** The value of the last `name = value` of a block's own scope, also inside `if`, `try` and `with`. */
export function assignedValue(block: Node, name: string): Node | null {
  return scopeOf(block).values.get(name) ?? null;
}

/** The last class or function of that name in a block's own scope. */
export function definitionNamed(block: Node, name: string): Node | null {
  return scopeOf(block).definitions.get(name) ?? null;
}

interface Scope {
  values: Map<string, Node>;
  definitions: Map<string, Node>;
}

const scopes = new WeakMap<Node, Scope>();

/** What a block's own statements assign and define, read once. */
function scopeOf(block: Node): Scope {
  const known = scopes.get(block);
  if (known) return known;
  const scope: Scope = { values: new Map(), definitions: new Map() };
  scopes.set(block, scope);
  walk(block, (node) => {
    if (node === block) return true;
    const definition = undecorated(node);
    if (opensScope(definition)) {
      if (definition.type !== "lambda") scope.definitions.set(nameOf(definition), definition);
      return false;
    }
    if (node.type === "assignment") {
      const left = node.childForFieldName("left");
      const right = node.childForFieldName("right");
      if (left && right) scope.values.set(left.text, right);
    }
    return HOLDS_STATEMENTS.test(node.type);
  });
  return scope;
}

/** Nothing else can have an assignment or a definition inside it, except in a scope of its own. */
const HOLDS_STATEMENTS = /^(block|module|assignment|ERROR)$|_(statement|clause)$/;

export function nameOf(definition: Node): string {
  return definition.childForFieldName("name")?.text ?? "";
}

/** Which library a callee belongs to: `flask` and `Blueprint` for both `Blueprint` and `flask.Blueprint`. */
export function libraryName(source: SourceFile, callee: Node): { module: string; name: string } | null {
  if (callee.type === "identifier") {
    const imported = importFor(source, callee.text, callee.startIndex);
    if (imported)
      return imported.name && imported.level === 0 ? { module: imported.module, name: imported.name } : null;
    const star = importsOf(source).find((item) => item.name === "*" && item.level === 0);
    return star ? { module: star.module, name: callee.text } : null;
  }
  if (callee.type !== "attribute") return null;
  const object = callee.childForFieldName("object")?.text ?? "";
  const name = callee.childForFieldName("attribute")?.text ?? "";
  const imported = importsOf(source).find(
    (item) => item.level === 0 && (item.local === object || (item.name === null && item.module === object)),
  );
  if (!imported) return null;
  return { module: imported.name === null ? imported.module : `${imported.module}.${imported.name}`, name };
}

/** The function or class definition around a node; null at module level. */
export function enclosing(node: Node, type: "function_definition" | "class_definition"): Node | null {
  let at: Node | null = node.parent;
  while (at && at.type !== type) at = at.parent;
  return at;
}

/** The statement that a node is part of. */
export function statementOf(node: Node): Node {
  let at = node;
  while (at.parent && !["block", "module"].includes(at.parent.type)) at = at.parent;
  return at;
}

/** The file of `a.b.C` or `a.b`, with the name behind the module: seen from an import root, else from the root. */
export function dottedDefinition(reading: Reading, importRoot: string, dotted: string): Definition | null {
  for (const root of importRoot === "" ? [""] : [importRoot, ""]) {
    const whole = modulePath(root, dotted, reading.pathSet);
    if (whole) return { path: whole, name: null };
    const cut = dotted.search(/[.:][^.:]*$/);
    const path = cut > 0 ? modulePath(root, dotted.slice(0, cut), reading.pathSet) : null;
    if (path) return settle(reading, { path, name: dotted.slice(cut + 1) });
  }
  return null;
}

/** The text of a file that is not Python; null when it does not exist. */
export function readText(reading: Reading, path: string): string | null {
  const bytes = reading.read(path);
  return bytes ? Buffer.from(bytes).toString("utf8") : null;
}

/** Statements of a definition's body. */
export function bodyOf(definition: Node): Node[] {
  const body = definition.childForFieldName("body");
  return body ? statements(body) : [];
}
