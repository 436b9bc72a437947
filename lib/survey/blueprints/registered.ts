import { callArguments, type Node, type SourceFile, statements } from "../../python/index.ts";
import { assignedValue, type Definition, definitionOf, enclosing, sourcesNaming } from "../names/lookup.ts";
import type { Reading } from "../reading.ts";

/** Methods by which a blueprint is registered. */
export const REGISTER = ["register_blueprint", "add_namespace", "register_api"];

/** A call that registers a blueprint. */
export interface Registration {
  source: SourceFile;
  call: Node;
}

/** `path:variable` of every blueprint that something registers → where it does first. */
export function registrations(reading: Reading): Map<string, Registration> {
  const found = new Map<string, Registration>();
  for (const source of sourcesNaming(reading, new RegExp(REGISTER.join("|")))) {
    for (const call of registerCalls(source)) {
      const { positional, keywords } = callArguments(call);
      const argument = positional[0] ?? keywords.get("blueprint") ?? keywords.get("ns");
      if (!argument) continue;
      for (const { path, name } of resolveAll(reading, source, argument)) {
        const key = `${path}:${name}`;
        if (name && !found.has(key)) found.set(key, { source, call });
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
