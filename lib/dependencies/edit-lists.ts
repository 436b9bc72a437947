/** One more string in a literal list of TOML or Python, and one more pair in a TOML table, by offset. */
import type { RawText } from "../files/raw-text.ts";
import type { StringList } from "./lists.ts";
import { parseRequirement } from "./requirements.ts";
import { findPlace, insertAt } from "./splice.ts";
import type { TomlStatement } from "./toml.ts";

/** Adds an element in the list's own layout: quotes, indentation, one per line or not, trailing comma or not. */
export function addListElement({ text, eol }: RawText, list: StringList, name: string, value: string): string {
  const { elements } = list;
  const last = elements.at(-1);
  const quote = last ? (text[last.start] as string) : '"';
  const item = quote + value + quote;
  if (!last) return addFirst(text, eol, list, item);
  const names = elements.map((element) => parseRequirement(element.value)?.name ?? element.value);
  const place = findPlace(names, name);
  const previous = elements[place - 1];
  const next = elements[place];
  const beside = previous ?? (next as { start: number; end: number });
  const indent = /[^\S\r\n]*$/.exec(text.slice(0, beside.start))?.[0] ?? "";
  const ownLine = /\n[^\S\r\n]*$/.test(text.slice(list.open, beside.start));
  if (next) {
    if (!ownLine) return insertAt(text, next.start, `${item}, `);
    // After the line before it, so that a comment above the next element stays with that element.
    const from = previous ? previous.end : list.open + 1;
    const line = from + text.slice(from).search(/\r?\n/);
    if (line < from || line >= next.start) return insertAt(text, next.start, `${item}, `);
    return insertAt(text, line, `${eol}${indent}${item},`);
  }
  if (!ownLine) return insertAt(text, last.end, `, ${item}`);
  if (!list.trailingComma) {
    // A comment behind the last element stays behind it.
    const rest = text.slice(last.end, list.close);
    const comment = /^[^\S\r\n]*#[^\r\n]*/.exec(rest)?.[0] ?? "";
    return `${text.slice(0, last.end)},${comment}${eol}${indent}${item}${text.slice(last.end + comment.length)}`;
  }
  const comma = text.indexOf(",", last.end) + 1;
  const behind = /^[^\S\r\n]*(?:#[^\r\n]*)?/.exec(text.slice(comma, list.close))?.[0] ?? "";
  return insertAt(text, comma + behind.length, `${eol}${indent}${item},`);
}

function addFirst(text: string, eol: string, list: StringList, item: string): string {
  const inside = text.slice(list.open + 1, list.close);
  if (!inside.includes("\n")) return text.slice(0, list.open + 1) + item + text.slice(list.close);
  const lineStart = text.lastIndexOf("\n", list.open) + 1;
  const outer = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? "";
  const end = list.open + 1 + inside.trimEnd().length;
  return insertAt(text, end, `${eol}${outer}    ${item},`);
}

/**
 * Adds a pair to a table: in its place when the keys are sorted (`python`, which Poetry puts first, aside), else after the last.
 *
 * @returns null when the table has no header of its own, so that there is no certain place.
 */
export function addPair(
  { text, eol }: RawText,
  statements: readonly TomlStatement[],
  table: string,
  [key, value]: readonly [string, string],
): string | null {
  const header = statements.find((at) => at.kind === "header" && at.table === table);
  if (!header) return null;
  const from = statements.indexOf(header) + 1;
  const count = statements.slice(from).findIndex((at) => at.kind === "header");
  const pairs = statements.slice(from, count < 0 ? undefined : from + count).filter((at) => at.table === table);
  const sortable = pairs.filter((at) => at.key !== "python");
  const place = findPlace(
    sortable.map((at) => at.key),
    key,
  );
  const next = sortable[place];
  const beside = sortable[place - 1] ?? pairs.find((at) => at.key === "python" && (!next || at.start < next.start));
  const model = next ?? beside;
  const gap = model ? (/\s*=\s*$/.exec(text.slice(model.start, model.value))?.[0] ?? " = ") : " = ";
  const indent = model ? (/[^\S\r\n]*$/.exec(text.slice(0, model.start))?.[0] ?? "") : "";
  const line = indent + key + (/^\s*=\s*$/.test(gap) && !/\s{2,}/.test(gap) ? gap : " = ") + value;
  const after = beside ?? header;
  const rest = text.slice(after.end);
  const behind = /^[^\S\r\n]*(?:#[^\r\n]*)?/.exec(rest)?.[0].length ?? 0;
  return insertAt(text, after.end + behind, eol + line);
}
