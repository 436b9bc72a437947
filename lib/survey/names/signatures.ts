import { type Node, opensScope, statements, walk } from "../../python/index.ts";

export interface Parameter {
  name: string;
  /** Text of the annotation without quotes; null when there is none. */
  type: string | null;
  required: boolean;
}

/** Parameters in order; `*args`, `**kwargs`, `*` and `/` are left out. */
export function parameters(definition: Node): Parameter[] {
  const list = definition.childForFieldName("parameters");
  return (list ? statements(list) : []).flatMap((node) => {
    const name = (node.type === "identifier" ? node : (node.childForFieldName("name") ?? statements(node)[0]))?.text;
    if (!name || !["identifier", "typed_parameter", "default_parameter", "typed_default_parameter"].includes(node.type))
      return [];
    if (node.type === "typed_parameter" && statements(node)[0]?.type !== "identifier") return [];
    const type = node.childForFieldName("type")?.text.replace(/^["']|["']$/g, "") ?? null;
    return [{ name, type, required: node.type === "identifier" || node.type === "typed_parameter" }];
  });
}

export function isAsync(definition: Node): boolean {
  return definition.children[0]?.type === "async";
}

/** Whether the function itself yields: then it is a generator (often a pytest fixture), not a factory. */
export function hasYield(definition: Node): boolean {
  let found = false;
  walk(definition.childForFieldName("body")!, (node) => {
    if (node.type === "yield") found = true;
    return !opensScope(node);
  });
  return found;
}

/** Text of a return annotation without quotes; "" where there is none. */
export function returnType(definition: Node): string {
  return definition.childForFieldName("return_type")?.text.replace(/^["']|["']$/g, "") ?? "";
}
