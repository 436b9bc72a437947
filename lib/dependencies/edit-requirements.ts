/** One more line in a requirement file or in setup.cfg. */
import type { RawText } from "../files/raw-text.ts";
import { type RequirementLine, readRequirements } from "./requirements.ts";
import { findPlace, insertAt } from "./splice.ts";

/**
 * Adds a line: in its place when the whole file is sorted, else after the block in which Flask stands, else at the end. A last
 * line without a line end keeps the file so.
 */
export function addRequirementLine({ text, eol }: RawText, name: string, line: string): string {
  const { lines } = readRequirements(text);
  const named = lines.filter((at) => at.kind === "requirement");
  const place = findPlace(
    named.map((at) => at.requirement?.name ?? ""),
    name,
  );
  if (place < named.length) {
    const before = named[place - 1];
    if (before) return insertAt(text, before.end, eol + line);
    return insertAt(text, (named[place] as RequirementLine).start, line + eol);
  }
  const last = lastOfBlock(lines, named);
  if (last) return insertAt(text, last.end, eol + line);
  const ended = text === "" || text.endsWith("\n");
  return text + (ended ? line + eol : eol + line);
}

/** The last requirement of the run of lines around Flask that no blank line or comment breaks. */
function lastOfBlock(
  lines: readonly RequirementLine[],
  named: readonly RequirementLine[],
): RequirementLine | undefined {
  const flask = lines.findIndex((at) => at.requirement?.key === "flask");
  if (flask < 0) return named.at(-1);
  let last = flask;
  for (let index = flask + 1; index < lines.length; index++) {
    const { kind } = lines[index] as RequirementLine;
    if (kind === "blank" || kind === "comment") break;
    if (kind === "requirement") last = index;
  }
  return lines[last];
}
