/** What Git ignores: the .gitignore files of a project and of the repository around it. */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import ignore, { type Ignore } from "ignore";

/** The rules of one .gitignore; `prefix` leads from the folder of that file to the root that is walked. */
export interface Scope {
  rules: Rules;
  /** Path of the walked root seen from the folder of the rules, with a trailing slash; "" for the root and below. */
  prefix: string;
  /** Number of characters of a root-relative path that lie above the folder of the rules. */
  skip: number;
}

interface Rules {
  ignore: Ignore;
  /** Too wide rather than too narrow: asked first, as they are ten times as fast as the rules. */
  names: RegExp;
  paths: RegExp;
}

/** The folder of the repository that `folder` lies in, or null outside of one. */
export function findGitTop(folder: string): string | null {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, ".git"))) return at;
    if (at === path.dirname(at)) return null;
  }
}

/**
 * Whether a .gitignore above `root`, inside the same repository, already ignores a path below `root`.
 *
 * @returns a function of a root-relative path
 */
export function readInheritedIgnores(root: string): (relative: string) => boolean {
  const real = realpathSync(root);
  const scopes = readScopesAbove(real);
  // Nobody has asked about the folders in between.
  return (relative) => scopes.some(({ rules, prefix }) => rules.ignore.test(prefix + relative).ignored);
}

/** The rules above the root; none when they ignore the root itself. */
export function readScopesAbove(root: string): Scope[] {
  const top = findGitTop(root);
  const scopes: Scope[] = [];
  if (top === null) return scopes;
  const excluded = readRules(path.join(top, ".git", "info", "exclude"));
  const prefixOf = (folder: string) => {
    const relative = path.relative(folder, root).split(path.sep).join("/");
    return relative === "" ? "" : `${relative}/`;
  };
  if (excluded) scopes.push({ rules: excluded, prefix: prefixOf(top), skip: 0 });
  const parents: string[] = [];
  for (let at = root; at !== top; at = path.dirname(at)) parents.unshift(path.dirname(at));
  for (const folder of parents) {
    const rules = readRules(path.join(folder, ".gitignore"));
    if (rules) scopes.push({ rules, prefix: prefixOf(folder), skip: 0 });
  }
  const hidesRoot = scopes.some(({ rules, prefix }) => prefix !== "" && rules.ignore.test(prefix).ignored);
  return hidesRoot ? [] : scopes;
}

export function readRules(file: string): Rules | null {
  try {
    // A pipe or a device of that name would never end.
    if (!statSync(file).isFile()) return null;
    const text = withoutNightmares(readFileSync(file, "utf8").replace(/^\uFEFF/, ""));
    return /^[^#\s]/m.test(text) ? { ignore: ignore({ ignorecase: false }).add(text), ...widen(text) } : null;
  } catch {
    return null;
  }
}

/** Patterns that no person writes keep a regular expression busy for ever: one with dozens of stars, or as long as a page. */
export function withoutNightmares(text: string): string {
  if (text.length < 200) return text;
  return text
    .split("\n")
    .filter((line) => line.length <= 1000 && line.split("*").length <= 20)
    .join("\n");
}

/** Two patterns that match whatever a rule matches: a name at any depth, or a path from the folder of the rules. */
function widen(text: string): { names: RegExp; paths: RegExp } {
  const names: string[] = [];
  const paths: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const rule = line.replace(/ +$/, "").replace(/^!/, "").replace(/\/+$/, "");
    const wide = widenGlob(rule.replace(/^\/+/, ""));
    if (rule.includes("/")) paths.push(wide);
    else names.push(wide);
  }
  return { names: toPattern(names), paths: toPattern(paths) };
}

function toPattern(sources: readonly string[]): RegExp {
  return new RegExp(`^(?:${sources.join("|") || "(?!)"})$`, "su");
}

function widenGlob(glob: string): string {
  // Escapes, brackets within brackets and white space at the end are left to the rules themselves.
  if (glob === "" || /\\|\[[!^]?\]|\[\[|\s$/.test(glob)) return ".*";
  return glob
    .replace(/[.+^${}()|]/g, "\\$&")
    .replace(/\[[^\]/]*\]|\?/g, ".")
    .replace(/[[\]]/g, ".")
    .replace(/\/?\*\*\/?|\*/g, ".*");
}

/**
 * The deepest .gitignore that says anything about a path decides, as https://git-scm.com/docs/gitignore has it. The folders
 * above the path must have been asked before: an ignored one is not entered.
 */
export function isIgnored(scopes: readonly Scope[], relative: string): boolean {
  if (scopes.length === 0) return false;
  const end = relative.endsWith("/") ? relative.length - 1 : relative.length;
  const name = relative.slice(relative.lastIndexOf("/", end - 1) + 1, end);
  for (let index = scopes.length - 1; index >= 0; index--) {
    const { rules, prefix, skip } = scopes[index] as Scope;
    const seen = prefix + relative.slice(skip);
    if (!rules.names.test(name) && !rules.paths.test(seen.endsWith("/") ? seen.slice(0, -1) : seen)) continue;
    const verdict = rules.ignore.test(seen);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}
