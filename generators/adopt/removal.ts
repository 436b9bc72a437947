import { type Edit, indentAt, lineStart, type Node, nextLine, type SourceFile } from "../../lib/python/index.ts";
import { cantAdopt } from "./cant.ts";

/**
 * The edits that take whole statements away, with a comment right above that speaks of them, so that no more blank lines stay
 * than stood on one side.
 *
 * @param filled - offset at which something else comes instead, so that blank lines around it stay
 * @throws UserError `adopt-uncertain` where one shares its line, or is all that its block has
 */
export function removeStatements(source: SourceFile, nodes: readonly Node[], filled = -1): Edit[] {
  const { text } = source;
  const spans = nodes
    .map((node) => {
      const statement = node.parent?.type === "decorated_definition" ? node.parent : node;
      if (indentAt(text, statement.startIndex) === null || /\S/.test(restOfLine(text, statement.endIndex)))
        throw cantAdopt(source, statement, "this shares its line with something else", "give it a line of its own");
      return {
        start: withComment(text, lineStart(text, statement.startIndex)),
        end: nextLine(text, statement.endIndex),
      };
    })
    .sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number }[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else if (last && !/\S/.test(text.slice(last.end, span.start))) last.end = span.end;
    else joined.push({ ...span });
  }
  return joined.map(({ start, end }) => {
    if (start <= filled && filled <= end) return { start, end, text: "" };
    const before = /(?:^|\n)((?:[ \t]*\r?\n)*)$/.exec(text.slice(0, start))?.[1] ?? "";
    const after = /^(?:[ \t]*\r?\n)*/.exec(text.slice(end))?.[0] ?? "";
    // At either end of the file, or of a block, none stay.
    const isLast = end + after.length >= text.length;
    const lines = (gap: string) => gap.split("\n").length - 1;
    if (isLast) return { start: start - before.length, end: end + after.length, text: "" };
    const spare = start === before.length ? lines(after) : Math.min(lines(before), lines(after));
    let to = end;
    for (let count = 0; count < spare; count++) to = nextLine(text, to);
    return { start, end: to, text: "" };
  });
}

function restOfLine(text: string, at: number): string {
  return text.slice(at, nextLine(text, at)).replace(/#.*/, "");
}

/** Comment lines right above, where they speak of Celery. */
function withComment(text: string, start: number): number {
  let at = start;
  while (at > 0) {
    const above = lineStart(text, at - 1);
    const line = text.slice(above, at);
    if (!/^\s*#/.test(line) || !/celery|worker/i.test(line)) break;
    at = above;
  }
  return at;
}
