import { type ImportedName, type Node, opensScope, type SourceFile, statements, walk } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { isTestPath } from "../names/modules.ts";
import type { Values } from "../names/values.ts";
import type { Reading } from "../reading.ts";
import type { Candidate } from "./candidates.ts";
import { isMainGuard } from "./module-app.ts";
import { secretLiteral } from "./secret-literals.ts";

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
  "getattr",
  "print",
  "open",
  "any",
  "all",
]);

/** The file that we make for the worker starts nothing for the web, and makes no application. */
export function isWorkerEntry(source: SourceFile): boolean {
  return source.text.startsWith('"""The worker\'s entry:');
}

/** Position in ENTRY_FILES; higher is less telling. */
export function entryRank(path: string): number {
  const rank = ENTRY_FILES.findIndex((pattern) => pattern.test(path));
  return rank < 0 ? ENTRY_FILES.length : rank;
}

/** Added to the rank of a call that an import does not run. */
const UNDER_MAIN = 10;
const IN_FUNCTION = 20;

/** Whether a call shows how the project itself is started. */
export function isTelling(rank: number): boolean {
  return rank < IN_FUNCTION && rank % UNDER_MAIN < ENTRY_FILES.length;
}

/** A call of a factory somewhere in the project. */
export interface FactoryUse {
  source: SourceFile;
  call: Node;
  /** How telling it is, 0 the most. */
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
      const rank = entryRank(source.path) + isolation(call);
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
 * The import lines and assignments that an expression of `source` needs to mean the same in another module; null when it
 * uses something that lives only there, or a name of its own that looks like a secret.
 */
export function preparation(source: SourceFile, expression: Node, values: Values, depth = 0): string[] | null {
  const lines: string[] = [];
  if (secretLiteral(expression)) return null;
  for (const name of freeNames(expression)) {
    const imported = importsOf(source).find((item) => item.local === name && item.node.parent?.type === "module");
    const assignments = statements(source.tree.rootNode).filter((node) => assignedName(node) === name);
    if (imported && assignments.length === 0) lines.push(importLine(source, imported, values));
    else if (!imported && assignments.length === 1 && depth < 3 && !isChanged(source, name)) {
      const value = statements(assignments[0]!)[0]!.childForFieldName("right")!;
      const more = secretLiteral(assignments[0]!) ? null : preparation(source, value, values, depth + 1);
      if (!more) return null;
      lines.push(...more, assignments[0]!.text.replace(/\r\n?/g, "\n"));
    } else return null;
  }
  return lines;
}

/** Whether a module sets a name more than once, or changes what it holds: then one assignment is not all there is to it. */
function isChanged(source: SourceFile, name: string): boolean {
  const { bindings, changes } = bindingsOf(source, name);
  return bindings !== 1 || changes > 0;
}

/** How often the statements of a module bind a name, and how often they change what it holds or call its methods. */
export function bindingsOf({ tree }: SourceFile, name: string): { bindings: number; changes: number } {
  let bindings = 0;
  let changes = 0;
  const isTarget = (at: Node | null | undefined, inner: Node) => at?.childForFieldName("left")?.id === inner.id;
  walk(tree.rootNode, (node) => {
    if (node !== tree.rootNode && opensScope(node)) return false;
    if (node.type !== "identifier" || node.text !== name) return true;
    const { parent } = node;
    const outer = parent?.parent;
    if (isTarget(parent, node) || parent?.type === "as_pattern_target" || parent?.type === "pattern_list") bindings++;
    else if (parent?.type === "subscript" && (isTarget(outer, parent) || outer?.type === "delete_statement")) changes++;
    else if (parent?.type === "attribute" && (outer?.type === "call" || isTarget(outer, parent))) changes++;
    return true;
  });
  return { bindings, changes };
}

export function assignedName(node: Node): string | null {
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

/** Names that an expression reads and that Python itself lacks; attribute names and keyword names are none. */
export function freeNames(expression: Node): Set<string> {
  const names = new Set<string>();
  walk(expression, (node) => {
    if (node.type === "identifier") {
      const parent = node.parent;
      const isAttribute = parent?.type === "attribute" && parent.childForFieldName("attribute")?.id === node.id;
      const isKeyword = parent?.type === "keyword_argument" && parent.childForFieldName("name")?.id === node.id;
      if (!isAttribute && !isKeyword && !BUILTINS.has(node.text)) names.add(node.text);
    }
    return true;
  });
  return names;
}

/** What is called on import says more than what is called when a file is run, and that more than what some function does. */
function isolation(node: Node): number {
  let rank = 0;
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === "function_definition") return IN_FUNCTION;
    if (isMainGuard(at)) rank = UNDER_MAIN;
  }
  return rank;
}

/** Imports before assignments; `import x` before `from x import y`, as formatters sort them; assignments keep their order. */
export function importsFirst(a: string, b: string): number {
  const rank = (line: string) => (line.startsWith("import ") ? 0 : line.startsWith("from ") ? 1 : 2);
  return rank(a) - rank(b);
}
