import type { Context } from "../../lib/contract/context.ts";
import {
  inStyleOf,
  insertLines,
  lineStart,
  type Node,
  nextLine,
  type SourceFile,
  statements,
} from "../../lib/python/index.ts";
import { isMainGuard } from "../../lib/survey/index.ts";

/** At the end of the file, or before `if __name__ == "__main__"`; two blank lines apart. */
export function appendCode(context: Context, source: SourceFile, snippet: string): void {
  const guard = statements(source.tree.rootNode).find(isMainGuard);
  const body = inStyleOf(source, snippet.trim());
  if (guard) {
    const offset = lineStart(source.text, guard.startIndex);
    context.edit(source, insertLines(source, offset, `${body}\n\n`));
    return;
  }
  const blank = /(?:\r\n|\n|\r)*$/.exec(source.text)![0].split(/\r\n|\n|\r/).length - 1;
  const gap = "\n".repeat(Math.max(0, 2 - Math.max(0, blank - 1)));
  context.edit(source, insertLines(source, source.text.length, `${gap}${body}`));
}

/** Behind a statement of the file's top level; two blank lines apart. */
export function addBehind(context: Context, source: SourceFile, statement: Node, snippet: string): void {
  const offset = nextLine(source.text, statement.endIndex);
  const isLast = source.text.slice(offset).trim() === "";
  const isApart = /^[ \t]*(\r?\n|\r|$)/.test(source.text.slice(offset));
  const body = inStyleOf(source, snippet.trim());
  if (isLast) appendCode(context, source, snippet);
  else context.edit(source, insertLines(source, offset, `\n\n${body}${isApart ? "" : "\n\n"}`));
}
