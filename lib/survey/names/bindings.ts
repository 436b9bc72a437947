import { type Node, namesOf, opensScope, statements, undecorated, walk } from "../../python/index.ts";

/** Without a walrus nothing inside these binds a name. */
const EXPRESSIONS = new Set([
  "call",
  "attribute",
  "subscript",
  "binary_operator",
  "boolean_operator",
  "comparison_operator",
  "string",
  "dictionary",
  "list_comprehension",
  "dictionary_comprehension",
  "set_comprehension",
  "generator_expression",
  "return_statement",
  "raise_statement",
  "assert_statement",
]);

const NOTHING: ReadonlySet<string> = new Set();
const boundCache = new WeakMap<Node, ReadonlySet<string>>();

/** Names that anything inside `node` binds in the same scope: assignments, loops, `as`, definitions, imports, del, walrus. */
export function boundNames(node: Node | null): ReadonlySet<string> {
  if (!node) return NOTHING;
  const known = boundCache.get(node);
  if (known) return known;
  const names = new Set<string>();
  boundCache.set(node, names);
  const hasWalrus = node.text.includes(":=");
  walk(node, (inner) => {
    const definition = undecorated(inner);
    if (opensScope(definition) && inner.type !== "lambda") {
      const name = definition.childForFieldName("name")?.text;
      if (name) names.add(name);
      return false;
    }
    if (inner.type === "lambda" || (!hasWalrus && EXPRESSIONS.has(inner.type))) return false;
    for (const target of ["left", "alias"])
      for (const name of patternNames(inner.childForFieldName(target))) names.add(name);
    if (inner.type === "named_expression") names.add(inner.childForFieldName("name")?.text ?? "");
    if (["as_pattern_target", "delete_statement", "case_pattern", "type_alias_statement"].includes(inner.type)) {
      for (const name of patternNames(inner)) names.add(name);
    }
    if (inner.type.startsWith("import")) for (const { local } of namesOf(inner)) names.add(local);
    return true;
  });
  return names;
}

/** Identifiers that a target pattern binds; the insides of `a.b` and `a[b]` bind nothing. */
export function patternNames(node: Node | null): Set<string> {
  const names = new Set<string>();
  if (!node) return names;
  walk(node, (inner) => {
    if (inner.type === "identifier") names.add(inner.text);
    return !["attribute", "subscript", "call"].includes(inner.type);
  });
  return names;
}

export function patternsIn(nodes: readonly Node[]): Set<string> {
  return new Set(nodes.flatMap((node) => [...patternNames(node)]));
}

/** Names that a nested function rebinds through `nonlocal` (or `global`): no statement of ours can vouch for them. */
export function namesRebound(body: Node): Set<string> {
  const names = new Set<string>();
  for (const node of body.descendantsOfType(["nonlocal_statement", "global_statement"])) {
    if (!node) continue;
    let scope: Node | null = node.parent;
    while (scope && scope.type !== "function_definition") scope = scope.parent;
    const isNested = scope !== null && scope.startIndex > body.startIndex;
    if (isNested && node.type === "nonlocal_statement") for (const name of statements(node)) names.add(name.text);
  }
  return names;
}
