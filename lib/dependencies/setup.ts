/** setup.cfg and setup.py, read as text: setup.py is never run. */
import { lineAt, readRaw } from "../files/raw-text.ts";
import { endOfLine, readStringList, type StringList, skipString } from "./lists.ts";
import { parseRequirement } from "./requirements.ts";
import type { DependencyFile } from "./types.ts";

export interface ConfigList {
  /** Offsets of the requirement lines, without indentation and line end. */
  items: readonly { start: number; end: number; value: string }[];
  /** White space before each item; "" when the only one stands beside the key. */
  indent: string;
  /** Offset after the last line of the option, before its line end. */
  end: number;
}

/** Finds `install_requires` in `[options]`: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html */
export function findConfigList(text: string): ConfigList | null {
  const section = /^\[options\][ \t]*\r?\n/m.exec(text);
  if (!section) return null;
  const from = section.index + section[0].length;
  const next = /^\[/m.exec(text.slice(from));
  const body = text.slice(from, next ? from + next.index : text.length);
  const option = /^install_requires[ \t]*[=:][ \t]*(.*(?:\r?\n(?:[ \t]+\S.*|[ \t]*(?:#.*)?(?=\r?\n[ \t]+\S)))*)/m.exec(
    body,
  );
  if (!option) return null;
  const value = option[1] as string;
  const start = from + option.index + option[0].length - value.length;
  const items: { start: number; end: number; value: string }[] = [];
  let indent = "";
  for (const line of value.matchAll(/^([ \t]*)(\S.*?)[ \t]*\r?$/gm)) {
    const content = line[2] as string;
    if (content.startsWith("#") || content.startsWith(";")) continue;
    const at = start + line.index + (line[1] as string).length;
    if (line.index > 0) indent = line[1] as string;
    items.push({ start: at, end: at + content.length, value: content });
  }
  return { items, indent, end: start + value.trimEnd().length };
}

export function readSetupCfg(path: string, bytes: Uint8Array): DependencyFile | null {
  const { text } = readRaw(bytes);
  const list = findConfigList(text);
  if (!list) return null;
  const values = list.items.flatMap(({ value }) => value.split(";").slice(0, 1)).map(keyOf);
  const flask = list.items.find(({ value }) => keyOf(value) === "flask");
  const line = lineAt(text, flask?.start ?? list.end);
  return { path, kind: "setup-cfg", declares: values.filter(Boolean), generated: false, hashed: false, line };
}

export interface SetupScript {
  file: DependencyFile | null;
  /** A requirement file that the script names, e.g. "requirements.txt"; the script takes its dependencies from there. */
  reads: string | null;
}

/** Reads setup.py. A list that is no literal makes a file with no names but the ones its text shows. */
export function readSetupPy(path: string, bytes: Uint8Array): SetupScript {
  const { text } = readRaw(bytes);
  const code = blankComments(text);
  const mention = /\binstall_requires\b/.exec(code);
  const list = findScriptList(text);
  const reads = list ? null : (/["']([\w./-]*require[\w.-]*\.(?:txt|in|pip))["']/.exec(code)?.[1] ?? null);
  if (!mention) return { file: null, reads };
  const shown = list
    ? list.elements.map(({ value }) => value)
    : [...code.matchAll(/["'](flask\b[^"'\n]*)["']/gi)].map((found) => found[1] as string);
  const names = shown.map(keyOf).filter(Boolean);
  const flask = list?.elements.find(({ value }) => keyOf(value) === "flask");
  const line = lineAt(text, flask?.start ?? mention.index);
  return { file: { path, kind: "setup-py", declares: names, generated: false, hashed: false, line }, reads };
}

/**
 * The literal list that setup() gets as `install_requires`, directly or through one variable that is assigned once. Null when
 * that is not certain.
 */
export function findScriptList(text: string): StringList | null {
  const code = blankStrings(text);
  const uses = [...code.matchAll(/\binstall_requires\s*=(?!=)\s*/g)];
  const direct = uses.filter((use) => code[use.index + use[0].length] === "[");
  if (direct.length === 1) {
    const names = uses.length - direct.length;
    // A second use may only hand the variable of the first on: install_requires=install_requires.
    if (
      names > 1 ||
      uses.some((use) => use !== direct[0] && !/^install_requires\b/.test(code.slice(use.index + use[0].length)))
    )
      return null;
    return readClosedList(text, code, direct[0]!.index + direct[0]![0].length);
  }
  if (uses.length !== 1) return null;
  const name = /^[A-Za-z_]\w*(?=\s*[,)\n])/.exec(code.slice(uses[0]!.index + uses[0]![0].length))?.[0];
  if (!name || name === "install_requires") return null;
  const assigned = [...code.matchAll(new RegExp(`^${name}\\s*=(?!=)\\s*`, "gm"))];
  const touched = [...code.matchAll(new RegExp(`\\b${name}\\s*(?:\\+?=(?!=)|\\[)`, "g"))];
  if (assigned.length !== 1 || touched.length !== 1) return null;
  const open = assigned[0]!.index + assigned[0]![0].length;
  return code[open] === "[" ? readClosedList(text, code, open) : null;
}

function readClosedList(text: string, code: string, open: number): StringList | null {
  const list = readStringList(text, open);
  // Anything but the end of the argument, such as `[...] if x else [...]` or an index, makes it another value.
  return list && /^[ \t]*(?:[,)]|\r?\n|$|\+ )/.test(code.slice(list.close + 1)) ? list : null;
}

/** The text with comments turned to spaces: offsets stay. */
function blankComments(text: string): string {
  return blank(text, (char) => char === "#");
}

function blankStrings(text: string): string {
  return blank(text, () => true);
}

function blank(text: string, hides: (opening: string) => boolean): string {
  let result = "";
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (char !== "#" && char !== '"' && char !== "'") {
      result += char;
      at += 1;
      continue;
    }
    const end = char === "#" ? endOfLine(text, at) : skipString(text, at, "python");
    const part = text.slice(at, end);
    result += hides(char) ? part.replace(/[^\r\n]/g, " ") : part;
    at = end;
  }
  return result;
}

function keyOf(text: string): string {
  return parseRequirement(text)?.key ?? "";
}

/** conda's environment.yml, as far as needed: the names that it lists, pip's among them, and any requirement file. */
export function readConda(path: string, bytes: Uint8Array): { file: DependencyFile; reads: string | null } {
  const { text } = readRaw(bytes);
  const items = [...text.matchAll(/^[ \t]*-[ \t]+["']?([A-Za-z0-9][\w.-]*)/gm)];
  const names = items.map((item) => keyOf(item[1] as string)).filter(Boolean);
  const flask = items.find((item) => keyOf(item[1] as string) === "flask") ?? items.at(-1);
  const line = lineAt(text, (flask?.index ?? 0) + (flask?.[0].length ?? 0));
  const reads = /^[ \t]*-[ \t]+["']?-r[ \t]*([^\s"']+)/m.exec(text)?.[1] ?? null;
  return { file: { path, kind: "conda", declares: names, generated: false, hashed: false, line }, reads };
}
