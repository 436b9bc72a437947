/** Literal lists of strings, in TOML and in Python, by offset. */

export interface StringList {
  /** Offsets of each element, its quotes included. */
  elements: readonly { start: number; end: number; value: string }[];
  /** Offset of the opening and of the closing bracket. */
  open: number;
  close: number;
  trailingComma: boolean;
}

/**
 * Reads the list whose bracket opens at `open`. Null when it holds anything but plain strings with commas between them:
 * names, calls, prefixed, escaped or joined strings are nothing that a splice may be certain of.
 */
export function readStringList(text: string, open: number): StringList | null {
  const elements: { start: number; end: number; value: string }[] = [];
  let separated = true;
  for (let at = open + 1; at < text.length; ) {
    const char = text[at] as string;
    if (/\s/.test(char)) at += 1;
    else if (char === "#") at = endOfLine(text, at);
    else if (char === ",") {
      if (separated) return null;
      separated = true;
      at += 1;
    } else if (char === "]") {
      return { elements, open, close: at, trailingComma: separated && elements.length > 0 };
    } else if ((char === '"' || char === "'") && separated) {
      const end = skipString(text, at);
      const value = text.slice(at + 1, end - 1);
      if (text.startsWith(char.repeat(3), at) || value.includes("\\")) return null;
      elements.push({ start: at, end, value });
      separated = false;
      at = end;
    } else return null;
  }
  return null;
}

export function endOfLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  return newline < 0 ? text.length : newline;
}

/** Offset after the string that opens at `at`. A backslash escapes in every Python string, in TOML only between double quotes. */
export function skipString(text: string, at: number, language: "toml" | "python" = "toml"): number {
  const quote = text[at] as string;
  const long = text.startsWith(quote.repeat(3), at);
  const closing = long ? quote.repeat(3) : quote;
  for (let index = at + closing.length; index < text.length; index++) {
    if (text[index] === "\\" && (quote === '"' || language === "python")) index += 1;
    else if (text.startsWith(closing, index)) return index + closing.length;
    else if (!long && text[index] === "\n") return index;
  }
  return text.length;
}
