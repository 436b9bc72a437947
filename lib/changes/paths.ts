import path from "node:path";
import { UserError } from "../errors/index.ts";
import type { FileSystem, Stats } from "./fs.ts";

/** Folder at the root of a project that exists only while a run writes: lock, journal, backups. */
export const FOLDER = ".plop-flask-celery";

/** Where a change really goes, symlinks resolved. */
export interface Place {
  /** Absolute path of the file that is written. */
  readonly target: string;
  /** What stands there now; null when nothing does. */
  readonly stats: Stats | null;
  /** Deepest folder above it that exists. */
  readonly existing: string;
  /** Folders to make, absolute, top down. */
  readonly missing: readonly string[];
}

/**
 * Checks the spelling of a path of a change set; the disk is not asked.
 * @param file relative to the root, with forward slashes
 * @throws UserError `path-outside` for absolute paths, `..`, empty parts, back slashes and control characters,
 *   and for `.git` and our own folder, which no plan may touch
 */
export function checkPath(file: string): string {
  const parts = file.split("/");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const odd = /[\u0000-\u001f\u007f\\]/.test(file) || path.win32.isAbsolute(file) || /^[A-Za-z]:/.test(file);
  const hidden = parts[0]!.toLowerCase() === ".git" || parts[0]!.toLowerCase() === FOLDER;
  if (odd || hidden || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw new UserError({
      code: "path-outside",
      what: `${JSON.stringify(file)} is not a path that can be written.`,
      why: "Only files below the project folder are written, and never in .git or in this tool's own folder.",
      fix: "Use a relative path with forward slashes and without `..`.",
    });
  }
  return file;
}

/**
 * Follows a path from the root, one part at a time, to the file that it means.
 * @param root real path of the project
 * @throws UserError `path-outside` when a symlink leads out of the root or nowhere, `parent-not-a-folder`,
 *   `not-a-file`, `case-clash` when a name exists that differs by upper and lower case only
 */
export function locate(fs: FileSystem, root: string, file: string): Place {
  const parts = checkPath(file).split("/");
  const leaf = parts.pop()!;
  let folder = root;
  for (const [index, part] of parts.entries()) {
    const step = follow(fs, root, path.join(folder, part), file);
    if (step === null) {
      refuseCaseClash(fs, folder, part, file);
      const missing = parts.slice(index).map((_, count) => path.join(folder, ...parts.slice(index, index + count + 1)));
      return { target: path.join(folder, ...parts.slice(index), leaf), stats: null, existing: folder, missing };
    }
    if (!step.stats.isDirectory()) throw notAFolder(path.relative(root, path.join(folder, part)), file);
    folder = step.real;
  }
  const step = follow(fs, root, path.join(folder, leaf), file);
  if (step === null) {
    refuseCaseClash(fs, folder, leaf, file);
    return { target: path.join(folder, leaf), stats: null, existing: folder, missing: [] };
  }
  if (!step.stats.isFile()) {
    throw new UserError({
      code: "not-a-file",
      what: `${file} exists and is not a regular file.`,
      why: "A folder, socket or device of that name can't be replaced by a file.",
      fix: "Move it away, or choose another name.",
    });
  }
  return { target: step.real, stats: step.stats, existing: path.dirname(step.real), missing: [] };
}

/** The refusal of a path whose parent is not a folder. */
export function notAFolder(parent: string, file: string): UserError {
  return new UserError({
    code: "parent-not-a-folder",
    what: `${file} can't be made: ${parent} is not a folder.`,
    why: "A file stands where the plan needs a folder.",
    fix: `Move ${parent} away, or choose another name.`,
  });
}

/** The spelling under which file systems that ignore case hold a name. */
export function foldCase(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** The refusal of a name that differs from another by upper and lower case only. */
export function caseClash(file: string, other: string): UserError {
  return new UserError({
    code: "case-clash",
    what: `${file} can't be made beside ${other}.`,
    why: "The names differ by upper and lower case only; on macOS and Windows they are one file.",
    fix: `Rename ${other}, or choose another name.`,
  });
}

function follow(fs: FileSystem, root: string, at: string, file: string): { real: string; stats: Stats } | null {
  const stats = fs.lstat(at);
  if (stats === null) return null;
  if (!stats.isSymbolicLink()) return { real: at, stats };
  const real = resolveLink(fs, at);
  const inside = real === root || real?.startsWith(root === path.sep ? root : root + path.sep);
  const target = real !== null && inside ? fs.lstat(real) : null;
  if (!target) {
    throw new UserError({
      code: "path-outside",
      what: `${file} leads through the symlink ${path.relative(root, at)} to ${real ?? "nothing"}.`,
      why: "Only files inside the project folder are written.",
      fix: "Replace the symlink by the file itself, or point --dest at the folder that holds the real files.",
    });
  }
  if (real !== root) checkPath(path.relative(root, real!).split(path.sep).join("/"));
  return { real: real!, stats: target };
}

function resolveLink(fs: FileSystem, at: string): string | null {
  try {
    return fs.realpath(at);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR") return null;
    throw error;
  }
}

function refuseCaseClash(fs: FileSystem, folder: string, name: string, file: string): void {
  const wanted = foldCase(name);
  const other = fs.readdir(folder).find((entry) => entry !== name && foldCase(entry) === wanted);
  if (other !== undefined) throw caseClash(file, other);
}
