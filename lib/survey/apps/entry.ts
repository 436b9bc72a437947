import { type ImportedName, lineOf, type Node, type SourceFile, statements, walk } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { isTestPath } from "../names/modules.ts";
import { parameters } from "../names/signatures.ts";
import type { Values } from "../names/values.ts";
import type { EntryCall } from "../project.ts";
import type { Reading } from "../reading.ts";
import type { Candidate } from "./candidates.ts";

/** Files that start an application, the most telling first. */
const ENTRY_FILES = [
  /(^|\/)wsgi\.py$/,
  /(^|\/)asgi\.py$/,
  /(^|\/)manage\.py$/,
  /(^|\/)run\w*\.py$/,
  /(^|\/)(app|main|server|application|serve)\.py$/,
  /^[^/]+\.py$/,
];

/** Whether a file near the top of the project is named like one that starts it. */
export function isEntryPath(path: string): boolean {
  return path.split("/").length <= 3 && ENTRY_FILES.some((pattern) => pattern.test(path));
}

const BUILTINS = new Set([
  "True",
  "False",
  "None",
  "dict",
  "list",
  "str",
  "int",
  "float",
  "bool",
  "tuple",
  "set",
  "len",
  "__name__",
  "__file__",
  "getattr",
  "print",
  "open",
  "any",
  "all",
]);

/** A call of a factory somewhere in the project. */
export interface FactoryUse {
  source: SourceFile;
  call: Node;
  /** Position in ENTRY_FILES; higher is less telling. */
  rank: number;
}

/** Every call of the factory outside tests and outside the factory itself. */
export function usesOf({ definition }: Candidate, reading: Reading, values: Values): readonly FactoryUse[] {
  if (!definition) return [];
  const known = usesCache.get(values) ?? findUses(reading, values);
  usesCache.set(values, known);
  return known.get(definition) ?? [];
}

/** Every pair of candidates is asked whether one calls the other. */
const usesCache = new WeakMap<Values, ReadonlyMap<Node, readonly FactoryUse[]>>();

/** Calls of the project's own functions, by the function: of those that could hand out an application. */
function findUses(reading: Reading, values: Values): ReadonlyMap<Node, readonly FactoryUse[]> {
  const found = new Map<Node, FactoryUse[]>();
  for (const source of reading.sources.values()) {
    if (isTestPath(source.path) || !values.handing.isNamedIn(source.text)) continue;
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const callee = call.childForFieldName("function");
      if (!callee || !values.handing.has(callee.text.split(".").at(-1)!)) continue;
      const definition = values.findFunction(source, callee)?.definition;
      if (!definition || isBelow(call, definition)) continue;
      const order = ENTRY_FILES.findIndex((pattern) => pattern.test(source.path));
      const rank = (order < 0 ? ENTRY_FILES.length : order) + (isInFunction(call) ? 10 : 0);
      found.set(definition, [...(found.get(definition) ?? []), { source, call, rank }]);
    }
  }
  for (const uses of found.values()) uses.sort((a, b) => a.rank - b.rank || a.source.path.localeCompare(b.source.path));
  return found;
}

function isBelow(node: Node, above: Node): boolean {
  for (let at: Node | null = node; at; at = at.parent) if (at === above) return true;
  return false;
}

/**
 * How the worker's entry obtains the application: as the project's own entry point does it, arguments included.
 *
 * @param given - arguments that the user wrote in the `target` answer, e.g. `"default"`; wins over everything
 * @returns null when the factory needs arguments and no call of it can be repeated elsewhere
 * @see https://flask.palletsprojects.com/en/stable/cli/#application-discovery
 */
export function findEntry(candidate: Candidate, reading: Reading, values: Values, given?: string): EntryCall | null {
  const { module } = values.place(candidate.source.path);
  const [owner] = candidate.name.split(".");
  const own = `from ${module} import ${owner}`;
  const shared = { returnsApp: candidate.returnsApp };
  if (candidate.kind === "module") return { ...shared, imports: [own], call: candidate.name, from: null };
  if (given !== undefined) return { ...shared, imports: [own], call: `${candidate.name}(${given})`, from: null };
  for (const { source, call } of usesOf(candidate, reading, values)) {
    const list = call.childForFieldName("arguments")!;
    const needed = preparation(source, list, values);
    if (!needed) continue;
    const imports = [...new Set([...needed, own])].sort(importsFirst);
    const from = { path: source.path, line: lineOf(call) };
    return { ...shared, imports, call: `${candidate.name}${list.text}`, from };
  }
  const needsArguments = parameters(candidate.definition!).some(
    (parameter) => parameter.required && !/^(cls|self)$/.test(parameter.name),
  );
  return needsArguments ? null : { ...shared, imports: [own], call: `${candidate.name}()`, from: null };
}

/**
 * The import lines and assignments that an expression of `source` needs to mean the same in another module; null when it
 * uses something that lives only there.
 */
function preparation(source: SourceFile, expression: Node, values: Values, depth = 0): string[] | null {
  const lines: string[] = [];
  for (const name of freeNames(expression)) {
    if (BUILTINS.has(name) && !["__name__", "__file__"].includes(name)) continue;
    const imported = importsOf(source).find((item) => item.local === name && item.node.parent?.type === "module");
    const assignments = statements(source.tree.rootNode).filter((node) => assignedName(node) === name);
    if (imported && assignments.length === 0) lines.push(importLine(source, imported, values));
    else if (!imported && assignments.length === 1 && depth < 3) {
      const value = statements(assignments[0]!)[0]!.childForFieldName("right")!;
      const more = preparation(source, value, values, depth + 1);
      if (!more) return null;
      lines.push(...more, assignments[0]!.text.replace(/\r\n?/g, "\n"));
    } else return null;
  }
  return lines;
}

function assignedName(node: Node): string | null {
  const assignment = node.type === "expression_statement" ? statements(node)[0] : undefined;
  const left = assignment?.type === "assignment" ? assignment.childForFieldName("left") : null;
  return left?.type === "identifier" ? left.text : null;
}

/** An import of `source` as another module at the import root would write it. */
function importLine(source: SourceFile, imported: ImportedName, values: Values): string {
  const alias = (name: string) => (imported.local === name ? name : `${name} as ${imported.local}`);
  if (imported.name === null) {
    const isAliased = imported.local !== imported.module.split(".")[0];
    return `import ${imported.module}${isAliased ? ` as ${imported.local}` : ""}`;
  }
  const place = values.place(source.path);
  const base = place.package.split(".").filter(Boolean);
  const parent = imported.level > 0 ? base.slice(0, base.length - (imported.level - 1)).join(".") : "";
  const module = [parent, imported.module].filter(Boolean).join(".");
  return module ? `from ${module} import ${alias(imported.name)}` : `import ${alias(imported.name)}`;
}

/** Names that an expression reads; attribute names and keyword names are none. */
function freeNames(expression: Node): Set<string> {
  const names = new Set<string>();
  walk(expression, (node) => {
    if (node.type === "identifier") {
      const parent = node.parent;
      const isAttribute = parent?.type === "attribute" && parent.childForFieldName("attribute")?.id === node.id;
      const isKeyword = parent?.type === "keyword_argument" && parent.childForFieldName("name")?.id === node.id;
      if (!isAttribute && !isKeyword) names.add(node.text);
    }
    return true;
  });
  return names;
}

function isInFunction(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (at.type === "function_definition") return true;
  return false;
}

/** Imports before assignments; `import x` before `from x import y`, as formatters sort them; assignments keep their order. */
function importsFirst(a: string, b: string): number {
  const rank = (line: string) => (line.startsWith("import ") ? 0 : line.startsWith("from ") ? 1 : 2);
  return rank(a) - rank(b);
}
