/** Which files a project has, without what Git ignores, and what stands in its Python files. */
import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { isIgnored, readRules, readScopesAbove, type Scope } from "./gitignore.ts";

export { findGitTop, readInheritedIgnores } from "./gitignore.ts";

export interface FileList {
  /** Every file below the root that is not ignored: relative, with forward slashes, sorted. */
  paths: string[];
  /** Those that are Python source. A link to a file inside the root isn't among them: the file itself is. */
  pythonPaths: string[];
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

/** Bytes that are read at once; most files fit, and the longest takes no more memory than the shortest. */
const CHUNK = 256 * 1024;
/** Characters that are shown again at the start of the next chunk: a word may lie across the border. */
const OVERLAP = 64 * 1024;

/**
 * Shows each file's bytes as latin-1 text, before anything is decoded or parsed. A long file comes in several pieces that
 * overlap. One that can't be read is left out.
 */
export function readTexts(
  root: string,
  pythonPaths: readonly string[],
  visit: (relative: string, text: string) => void,
): void {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  const prefix = root.endsWith("/") ? root : `${root}/`;
  for (const relative of pythonPaths) {
    let file: number;
    try {
      file = openSync(prefix + relative, "r");
    } catch {
      continue;
    }
    try {
      for (let kept = 0; ; ) {
        const filled = kept + readSync(file, buffer, kept, buffer.length - kept, null);
        if (filled > kept) visit(relative, buffer.toString("latin1", 0, filled));
        if (filled < buffer.length) break;
        kept = OVERLAP;
        buffer.copy(buffer, 0, filled - kept, filled);
      }
    } catch {
      // A folder of that name, or gone in between.
    } finally {
      closeSync(file);
    }
  }
}

/**
 * Python at the top of a folder, in a file or a package, that stands behind a link out of it: never read, and not absent.
 *
 * @returns relative paths
 */
export function pythonBehindLinks(root: string): string[] {
  const real = realpathSync(root);
  return readFolder(real)
    .filter((entry) => entry.isSymbolicLink())
    .map(({ name }) => (isPython(name) ? name : `${name}/__init__.py`))
    .filter((name) => existsSync(path.join(real, name)) && !leadsToFileInside(real, name));
}
