import { type Node, opensScope, type SourceFile, statements, undecorated } from "../../python/index.ts";

/** A function that other modules can call, with its dotted name within the module. */
export interface NamedFunction {
  name: string;
  definition: Node;
}

const cache = new WeakMap<SourceFile, NamedFunction[]>();

/** Module-level functions, also inside `if`/`try`, and static or class methods as `Class.method`. */
export function functionsOf(source: SourceFile): NamedFunction[] {
  const known = cache.get(source);
  if (known) return known;
  const found: NamedFunction[] = [];
  const visit = (block: Node, owner: string) =>
    eachDefinition(block, (definition, whole) => {
      const name = definition.childForFieldName("name")?.text ?? "";
      if (definition.type === "class_definition") {
        if (!owner) visit(definition.childForFieldName("body")!, name);
      } else if (!owner) found.push({ name, definition });
      else if (/@(staticmethod|classmethod)\b/.test(source.text.slice(whole.startIndex, definition.startIndex))) {
        found.push({ name: `${owner}.${name}`, definition });
      }
    });
  visit(source.tree.rootNode, "");
  cache.set(source, found);
  return found;
}

/** A definition of a block by name; the last one counts, as in Python. */
export function findDefinition(
  block: Node,
  name: string,
  type: "function_definition" | "class_definition",
): Node | null {
  let found: Node | null = null;
  eachDefinition(block, (definition) => {
    if (definition.type === type && definition.childForFieldName("name")?.text === name) found = definition;
  });
  return found;
}

/** Functions and classes of a block, those inside `if`, `try` and `with` included, without going into them or into expressions. */
function eachDefinition(block: Node, visit: (definition: Node, whole: Node) => void): void {
  for (const node of statements(block)) {
    const definition = undecorated(node);
    if (opensScope(definition)) visit(definition, node);
    else if (/_(statement|clause)$|^block$/.test(node.type) && !/^(expression|import)/.test(node.type))
      eachDefinition(node, visit);
  }
}
