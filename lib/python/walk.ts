import type { Node } from "./tree.ts";

/** Named children without comments; tree-sitter puts comments anywhere. */
export function statements(block: Node): Node[] {
  return block.namedChildren.filter(
    (child): child is Node => child !== null && child.type !== "comment" && child.type !== "line_continuation",
  );
}

/** Every node below and including `node`, parents first; `enter` returning false skips a node's inside. */
export function walk(node: Node, enter: (node: Node) => unknown): void {
  if (enter(node) === false) return;
  for (const child of node.namedChildren) if (child) walk(child, enter);
}

/** Nodes that open a scope of their own: what is inside them is not part of the enclosing function's flow. */
export function opensScope(node: Node): boolean {
  return ["function_definition", "class_definition", "lambda"].includes(node.type);
}

/** `decorated_definition` → the definition inside; anything else → itself. */
export function undecorated(node: Node): Node {
  return node.type === "decorated_definition" ? (node.childForFieldName("definition") ?? node) : node;
}

/** 1-based line of an offset's node. */
export function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

/** Offset of the first character of the line that holds `offset`. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text[at - 1] !== "\n" && text[at - 1] !== "\r") at--;
  return at;
}

/** Offset just behind the line end of the line that holds `offset`; the text's length in the last line. */
export function nextLine(text: string, offset: number): number {
  const rest = /\r\n|\n|\r/g;
  rest.lastIndex = offset;
  const match = rest.exec(text);
  return match ? match.index + match[0].length : text.length;
}

/** The white space between the line's start and `offset`; null when something else stands there. */
export function indentAt(text: string, offset: number): string | null {
  const before = text.slice(lineStart(text, offset), offset);
  return /^[ \t\f]*$/.test(before) ? before : null;
}

/** The value of a plain string literal (also implicitly joined ones); null for f-strings, bytes and everything else. */
export function stringValue(node: Node | null): string | null {
  if (node?.type === "concatenated_string") {
    const parts = statements(node).map(stringValue);
    return parts.every((part) => part !== null) ? parts.join("") : null;
  }
  if (node?.type === "parenthesized_expression") return stringValue(statements(node)[0] ?? null);
  if (node?.type !== "string") return null;
  const open = node.children[0]?.text.toLowerCase() ?? "";
  if (/[bf]/.test(open) || node.namedChildren.some((child) => child?.type === "interpolation")) return null;
  const inner = node.namedChildren
    .filter((child) => child?.type === "string_content")
    .map((child) => child?.text)
    .join("");
  return open.startsWith("r") ? inner : inner.replace(/\\(['"\\])/g, "$1");
}

/** Positional and keyword arguments of a call node. Splats are given under `splat`. */
export function callArguments(call: Node): { positional: Node[]; keywords: Map<string, Node>; splat: boolean } {
  const positional: Node[] = [];
  const keywords = new Map<string, Node>();
  let splat = false;
  const list = call.childForFieldName("arguments");
  for (const argument of list ? statements(list) : []) {
    if (argument.type === "keyword_argument") {
      const name = argument.childForFieldName("name")?.text;
      const value = argument.childForFieldName("value");
      if (name && value) keywords.set(name, value);
    } else if (argument.type === "list_splat" || argument.type === "dictionary_splat") splat = true;
    else positional.push(argument);
  }
  return { positional, keywords, splat };
}

/** Syntax errors, missing tokens, and statements that only Python 2 has. */
export function countErrors(root: Node): number {
  let count = 0;
  if (root.hasError) {
    walk(root, (node) => {
      if (node.isError || node.isMissing) count++;
      return node.hasError;
    });
    if (count === 0) count = 1;
  }
  return count;
}

/** The first line that CPython 3 would not accept, or null. Python 2's `print x` parses in tree-sitter, so it is looked for. */
export function firstSyntaxError(root: Node): { line: number; kind: "syntax" | "python2" } | null {
  let found: { line: number; kind: "syntax" | "python2" } | null = null;
  let deepest = root;
  walk(root, (node) => {
    if (found) return false;
    if (node.hasError) deepest = node;
    if (node.type === "print_statement" || node.type === "exec_statement")
      found = { line: lineOf(node), kind: "python2" };
    else if (node.isError) found = { line: lineOf(node), kind: "syntax" };
    return true;
  });
  // A missing token is no named node: the innermost one around it tells the line.
  return found ?? (root.hasError ? { line: lineOf(deepest), kind: "syntax" } : null);
}

/** Whether a statement is a module's, class's or function's docstring (when it is the first one). */
export function isDocstring(node: Node | undefined): boolean {
  return (
    node?.type === "expression_statement" && statements(node)[0]?.type === "string" && statements(node).length === 1
  );
}
