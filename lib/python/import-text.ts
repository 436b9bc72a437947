/** What a file may import, told by its text alone: at least all that its tree says, at a hundredth of the price. */
export interface ImportText {
  /** Dotted module of `from module import …`, with its leading dots; null for `import …`. */
  module: string | null;
  /** Every name of the rest, aliases too; dotted ones for `import a.b`; `*` for a star, and for what can't be told. */
  names: readonly string[];
}

/**
 * Every import statement that the text could hold, those in strings and comments included.
 *
 * No import is missed: a tree has one only where the word `import` stands, `from` comes before it with nothing but a module
 * between (Python lets neither a bracket nor a comment in there), and the names follow up to the line's end or in brackets.
 * Where anything else is seen, the statement counts as one that may import all.
 *
 * @param text - the file's bytes as latin-1, so that each character beyond ASCII is several
 */
export function importsInText(text: string): ImportText[] {
  const found: ImportText[] = [];
  for (let at = text.indexOf(IMPORT); at >= 0; at = text.indexOf(IMPORT, at + IMPORT.length)) {
    const end = at + IMPORT.length;
    if (isWord(text.charCodeAt(at - 1)) || isWord(text.charCodeAt(end))) continue;
    const module = moduleBefore(text, at);
    const names = namesBehind(text, end);
    found.push(isUncertain(module, names) ? { module: null, names: ["*"] } : { module, names });
  }
  return found;
}

const IMPORT = "import";
/** Spaces, line ends and continued lines. */
const isGap = (code: number) => code === 32 || (code >= 9 && code <= 13) || code === 92;
const isWord = (code: number) =>
  (code >= 97 && code <= 122) || code === 95 || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code >= 128;
const DOT = 46;

/** The module between `from` and this `import`; null where there is no `from`, undefined where it can't be told. */
function moduleBefore(text: string, at: number): string | null | undefined {
  let start = at;
  while (start > 0 && isGap(text.charCodeAt(start - 1))) start--;
  const end = start;
  const back = () => {
    while (start > 0 && (isWord(text.charCodeAt(start - 1)) || text.charCodeAt(start - 1) === DOT)) start--;
  };
  back();
  let module = text.slice(start, end);
  // `from .x import y`, `from . x import y`
  if (module !== "from" && !module.startsWith("from.")) {
    while (start > 0 && isGap(text.charCodeAt(start - 1))) start--;
    const before = start;
    back();
    const word = text.slice(start, before);
    if (/^from\.*$/.test(word)) return word.slice(4) + module;
    if (/^\.+$/.test(word)) {
      while (start > 0 && isGap(text.charCodeAt(start - 1))) start--;
      if (text.slice(start - 4, start) === "from") return word + module;
    }
    module = "";
  } else if (module.length > 4) return module.slice(4);
  const line = Math.max(text.lastIndexOf("\n", at - 1), text.lastIndexOf("\r", at - 1));
  const from = text.lastIndexOf("from", at);
  return from > line ? undefined : null;
}

function namesBehind(text: string, at: number): readonly string[] {
  let start = at;
  while (start < text.length && isGap(text.charCodeAt(start))) start++;
  const rest = text[start] === "(" ? BRACKETS : LINE;
  rest.lastIndex = start;
  const names = rest.exec(text)?.[0] ?? text.slice(start);
  return (rest === BRACKETS ? names.replace(COMMENT, "") : names).match(NAMES) ?? ["*"];
}

/** Up to the bracket that closes, comments left out. */
const BRACKETS = /(?:#[^\n]*|[^)#])*\)/y;
const LINE = /(?:\\\r?\n|[^\n;#\\])*/y;
const COMMENT = /#[^\n]*/g;
const NAMES = /[\w.\x80-\xff]+|\*/g;

/** Names beyond ASCII are compared as a tree has them, not as bytes. */
function isUncertain(module: string | null | undefined, names: readonly string[]): module is undefined {
  return module === undefined || /[\x80-\xff]/.test(module ?? "") || names.some((name) => /[\x80-\xff]/.test(name));
}
