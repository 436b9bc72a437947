/**
 * A copy of the project that the application runs in. It may write beside its files, make its instance folder or change its
 * SQLite database: none of that reaches the project.
 */
import {
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";

export interface Workspace {
  /** The copy of the project, once it has been made. */
  root: string;
  /** Another copy, for the web process: it runs at the same time and must not meet the first. */
  web: string;
  /** A folder beside it for our own files and for TMPDIR. */
  own: string;
  /**
   * @param to `root` or `web`
   * @param project its root is absolute; its paths are what version control does not ignore
   */
  copy(to: string, project: { root: string; paths: readonly string[] }): void;
  remove(): void;
}

/** Nothing of the application's own is in these. */
const skipped = new Set([
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  "__pycache__",
  ".tox",
  ".nox",
  ".mypy_cache",
  ".ruff_cache",
  ".pytest_cache",
  ".cache",
  ".idea",
  ".vscode",
]);
/** Larger files are media, dumps or models: an application that starts does not need them. */
const largestFile = 32 * 1024 * 1024;
/** A folder that the project's version control ignores is copied when it has up to so many files: `instance`, built assets. */
const ignoredFolderFiles = 300;

/** Three empty folders of our own. */
export function makeWorkspace(): Workspace {
  const top = mkdtempSync(path.join(realpathSync(os.tmpdir()), "celery-verify-"));
  const [copy, web, own] = [path.join(top, "project"), path.join(top, "web"), path.join(top, "own")];
  for (const folder of [copy, web, own]) mkdirSync(folder);
  return {
    root: copy,
    web,
    own,
    copy(to, { root, paths }) {
      copyFolder(root, to, "", new Set(paths.map((name) => path.posix.dirname(name))));
    },
    remove: () => removeFolder(top),
  };
}

/** Waits, for two seconds at most, for a process of the application's that is being ended and still writes. */
function removeFolder(folder: string, tries = 40): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    if (tries === 0) throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    removeFolder(folder, tries - 1);
  }
}

function copyFolder(root: string, copy: string, folder: string, listed: ReadonlySet<string>): void {
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const relative = path.posix.join(folder, entry.name);
    const [from, to] = [path.join(root, relative), path.join(copy, relative)];
    if (entry.isSymbolicLink()) {
      // An absolute link into the project would lead out of the copy again.
      const goal = readlinkSync(from);
      symlinkSync(goal.startsWith(root + path.sep) ? path.join(copy, path.relative(root, goal)) : goal, to);
    } else if (entry.isDirectory()) {
      if (
        skipped.has(entry.name) ||
        existsSync(path.join(from, "pyvenv.cfg")) ||
        existsSync(path.join(from, "conda-meta"))
      ) {
        continue;
      }
      if (!holdsListed(listed, relative) && !isSmall(from)) continue;
      mkdirSync(to, { recursive: true });
      copyFolder(root, copy, relative, listed);
    } else if (entry.isFile() && lstatSync(from).size <= largestFile) {
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
    }
  }
}

function holdsListed(listed: ReadonlySet<string>, folder: string): boolean {
  if (listed.has(folder)) return true;
  for (const name of listed) if (name.startsWith(`${folder}/`)) return true;
  return false;
}

function isSmall(folder: string, left = { files: ignoredFolderFiles }): boolean {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() ? !isSmall(path.join(folder, entry.name), left) : --left.files < 0) return false;
  }
  return true;
}
