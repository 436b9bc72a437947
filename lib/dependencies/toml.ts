/** Where the statements of a valid TOML document stand. Values are read by smol-toml; this only tells offsets. */
import { endOfLine, skipString } from "./lists.ts";

export interface TomlStatement {
  kind: "header" | "pair";
  /** Dotted path of the table: of the header itself, or the one that a pair stands in. */
  table: string;
  /** Key of a pair as written, unquoted, dots included; "" for a header. */
  key: string;
  /** Offsets from the first character of the key or bracket to the end of the value. */
  start: number;
  end: number;
  /** Offset of the value; of the end for a header. */
  value: number;
}

/** Lists headers and pairs in order. `text` must be valid TOML: check it with smol-toml first. */
export function scanToml(text: string): TomlStatement[] {
  const statements: TomlStatement[] = [];
  let table = "";
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (/\s/.test(char)) at += 1;
    else if (char === "#") at = endOfLine(text, at);
    else if (char === "[") {
      const close = skipUntil(text, at, "]");
      const end = text[at + 1] === "[" ? close + 2 : close + 1;
      table = joinKey(text.slice(at, end).replace(/^\[\[?|\]\]?$/g, ""));
      statements.push({ kind: "header", table, key: "", start: at, end, value: end });
      at = end;
    } else {
      const equals = skipUntil(text, at, "=");
      const value = equals + 1 + (/^[ \t]*/.exec(text.slice(equals + 1))?.[0].length ?? 0);
      const end = skipValue(text, value);
      statements.push({ kind: "pair", table, key: joinKey(text.slice(at, equals)), start: at, end, value });
      at = Math.max(end, at + 1);
    }
  }
  return statements;
}

function joinKey(raw: string): string {
  return (raw.match(/"[^"]*"|'[^']*'|[\w-]+/g) ?? []).map((part) => part.replace(/^["']|["']$/g, "")).join(".");
}

function skipUntil(text: string, from: number, wanted: string): number {
  for (let at = from; at < text.length; ) {
    const char = text[at] as string;
    if (char === wanted) return at;
    at = char === '"' || char === "'" ? skipString(text, at) : at + 1;
  }
  return text.length;
}

function skipValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const char = text[at] as string;
    if (char === '"' || char === "'") {
      at = skipString(text, at);
    } else if (char === "[" || char === "{") {
      depth += 1;
      at += 1;
    } else if (char === "]" || char === "}") {
      depth -= 1;
      at += 1;
    } else if (depth > 0) {
      at = char === "#" ? endOfLine(text, at) : at + 1;
      continue;
    } else if (char === "\n" || char === "#") {
      return from + text.slice(from, at).trimEnd().length;
    } else at += 1;
    if (depth === 0 && /["'\]}]/.test(char)) return at;
  }
  return from + text.slice(from).trimEnd().length;
}
