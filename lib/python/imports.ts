import type { SourceFile } from "./source.ts";
import type { Node } from "./tree.ts";
import { isDocstring, lineOf, nextLine, statements } from "./walk.ts";

/** One name that an import statement binds. */
export interface ImportedName {
  /** The name in this file. */
  local: string;
  /** Dotted module as written, without leading dots: "flask", "config", "". */
  module: string;
  /** Number of leading dots; 0 for an absolute import. */
  level: number;
  /** Name taken from the module; null for `import module`; "*" for a star import. */
  name: string | null;
  node: Node;
}

/** Every name bound by import statements below `root`, functions' insides included. */
export function importedNames(root: Node): ImportedName[] {
  return [...root.descendantsOfType(["import_statement", "import_from_statement"])].flatMap((node) =>
    node ? namesOf(node) : [],
  );
}

/** The names that one import statement binds. */
export function namesOf(node: Node): ImportedName[] {
  if (node.type === "import_statement") {
    return node.childrenForFieldName("name").flatMap((item) => {
      if (!item) return [];
      const module = (item.type === "aliased_import" ? item.childForFieldName("name") : item)?.text ?? "";
      const alias = item.type === "aliased_import" ? item.childForFieldName("alias")?.text : undefined;
      return [{ local: alias ?? module.split(".")[0]!, module, level: 0, name: null, node }];
    });
  }
  const from = node.childForFieldName("module_name")?.text ?? "";
  const level = /^\.*/.exec(from)![0].length;
  const module = from.slice(level).trim();
  if (node.namedChildren.some((child) => child?.type === "wildcard_import")) {
    return [{ local: "*", module, level, name: "*", node }];
  }
  return node.childrenForFieldName("name").flatMap((item) => {
    if (!item) return [];
    const name = (item.type === "aliased_import" ? item.childForFieldName("name") : item)?.text ?? "";
    const alias = item.type === "aliased_import" ? item.childForFieldName("alias")?.text : undefined;
    return [{ local: alias ?? name, module, level, name, node }];
  });
}

const IMPORTS = ["import_statement", "import_from_statement", "future_import_statement"];

/** Whether an import shows that its block is where others belong. */
export type IsHome = (item: ImportedName) => boolean;

/**
 * The block of imports at the head of a file that a new one joins: the first with an import that is at home there, since one before
 * it may stand apart for a reason (`import eventlet; eventlet.monkey_patch()`), else the first one, behind the docstring and `__dunders__`.
 */
export function importBlock(source: SourceFile, isHome: IsHome): Node[] {
  const body = statements(source.tree.rootNode);
  const blocks: Node[][] = [];
  let previous: Node | undefined;
  for (const node of body) {
    const isImport = IMPORTS.includes(node.type);
    if (isImport && previous && IMPORTS.includes(previous.type)) blocks.at(-1)!.push(node);
    else if (isImport) blocks.push([node]);
    previous = node;
  }
  const head = body.find((node, index) => !isDunder(node) && !(index === 0 && isDocstring(node)));
  return (
    blocks.find((block) => block.some((node) => namesOf(node).some(isHome))) ??
    blocks.find(([first]) => first === head) ??
    []
  );
}

/** `__version__ = "1.0"`: the only statement that PEP 8 wants before imports. */
function isDunder(node: Node): boolean {
  return /^__\w+__\s*=/.test(node.text);
}

/**
 * Where a new import goes: behind that block, else behind the docstring, else at the first statement.
 */
export function importPoint(source: SourceFile, isHome: IsHome): { offset: number; line: number; indent: string } {
  const body = statements(source.tree.rootNode);
  const last = importBlock(source, isHome).at(-1) ?? (isDocstring(body[0]) ? body[0]! : null);
  if (last) return pointBehind(source, last);
  const first = body[0];
  if (!first) return { offset: source.text.length, line: 1, indent: "" };
  // No docstring, no imports: before the first statement, behind a shebang, coding line or licence comment.
  return { offset: first.startIndex, line: lineOf(first), indent: "" };
}

function pointBehind(source: SourceFile, node: Node): { offset: number; line: number; indent: string } {
  const last = lastOfLine(source, node);
  return { offset: nextLine(source.text, last.endIndex), line: last.endPosition.row + 2, indent: "" };
}

/** The statement that ends the lines of `node`: in `import a; x = 1` the second, which may go on over several lines. */
export function lastOfLine(source: SourceFile, node: Node): Node {
  let last = node;
  for (const next of statements(source.tree.rootNode)) {
    if (next.startIndex >= last.endIndex && next.startPosition.row === last.endPosition.row) last = next;
  }
  return last;
}
