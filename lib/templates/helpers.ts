import type Handlebars from "handlebars";
import { UserError } from "../errors/index.ts";

const KEYWORDS = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
);
/** Letters beyond U+FFFF are the ones that older Pythons may not know yet. */
const IDENTIFIER = /^(?!.*[\u{10000}-\u{10ffff}])[\p{XID_Start}_]\p{XID_Continue}*$/u;
/** Control, format (such as text that runs backwards), unassigned, private, lone surrogates; every space but " ". */
const INVISIBLE = /[\p{C}\p{Z}]/u;
const SHORT: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A Python literal for a value, written as `ruff format` would: double quotes, unless single ones need fewer
 * escapes. What can't be seen in an editor is escaped.
 * https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals
 * @throws Error for anything but a string, finite number, boolean or null
 */
export function pythonLiteral(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value + 0);
  if (typeof value !== "string") throw new Error(`py: ${shown(value)} has no Python literal`);
  const count = (quote: string) => value.split(quote).length;
  const quote = count('"') > count("'") ? "'" : '"';
  const body = Array.from(value, (char) => {
    if (char === quote) return `\\${char}`;
    return SHORT[char] ?? (char !== " " && INVISIBLE.test(char) ? escapePoint(char.codePointAt(0)!) : char);
  });
  return quote + body.join("") + quote;
}

/**
 * Passes a value on if it is a name that Python code can bind.
 * @throws UserError `not-an-identifier` for anything else, keywords and dunders included
 */
export function identifier(value: unknown): string {
  if (isName(value) && !/^__.*__$/.test(value)) return value;
  throw notAnIdentifier(value, "A name in Python consists of letters, digits and `_`, and is no keyword or dunder.");
}

/**
 * Passes a dotted module name on.
 * @throws UserError `not-an-identifier`
 */
export function moduleName(value: unknown): string {
  if (typeof value === "string" && value.split(".").every(isName)) return value;
  throw notAnIdentifier(value, "A module's name consists of Python names joined by dots.");
}

/** Helpers that templates may use, also registered in a team's own Handlebars. */
export function registerHelpers(handlebars: Pick<typeof Handlebars, "registerHelper">): void {
  handlebars.registerHelper("py", (value: unknown) => pythonLiteral(value));
  handlebars.registerHelper("ident", (value: unknown) => identifier(value));
  handlebars.registerHelper("module", (value: unknown) => moduleName(value));
  handlebars.registerHelper("eq", (a: unknown, b: unknown) => a === b);
  // The last argument of a helper is Handlebars' own.
  handlebars.registerHelper("or", (...values: unknown[]) => values.slice(0, -1).some(isTrue));
  handlebars.registerHelper("and", (...values: unknown[]) => values.slice(0, -1).every(isTrue));
  handlebars.registerHelper("not", (value: unknown) => !isTrue(value));
}

/** As `{{#if}}` sees it: an empty list is false. */
function isTrue(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function isName(value: unknown): value is string {
  // Python normalises names, so one that changes would be another name at run time.
  return (
    typeof value === "string" && IDENTIFIER.test(value) && !KEYWORDS.has(value) && value.normalize("NFKC") === value
  );
}

function notAnIdentifier(value: unknown, why: string): UserError {
  return new UserError({
    code: "not-an-identifier",
    what: `${shown(value)} can't be used as a name in Python.`,
    why,
    fix: "Choose a name in snake_case, such as send_welcome.",
  });
}

function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : String(value);
}

function escapePoint(point: number): string {
  const hex = point.toString(16);
  if (point <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return point <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
