import { lineOf, type Node, opensScope, type SourceFile, statements, walk } from "../python/index.ts";
import { importsOf } from "./names/imports-of.ts";
import {
  applicationSources,
  definitionNamed,
  definitionOf,
  enclosing,
  libraryName,
  nameOf,
  sourcesNaming,
  valuesOf,
} from "./names/lookup.ts";
import type { Database } from "./project.ts";
import { mayHold, type Reading } from "./reading.ts";

/** Classes that are Flask-SQLAlchemy's, by library; `flask.ext` is how Flask spelled it before 1.0. */
const FLASK_SQLALCHEMY: readonly { module: RegExp; name: string }[] = [
  { module: /^flask_sqlalchemy(\.|$)/, name: "SQLAlchemy" },
  { module: /^flask\.ext\.sqlalchemy(\.|$)/, name: "SQLAlchemy" },
  { module: /^flask_sqlalchemy_lite(\.|$)/, name: "SQLAlchemy" },
];

/**
 * The databases of the application, best first: Flask-SQLAlchemy's object, else SQLAlchemy's scoped session. An object
 * without a certain name (a plain sessionmaker) has `module` and `name` "".
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/
 */
export function surveyDatabases(reading: Reading): Database[] {
  const flask = collect(reading, applicationSources(reading), (source, call) =>
    isFlaskSqlalchemy(reading, source, call.childForFieldName("function")!, 0),
  ).map((found) => database(reading, "flask-sqlalchemy", found));
  if (flask.length > 0) return namedFirst(flask);
  const plain = sourcesNaming(reading, /sqlalchemy/);
  const scoped = collect(reading, plain, (source, call) => isSqlalchemy(source, call, "scoped_session"));
  if (scoped.length > 0) {
    const found = scoped.map((one) => database(reading, "sqlalchemy", one));
    // With one of them out of reach, removing the others would look like all was done.
    const hidden = found.find(({ name }) => name === "");
    return hidden ? [hidden, ...found.filter((item) => item !== hidden)] : found;
  }
  // Sessions that are not scoped are made and closed by the application: there is nothing for us to remove.
  const other = collect(reading, plain, (source, call) =>
    ["sessionmaker", "Session", "create_engine"].some((name) => isSqlalchemy(source, call, name)),
  );
  return other.slice(0, 1).map((found) => database(reading, "sqlalchemy", { ...found, name: "" }));
}

interface Found {
  source: SourceFile;
  call: Node;
  /** Name at module level, "" for anything else. */
  name: string;
}

function collect(
  reading: Reading,
  sources: readonly SourceFile[],
  matches: (source: SourceFile, call: Node) => boolean,
): Found[] {
  const { handing } = valuesOf(reading);
  const naming = sources.filter((source) => mayHold(reading, source, WORD) || handing.isNamedIn(source.text));
  const names = namesFor(naming);
  const calls = ({ tree: { rootNode } }: SourceFile) =>
    reading.everything ? rootNode.descendantsOfType("call") : rootNode.callsNaming(names);
  return naming.flatMap((source) =>
    calls(source).flatMap((call) => {
      if (!call?.childForFieldName("function") || !matches(source, call)) return [];
      return [{ source, call, name: moduleName(call) }];
    }),
  );
}

const WORD = /sqlalchemy|SQLAlchemy/;
const WANTED = ["SQLAlchemy", "scoped_session", "sessionmaker", "Session", "create_engine"];

/** What the wanted classes and functions may be called in these files: under another name, or as a subclass. */
function namesFor(sources: readonly SourceFile[]): Set<string> {
  const names = new Set(WANTED);
  for (let before = -1; before < names.size; ) {
    before = names.size;
    for (const source of sources) {
      for (const { name, local } of importsOf(source)) if (name && names.has(name)) names.add(local);
      for (const node of source.tree.rootNode.descendantsOfType("class_definition")) {
        const bases = node.childForFieldName("superclasses");
        const isOne = bases && statements(bases).some((base) => names.has(base.text.split(".").at(-1)!));
        if (isOne) names.add(nameOf(node));
      }
    }
  }
  return names;
}

/** `db` in a module-level `db = SQLAlchemy(...)`, also where a function assigns it through `global`. */
function moduleName(call: Node): string {
  let at: Node = call;
  while (
    at.parent &&
    ["conditional_expression", "boolean_operator", "parenthesized_expression", "assignment"].includes(at.parent.type)
  ) {
    at = at.parent;
    if (at.type !== "assignment") continue;
    const left = at.childForFieldName("left");
    if (left?.type !== "identifier") return "";
    const scope = enclosing(at, "function_definition");
    if (!scope && !enclosing(at, "class_definition")) return left.text;
    return scope && isGlobal(scope, left.text) ? left.text : "";
  }
  return "";
}

function isGlobal(scope: Node, name: string): boolean {
  let found = false;
  walk(scope.childForFieldName("body")!, (node) => {
    if (node.type === "global_statement" && statements(node).some((item) => item.text === name)) found = true;
    return !opensScope(node);
  });
  return found;
}

function isFlaskSqlalchemy(reading: Reading, source: SourceFile, callee: Node, depth: number): boolean {
  const library = libraryName(source, callee);
  if (library && FLASK_SQLALCHEMY.some((item) => item.module.test(library.module) && item.name === library.name))
    return true;
  const found = depth < 3 ? definitionOf(reading, source, callee) : null;
  const holder = found?.name ? reading.parse(found.path) : null;
  const type = found?.name && holder ? definitionNamed(holder.tree.rootNode, found.name) : null;
  if (type?.type !== "class_definition" || !holder) return false;
  const bases = type.childForFieldName("superclasses");
  return (bases ? statements(bases) : []).some((base) => isFlaskSqlalchemy(reading, holder, base, depth + 1));
}

function isSqlalchemy(source: SourceFile, call: Node, name: string): boolean {
  const library = libraryName(source, call.childForFieldName("function")!);
  return library?.name === name && /^sqlalchemy(\.|$)/.test(library.module);
}

function database(reading: Reading, kind: Database["kind"], { source, call, name }: Found): Database {
  const module = name ? valuesOf(reading).place(source.path).module : "";
  return { kind, module, name, at: { path: source.path, line: lineOf(call) } };
}

/** What has a name can be used, so it comes first. */
function namedFirst(found: Database[]): Database[] {
  return found.sort((a, b) => Number(b.name !== "") - Number(a.name !== ""));
}
