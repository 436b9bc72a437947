import type { SourceFile } from "./source.ts";
import { walk } from "./walk.ts";

/** The file's own unit of indentation: the leading white space of its first indented block; four spaces where it has none. */
export function indentUnit(source: SourceFile): string {
  let unit = "";
  walk(source.tree.rootNode, (node) => {
    if (unit || node.type !== "block" || node.startPosition.row === node.parent?.startPosition.row) return !unit;
    const outer = /^[ \t]*/.exec(lineText(source.text, node.parent?.startIndex ?? 0))![0];
    const inner = /^[ \t]*/.exec(lineText(source.text, node.startIndex))![0];
    if (inner.startsWith(outer)) unit = inner.slice(outer.length);
    return !unit;
  });
  return unit || "    ";
}

/** The quote that the file's plain strings use most. */
export function mainQuote(source: SourceFile): '"' | "'" {
  let double = 0;
  let single = 0;
  for (const node of source.tree.rootNode.descendantsOfType("string")) {
    const open = node.children[0]?.text ?? "";
    if (open.endsWith('"""') || open.endsWith("'''")) continue;
    if (open.endsWith("'")) single++;
    else double++;
  }
  return single > double ? "'" : '"';
}

/**
 * Lines of ours, written with four spaces and double quotes, as this file would write them. Docstrings keep double quotes:
 * https://peps.python.org/pep-0257/#what-is-a-docstring
 *
 * @param indent - white space that every line gets
 */
export function inStyleOf(source: SourceFile, snippet: string, indent = ""): string {
  const unit = indentUnit(source);
  const quote = mainQuote(source);
  const lines = snippet
    .trimEnd()
    .split("\n")
    .map((line) => {
      const depth = /^ */.exec(line)![0].length;
      const body = line.slice(depth);
      const isPlain = !body.includes("'") && !body.includes('"""') && !body.startsWith("#");
      const quoted = quote === "'" && isPlain ? body.replaceAll('"', "'") : body;
      return body === "" ? "" : indent + unit.repeat(Math.floor(depth / 4)) + quoted;
    });
  return `${lines.join("\n")}\n`;
}

function lineText(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
  return text.slice(start, offset + 1);
}
