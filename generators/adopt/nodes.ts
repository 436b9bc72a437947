/** What is asked of single nodes of an integration's source. */
import { type Node, opensScope, statements, walk } from "../../lib/python/index.ts";
import { isMainGuard, parameters } from "../../lib/survey/index.ts";

/** The name of the Flask application in a function: its parameter, or what it makes. */
export function appNameIn(definition: Node): string {
  const named = parameters(definition).find(
    ({ name, type }) => /Flask$/.test(type ?? "") || /^_?(flask_?)?app(lication)?$/.test(name),
  );
  return named?.name ?? "app";
}

export function hasGlobal(definition: Node, name: string): boolean {
  return definition.descendantsOfType("global_statement").some(({ text }) => new RegExp(`\\b${name}\\b`).test(text));
}

export function contains(outer: Node, inner: Node): boolean {
  for (let at: Node | null = inner; at; at = at.parent) if (at === outer) return true;
  return false;
}

export function isDefinition(node: Node): boolean {
  return node.type === "function_definition" || node.type === "class_definition";
}

export function enclosingOfType(node: Node, type: string): Node | null {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === type) return at;
    if (["block", "module"].includes(at.type)) return null;
  }
  return null;
}

/** `module.celery` for the name behind the module, the node itself otherwise. */
export function whole(node: Node): Node {
  const { parent } = node;
  return parent?.type === "attribute" && parent.childForFieldName("attribute")?.id === node.id ? parent : node;
}

/** A name in an import, of a keyword or of a parameter: it stands for nothing. */
export function isOnlyAName(node: Node): boolean {
  const { parent } = node;
  if (!parent) return true;
  if (
    /^(import_from_statement|import_statement|dotted_name|aliased_import|parameters|default_parameter|typed_parameter|global_statement)$/.test(
      parent.type,
    )
  )
    return parent.type !== "default_parameter" || parent.childForFieldName("name")?.id === node.id;
  if (parent.type === "keyword_argument") return parent.childForFieldName("name")?.id === node.id;
  if (parent.type === "assignment") return parent.childForFieldName("left")?.id === node.id;
  return false;
}

/** In a block that is not that of a function or of the module. */
export function isConditional({ parent }: Node): boolean {
  return parent?.type === "block" && parent.parent?.type !== "function_definition";
}

/** What sends, asks or looks; whatever else is done with the object might change it. */
const USES =
  /^(AsyncResult|GroupResult|ResultSet|backend|connection\w*|control|current_task|events|main|now|pool|producer_pool|send_task|signature|tasks|uuid)$/;

export function isUseOnly(node: Node): boolean {
  const { parent } = node;
  if (parent?.type !== "attribute" || parent.childForFieldName("object")?.id !== node.id) return true;
  const name = parent.childForFieldName("attribute")!.text;
  if (name !== "conf") return USES.test(name);
  let whole = parent;
  while (whole.parent && /^(attribute|subscript|call)$/.test(whole.parent.type)) whole = whole.parent;
  const left = /assignment$/.test(whole.parent?.type ?? "") ? whole.parent!.childForFieldName("left") : null;
  return left?.id !== whole.id && !/\.(update|setdefault|append|extend|insert|pop|clear|add)\(/.test(whole.text);
}

/** Whether a function around it has a variable or parameter of that name. */
export function isLocal(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type !== "function_definition" && at.type !== "lambda") continue;
    const list = at.childForFieldName("parameters");
    if (list?.descendantsOfType("identifier").some(({ text }) => text === node.text)) return true;
    if (at.type === "function_definition" && assigns(at, node.text) && !hasGlobal(at, node.text)) return true;
  }
  return false;
}

function assigns(definition: Node, name: string): boolean {
  let found = false;
  walk(definition.childForFieldName("body")!, (node) => {
    if (node.type === "assignment" && node.childForFieldName("left")?.text === name) found = true;
    return !opensScope(node) || node === definition;
  });
  return found;
}

export function mainGuardOf(statement: Node): Node | null {
  for (let at: Node | null = statement; at; at = at.parent) if (isMainGuard(at)) return at;
  return null;
}

/** `backend = "redis://…"`: whoever uses it takes the value along. */
export function isLocalValue(statement: Node): boolean {
  const [assignment] = statement.type === "expression_statement" ? statements(statement) : [];
  return assignment?.type === "assignment" && assignment.childForFieldName("left")?.type === "identifier";
}
