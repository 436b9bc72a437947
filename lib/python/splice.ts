import { UserError } from "../errors/index.ts";
import { parseText } from "./parser.ts";
import { encodeSource } from "./read.ts";
import type { Edit, SourceFile } from "./source.ts";
import { countErrors } from "./walk.ts";

/**
 * Applies edits and gives the file's new bytes. Every byte outside the edits' spans stays as it was.
 *
 * @param source - the file as read
 * @param edits - any order; they must not overlap, and several insertions at one offset keep their order
 * @returns the new bytes; the very same object as `source.bytes` when there is nothing to do
 * @throws UserError `edit-breaks-syntax` when the result has a syntax error that the file did not have
 */
export function splice(source: SourceFile, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return source.bytes;
  const text = spliceText(source.text, edits, source.eol);
  const tree = parseText(text);
  const isWorse = countErrors(tree.rootNode) > countErrors(source.tree.rootNode);
  tree.delete();
  if (isWorse) {
    throw new UserError({
      code: "edit-breaks-syntax",
      what: `${source.path} was left alone.`,
      why: "the change would not have parsed as Python",
      fix: "mend the partial that you have replaced; without one it is a bug of ours: report it with the lines around the place",
    });
  }
  return encodeSource(source, text);
}

/** The same on plain text: back to front, so that offsets stay valid. */
export function spliceText(text: string, edits: readonly Edit[], eol: string = "\n"): string {
  const ordered = edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => a.start - b.start || a.order - b.order);
  let result = "";
  let at = 0;
  for (const edit of ordered) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      throw new Error(`overlapping or impossible edit at ${edit.start}..${edit.end}`);
    }
    result += text.slice(at, edit.start) + edit.text.replace(/\n/g, eol);
    at = edit.end;
  }
  return result + text.slice(at);
}

/**
 * An insertion of whole lines before the line that starts at `offset`. At the end of a file without a final newline, the
 * lines are put behind a new line end and the file keeps having none.
 */
export function insertLines(source: SourceFile, offset: number, lines: string): Edit {
  const body = lines.endsWith("\n") ? lines : `${lines}\n`;
  const atOpenEnd = offset === source.text.length && offset > 0 && !/[\r\n]$/.test(source.text);
  return { start: offset, end: offset, text: atOpenEnd ? `\n${body.slice(0, -1)}` : body };
}
