/** .gitignore, .env.example and .env: each takes what is missing and keeps every byte of the rest. */
import ignore from "ignore";
import { withoutNightmares } from "./gitignore.ts";
import { readRaw } from "./raw-text.ts";

export interface EnvEntry {
  /** e.g. "CELERY_BROKER_URL" */
  key: string;
  value: string;
  /** A line above the entry, without the "#". */
  comment?: string;
}

const SECRET = ".env";
const EXAMPLE = ".env.example";

/**
 * Makes Git ignore `.env` and its kind but not `.env.example`: https://git-scm.com/docs/gitignore. Judged by what the rules do,
 * not by how they are written.
 *
 * @param before The file's bytes; null when there is none.
 * @param inherited Whether a .gitignore above ignores a path, see readInheritedIgnores().
 * @returns the same object when nothing is to do; null when there is no file and none is needed.
 */
export function mergeGitignore(before: Uint8Array): Uint8Array;
export function mergeGitignore(before: Uint8Array | null, inherited?: undefined): Uint8Array;
export function mergeGitignore(before: Uint8Array | null, inherited: (path: string) => boolean): Uint8Array | null;
export function mergeGitignore(before: Uint8Array | null, inherited?: (path: string) => boolean): Uint8Array | null {
  const bytes = before ?? new Uint8Array();
  const raw = readRaw(bytes);
  const holds = (lines: readonly string[], path: string) => {
    const { ignored, unignored } = ignore({ ignorecase: false })
      .add([withoutNightmares(raw.text), ...lines].join("\n"))
      .test(path);
    return ignored || (!unignored && (inherited?.(path) ?? false));
  };
  const added: string[] = [];
  if (!holds(added, SECRET)) added.push(".env*");
  if (holds(added, EXAMPLE)) added.push(`!${EXAMPLE}`);
  if (added.length === 0) return before;
  const head = before === null || raw.text.trim() === "" ? [] : [""];
  return append(bytes, [...head, "# Secrets stay out of Git; the example shows which are needed.", ...added]);
}

/**
 * Makes Git ignore a folder, or files, wherever they stand.
 *
 * @param pattern e.g. "instance/" or "celerybeat-schedule*"
 * @param why a comment above the line
 * @returns the same object when nothing is to do
 */
export function ignorePattern(before: Uint8Array | null, pattern: string, why: string): Uint8Array | null {
  const bytes = before ?? new Uint8Array();
  const raw = readRaw(bytes);
  const sample = pattern.endsWith("/") ? `${pattern}file` : pattern.replace(/\*$/, "");
  if (ignore({ ignorecase: false }).add(withoutNightmares(raw.text)).ignores(sample)) return before;
  const head = raw.text.trim() === "" ? [] : [""];
  return append(bytes, [...head, `# ${why}`, pattern]);
}

/**
 * Adds the keys that .env.example does not have yet. One that a user has commented out counts as there.
 *
 * @returns the same object when nothing is to do
 */
export function mergeEnvExample(before: Uint8Array | null, entries: readonly EnvEntry[]): Uint8Array {
  return mergeEnv(before, entries, true);
}

/**
 * Adds keys to .env; one that is there keeps its value. Write the file with ENV_MODE.
 *
 * @returns the same object when nothing is to do
 * @throws RangeError for a value with a line break in it: check answers first.
 */
export function mergeEnvSecrets(before: Uint8Array | null, entries: readonly EnvEntry[]): Uint8Array {
  return mergeEnv(before, entries, false);
}

/** Nobody but the owner reads .env. */
export const ENV_MODE = 0o600;

/** Keys that a .env file sets, in order; with `commented`, those behind a "#" as well. */
export function readEnvKeys(bytes: Uint8Array, commented = false): string[] {
  const { text } = readRaw(bytes);
  // A quoted value may span lines; what looks like a key inside of it is none.
  const entry =
    /^[ \t]*(#?)[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|.*)/gm;
  return [...text.matchAll(entry)].filter((match) => commented || match[1] === "").map((match) => match[2] as string);
}

function mergeEnv(before: Uint8Array | null, entries: readonly EnvEntry[], commented: boolean): Uint8Array {
  const bytes = before ?? new Uint8Array();
  const keys = new Set(readEnvKeys(bytes, commented));
  const missing = entries.filter(({ key }) => !keys.has(key));
  if (missing.length === 0) return bytes;
  const lines = missing.flatMap(({ key, value, comment }) => [
    ...(comment ? [`# ${comment}`] : []),
    `${key}=${quote(value)}`,
  ]);
  const head = readRaw(bytes).text.trim() === "" || missing[0]?.comment === undefined ? [] : [""];
  return append(bytes, [...head, ...lines]);
}

/** Adds whole lines in the file's own style; one without a final line end is left without one. */
function append(bytes: Uint8Array, lines: readonly string[]): Uint8Array {
  const raw = readRaw(bytes);
  const ended = raw.text === "" || raw.text.endsWith("\n");
  // One character is one byte in readRaw(): hand over the bytes of UTF-8.
  const joined = Buffer.from(lines.join(raw.eol), "utf8").toString("latin1");
  return raw.encode(raw.text + (ended ? joined + raw.eol : raw.eol + joined));
}

/** Quotes what python-dotenv, Docker Compose and shells would read differently otherwise. */
function quote(value: string): string {
  if (/[\r\n\0]/.test(value)) throw new RangeError("a value of .env has no line breaks");
  if (/^[\w.:/@%+?=,{}-]*$/.test(value)) return value;
  // Between single quotes readers disagree about a backslash, between double quotes about a dollar sign.
  return /['\\]/.test(value) ? `"${value.replace(/[\\"$`]/g, "\\$&")}"` : `'${value}'`;
}
