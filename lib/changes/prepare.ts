import { randomBytes } from "node:crypto";
import path from "node:path";
import { UserError } from "../errors/index.ts";
import { sameBytes } from "./change-set.ts";
import { changedSince } from "./failures.ts";
import { type FileSystem, isErrno, type Stats, writeDurably } from "./fs.ts";
import { type Entry, hashOf } from "./journal.ts";
import { caseClash, foldCase, locate, notAFolder, type Place } from "./paths.ts";
import type { Change } from "./types.ts";

/** One file on its way: what is wanted, where it goes, and how it is put back. */
export interface Step {
  readonly change: Change;
  readonly place: Place;
  readonly entry: Entry;
  /** Absolute path of the new content until it is renamed, beside its target: so a rename never crosses devices. */
  readonly temp: string;
}

/**
 * Compares the whole plan with the disk, and works out each step. Reads only.
 * @param root real path of the project
 * @throws UserError `path-outside`, `changed-since-plan`, `case-clash`, `parent-not-a-folder`, `not-a-file`,
 *   `same-file-twice`; errors of the disk when a folder or file may not be written
 */
export function prepare(fs: FileSystem, root: string, changes: readonly Change[]): Step[] {
  const nonce = randomBytes(4).toString("hex");
  const steps: Step[] = [];
  for (const [index, change] of changes.entries()) {
    const place = locate(fs, root, change.path);
    compare(fs, change, place);
    if (change.action === "unchanged") continue;
    fs.checkWritable(place.existing);
    if (place.stats) fs.checkWritable(place.target);
    const temp = `.plop-flask-celery-${nonce}-${index}`;
    const entry: Entry = {
      path: path.relative(root, place.target).split(path.sep).join("/"),
      temp,
      after: hashOf(change.after),
      before: place.stats && originalOf(change.before!, place.stats, `backup-${index}`),
    };
    steps.push({ change, place, entry, temp: path.join(path.dirname(place.target), temp) });
  }
  refuseClashes(root, steps);
  return steps;
}

/** Folders that the steps need, absolute, top down. */
export function newFolders(steps: readonly Step[]): string[] {
  return [...new Set(steps.flatMap(({ place }) => place.missing))].sort((a, b) => a.length - b.length);
}

/**
 * Keeps the original under a second name: a hard link is the very file with all its attributes and needs no space.
 * Where there are none (another device, some file systems), a copy that only its owner can read.
 */
export function backUp(fs: FileSystem, home: string, { change, place, entry }: Step): void {
  if (entry.before === null) return;
  const backup = path.join(home, entry.before.backup);
  try {
    fs.link(place.target, backup);
    entry.before.linked = true;
  } catch (error) {
    if (!isErrno(error, "EXDEV", "EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EINVAL")) throw error;
    writeDurably(fs, backup, change.before!, { mode: 0o600 });
  }
}

/** Writes the new content beside its target. */
export function stage(fs: FileSystem, { change, place, entry, temp }: Step): void {
  checkFolder(fs, change, place);
  const { before } = entry;
  writeDurably(fs, temp, change.after, before ? { mode: before.mode, owner: before } : { mode: change.mode });
}

/** Looks once more, directly before the rename, whether somebody has written there since it was compared. */
export function checkUntouched(fs: FileSystem, { change, place }: Step): void {
  checkFolder(fs, change, place);
  const now = fs.lstat(place.target);
  const then = place.stats;
  if (now === null && then === null) return;
  const same = now?.ino === then?.ino && now?.size === then?.size && now?.mtimeMs === then?.mtimeMs;
  if (!same) throw changedSince(change.path, "was changed");
}

/** A folder that has become a symlink meanwhile would take the file elsewhere. */
function checkFolder(fs: FileSystem, change: Change, place: Place): void {
  const folder = path.dirname(place.target);
  if (fs.realpath(folder) !== folder) throw changedSince(path.posix.dirname(change.path), "was replaced by a symlink");
}

function compare(fs: FileSystem, change: Change, { target, stats }: Place): void {
  if (stats === null && change.before !== null) throw changedSince(change.path, "was removed");
  if (stats !== null && change.before === null) throw changedSince(change.path, "was created");
  if (stats !== null && !sameBytes(change.before, fs.readFile(target))) throw changedSince(change.path, "was changed");
}

function originalOf(bytes: Uint8Array, stats: Stats, backup: string): Entry["before"] {
  const { mode, uid, gid, atimeMs, mtimeMs } = stats;
  return { hash: hashOf(bytes), backup, linked: false, mode: mode & 0o7777, uid, gid, atime: atimeMs, mtime: mtimeMs };
}

/** Refuses plans whose paths get into each other's way. */
function refuseClashes(root: string, steps: readonly Step[]): void {
  const spellings = new Map<string, string>();
  const files = new Set<string>();
  for (const { change, place } of steps) {
    if (files.has(place.target)) {
      throw new UserError({
        code: "same-file-twice",
        what: `${change.path} is changed twice under different names.`,
        why: "A symlink in the project leads to the same file.",
        fix: "Replace the symlink by the file itself, or choose another name.",
      });
    }
    files.add(place.target);
  }
  for (const { change, place } of steps) {
    if (place.stats) continue;
    for (const made of [...place.missing, place.target]) {
      const other = spellings.get(foldCase(made));
      if (other !== undefined && other !== made) throw caseClash(change.path, path.relative(root, other));
      spellings.set(foldCase(made), made);
      if (made !== place.target && files.has(made)) throw notAFolder(path.relative(root, made), change.path);
    }
  }
}
