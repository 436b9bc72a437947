/** Declares a package in pyproject.toml or Pipfile, and proves that nothing else has changed. */
import { readRaw } from "../files/raw-text.ts";
import { addListElement, addPair } from "./edit-lists.ts";
import { readStringList } from "./lists.ts";
import { parseToml } from "./pyproject.ts";
import { insertAt } from "./splice.ts";
import { scanToml } from "./toml.ts";
import type { DependencyFile } from "./types.ts";
import { type Wanted, writeCaret, writePair, writeRange, writeRequirement } from "./wanted.ts";

/** Null when there is no place that is certain. */
export function declareInToml(kind: DependencyFile["kind"], bytes: Uint8Array, item: Wanted): Uint8Array | null {
  const raw = readRaw(bytes);
  const { text, eol } = raw;
  const before = parseToml(bytes);
  if (!before) return null;
  const statements = scanToml(text);
  let after: string | null;
  if (kind === "poetry") {
    after = addPair(raw, statements, "tool.poetry.dependencies", [item.name, writePair(writeCaret(item), item)]);
  } else if (kind === "pipfile") {
    after = addPair(raw, statements, "packages", [item.name, writePair(writeRange(item), item)]);
  } else {
    const list = statements.find(({ table, key }) =>
      /^(?:project\.dependencies|tool\.flit\.metadata\.requires)$/.test(table ? `${table}.${key}` : key),
    );
    const strings = list && readStringList(text, list.value);
    if (list) after = strings ? addListElement(raw, strings, item.name, writeRequirement(item)) : null;
    else {
      const last = statements.filter((at) => at.table === "project").at(-1);
      const behind = last ? (/^[^\S\r\n]*(?:#[^\r\n]*)?/.exec(text.slice(last.end))?.[0].length ?? 0) : 0;
      after = last ? insertAt(text, last.end + behind, `${eol}dependencies = ["${writeRequirement(item)}"]`) : null;
    }
  }
  const bytesAfter = after === null ? null : raw.encode(after);
  return bytesAfter && addsOnly(before, bytesAfter, item) ? bytesAfter : null;
}

/** Whether the edited document holds what it held, and the new entry besides: the proof that the splice hit its place. */
function addsOnly(before: Record<string, unknown>, bytes: Uint8Array, item: Wanted): boolean {
  const after = parseToml(bytes);
  if (!after) return false;
  const rest = flatten(before);
  const added = [...flatten(after)].filter(([place, count]) => {
    const had = rest.get(place) ?? 0;
    rest.set(place, had - count);
    return count > had;
  });
  const lost = [...rest.values()].some((count) => count > 0);
  return !lost && added.length > 0 && added.every(([place]) => place.includes(item.name));
}

/** Every leaf with the keys that lead to it; elements of lists without their index, counted. */
function flatten(value: unknown, place = "", into = new Map<string, number>()): Map<string, number> {
  const add = (leaf: string) => into.set(leaf, (into.get(leaf) ?? 0) + 1);
  if (Array.isArray(value)) for (const element of value) flatten(element, `${place}[]`, into);
  else if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, `${place}.${key}`, into);
  } else add(`${place} = ${String(value)}`);
  return into;
}
