/** Which files a project has, without what Git ignores, and which of its Python files name Flask or Celery. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import ignore, { type Ignore } from "ignore";

export interface FileList {
  /** Every file below the root that is not ignored: relative, with forward slashes, sorted. */
  paths: string[];
  /** Those that are Python source. A link to a file inside the root isn't among them: the file itself is. */
  pythonPaths: string[];
}

/** The rules of one .gitignore; `prefix` leads from the folder of that file to the root that is walked. */
interface Scope {
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

/** Folders that never hold the project's own source, whatever .gitignore says. */
const SKIPPED = new Set([
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  "__pycache__",
  "__pypackages__",
  "site-packages",
  ".tox",
  ".nox",
  ".mypy_cache",
  ".ruff_cache",
  ".pytest_cache",
  ".eggs",
]);
/** Folders that a build makes, skipped only when they are a build's: an application may be called `build` or `dist`. */
const BUILT = new Set(["build", "dist"]);

/**
 * Lists the files below `root` as Git sees them: nested .gitignore files count, and so do those above `root` up to the top
 * of the repository. Rules that would hide the application itself do not: those from above when `root` lies in an ignored
 * folder, and any when nothing of Python were left.
 *
 * @param root Absolute path of an existing folder.
 * @throws the file system's error when `root` can't be read; folders below that can't be read are left out.
 */
export function listFiles(root: string): FileList {
  const real = realpathSync(root);
  const listed = walk(real, true);
  if (listed.pythonPaths.length > 0) return listed;
  const all = walk(real, false);
  return all.pythonPaths.length > 0 ? all : listed;
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

function walk(root: string, obeyed: boolean): FileList {
  const paths: string[] = [];
  const pythonPaths: string[] = [];
  visit("", obeyed ? readScopesAbove(root) : []);
  return { paths: paths.sort(), pythonPaths: pythonPaths.sort() };

  function visit(folder: string, inherited: readonly Scope[]): void {
    const entries = readFolder(`${root}/${folder}`);
    if (folder !== "" && entries.some((entry) => entry.name === "pyvenv.cfg")) return;
    let scopes = inherited;
    if (obeyed && entries.some((entry) => entry.name === ".gitignore" && entry.isFile())) {
      const rules = readRules(path.join(root, folder, ".gitignore"));
      if (rules) scopes = [...inherited, { rules, prefix: "", skip: folder.length }];
    }
    for (const entry of entries) {
      const relative = folder + entry.name;
      if (entry.isDirectory()) {
        if (SKIPPED.has(entry.name) || entry.name.endsWith(".egg-info") || isBuildOutput(root, folder, entry.name))
          continue;
        if (!isIgnored(scopes, `${relative}/`)) visit(`${relative}/`, scopes);
        continue;
      }
      // A folder behind a link is either inside the root, and listed there, or none of ours.
      const linked = entry.isSymbolicLink();
      if (linked ? !leadsToFileInside(root, relative) : !entry.isFile()) continue;
      if (isIgnored(scopes, relative)) continue;
      paths.push(relative);
      if (!linked && isPython(entry.name)) pythonPaths.push(relative);
    }
  }
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isPython(name: string): boolean {
  return name.endsWith(".py") || name.endsWith(".pyw");
}

/** `python -m build` and setuptools leave these beside the project file; a package has an `__init__.py`. */
function isBuildOutput(root: string, folder: string, name: string): boolean {
  if (!BUILT.has(name)) return false;
  const beside = ["setup.py", "setup.cfg", "pyproject.toml", "package.json"];
  return (
    beside.some((file) => existsSync(path.join(root, folder, file))) &&
    !existsSync(path.join(root, folder, name, "__init__.py"))
  );
}

function leadsToFileInside(root: string, relative: string): boolean {
  try {
    const target = realpathSync(path.join(root, relative));
    return target.startsWith(root + path.sep) && statSync(target).isFile();
  } catch {
    return false; // dangling, or a link to itself
  }
}

/** The rules above the root; none when they ignore the root itself. */
function readScopesAbove(root: string): Scope[] {
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

function readRules(file: string): Rules | null {
  try {
    const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
    return /^[^#\s]/m.test(text) ? { ignore: ignore({ ignorecase: false }).add(text), ...widen(text) } : null;
  } catch {
    return null;
  }
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
function isIgnored(scopes: readonly Scope[], relative: string): boolean {
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

/**
 * Keeps the files that name one of the needles, in the order given. Bytes are compared, before anything is decoded or
 * parsed, in the three spellings that source has: `flask`, `Flask`, `FLASK`. A file that can't be read is left out.
 *
 * @param needles lower-case ASCII words, e.g. `["flask", "celery"]`
 */
export function filterRelevant(root: string, pythonPaths: readonly string[], needles: readonly string[]): string[] {
  const wanted = needles.flatMap(spell).map((word) => Buffer.from(word, "latin1"));
  const overlap = Math.max(1, ...needles.map((needle) => needle.length)) - 1;
  // One buffer for all: most files fit at once, and the longest takes no more memory than the shortest.
  const buffer = Buffer.allocUnsafeSlow(256 * 1024);
  const prefix = root.endsWith("/") ? root : `${root}/`;
  return pythonPaths.filter((relative) => {
    let file: number;
    try {
      file = openSync(prefix + relative, "r");
    } catch {
      return false;
    }
    try {
      return namesOne(file, buffer, wanted, overlap);
    } catch {
      return false;
    } finally {
      closeSync(file);
    }
  });
}

function spell(needle: string): string[] {
  return [needle, needle.charAt(0).toUpperCase() + needle.slice(1), needle.toUpperCase()];
}

function namesOne(file: number, buffer: Buffer, wanted: readonly Buffer[], overlap: number): boolean {
  // The last bytes of a chunk are looked at again: a word may lie across the border.
  for (let kept = 0; ; ) {
    const read = readSync(file, buffer, kept, buffer.length - kept, null);
    if (read === 0) return false;
    const filled = kept + read;
    const chunk = buffer.subarray(0, filled);
    if (wanted.some((word) => chunk.includes(word))) return true;
    if (filled < buffer.length) return false;
    kept = overlap;
    buffer.copy(buffer, 0, filled - kept, filled);
  }
}
