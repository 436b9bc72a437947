import { createHash } from "node:crypto";
import path from "node:path";
import { UserError } from "../errors/index.ts";
import type { Unrestored } from "./failures.ts";
import { type FileSystem, isErrno, syncFolder, writeDurably } from "./fs.ts";
import { remove } from "./lock.ts";
import { checkPath, FOLDER } from "./paths.ts";

const NAME = "journal.json";
const DRAFT = "journal.draft";
const BACKUP = /^backup-\d+$/;
const TEMP = /^\.plop-flask-celery-[0-9a-f]{8}-\d+$/;

/** What is needed to put one file back. */
export interface Entry {
  /** Relative to the root with forward slashes, symlinks resolved. */
  path: string;
  /** Name of the file beside it that holds the new content until it is renamed. */
  temp: string;
  /** SHA-256 of what is written. */
  after: string;
  /** Null when the file is new. */
  before: Original | null;
}

/** An original: its traits, and the name of its backup in the folder of the journal. */
export interface Original {
  hash: string;
  backup: string;
  /** The backup is the original file itself under a second name (a hard link), not a copy. */
  linked: boolean;
  mode: number;
  uid: number;
  gid: number;
  /** Milliseconds since 1970. */
  atime: number;
  mtime: number;
}

export interface Journal {
  version: 1;
  /** Folders that the change makes, relative to the root, top down. */
  folders: string[];
  entries: Entry[];
}

/** Records a change before the first byte outside our own folder is touched: draft, then rename, each made to last. */
export function writeJournal(fs: FileSystem, home: string, journal: Journal): void {
  writeDurably(fs, path.join(home, DRAFT), Buffer.from(JSON.stringify(journal)), { mode: 0o600 });
  fs.rename(path.join(home, DRAFT), path.join(home, NAME));
  syncFolder(fs, home);
  syncFolder(fs, path.dirname(home));
}

/**
 * Reads the journal of a run that did not end; null when there is none, or none that touched anything.
 * @throws UserError `journal-unreadable` for a journal that we did not write: it may come with a cloned repository,
 *   and must not name anything outside the root
 */
export function readJournal(fs: FileSystem, home: string): Journal | null {
  const stats = fs.lstat(path.join(home, NAME));
  if (stats === null) return null;
  try {
    if (!stats.isFile()) throw new Error("not a file");
    return checkJournal(JSON.parse(Buffer.from(fs.readFile(path.join(home, NAME))).toString()));
  } catch (error) {
    if (isErrno(error, "EACCES", "EIO", "EPERM")) throw error;
    throw new UserError({
      code: "journal-unreadable",
      what: `The record of an unfinished change in ${FOLDER}/${NAME} can't be read.`,
      why: "It is damaged, or was not written by this tool; nothing was restored from it.",
      fix: `Compare the files backup-* in ${FOLDER} with yours, then delete that folder.`,
    });
  }
}

/** The end of a change, and the moment from which it stands: without a journal there is nothing to undo. */
export function removeJournal(fs: FileSystem, home: string): void {
  remove(fs, path.join(home, NAME));
}

/** Removes backups and drafts. Call it only when there is no journal any more. */
export function removeBackups(fs: FileSystem, home: string): void {
  for (const name of fs.readdir(home)) if (BACKUP.test(name) || name === DRAFT) remove(fs, path.join(home, name));
}

/** The fingerprint of a file's content. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Puts everything back that a change has touched so far. A file that holds neither the old nor the new content was
 * changed by somebody else and is left to them. Goes on after an error, so that one lost file costs no other.
 * @param replaced files whose rename was begun, where that is known
 * @returns paths that were put back, and those that could not be
 */
export function undo(
  fs: FileSystem,
  root: string,
  journal: Journal,
  replaced: ReadonlySet<Entry> = new Set(journal.entries),
): { restored: string[]; lost: Unrestored[] } {
  const restored: string[] = [];
  const lost: Unrestored[] = [];
  const attempt = (file: string, backup: string | null, action: () => boolean): void => {
    try {
      if (action()) restored.push(file);
    } catch (error) {
      lost.push({ path: file, reason: error instanceof Error ? error.message : String(error), backup });
    }
  };
  for (const entry of [...journal.entries].reverse()) {
    const backup = entry.before && `${FOLDER}/${entry.before.backup}`;
    attempt(entry.path, backup, () => undoEntry(fs, root, entry, replaced.has(entry)));
  }
  for (const folder of [...journal.folders].reverse()) attempt(folder, null, () => removeFolder(fs, root, folder));
  return { restored: restored.reverse(), lost };
}

/** Originals that somebody has changed since we wrote there: neither as before nor as we left them. */
export function findForeign(fs: FileSystem, root: string, journal: Journal): Unrestored[] {
  return journal.entries.flatMap(({ path: file, before, after }) => {
    const stats = before && fs.lstat(path.join(root, file));
    if (!stats) return [];
    const now = stats.isFile() ? hashOf(fs.readFile(path.join(root, file))) : null;
    const known = now === after || now === before.hash;
    return known ? [] : [{ path: file, reason: "changed since, left as it is", backup: `${FOLDER}/${before.backup}` }];
  });
}

function undoEntry(fs: FileSystem, root: string, entry: Entry, replaced: boolean): boolean {
  const target = path.join(root, entry.path);
  const folder = path.dirname(target);
  if (fs.lstat(folder) === null) return false;
  // A folder that became a symlink since would lead us elsewhere.
  if (fs.realpath(folder) !== folder) throw new Error("its folder was replaced by a symlink");
  const temp = path.join(folder, entry.temp);
  remove(fs, temp);
  if (!replaced) return false;
  const stats = fs.lstat(target);
  const now = stats?.isFile() ? hashOf(fs.readFile(target)) : null;
  const { before } = entry;
  if (before === null) {
    if (now !== entry.after) return false;
    fs.unlink(target);
  } else {
    if (now === before.hash) return false;
    // What came after our rename is not ours to take away.
    if (stats !== null && now !== entry.after) throw new Error("changed by somebody else since, left as it is");
    bringBack(fs, before, { backup: path.join(root, FOLDER, before.backup), target, temp });
  }
  syncFolder(fs, folder);
  return true;
}

/** A backup that is the original file itself is moved back, which needs no space; a copy is written anew. */
function bringBack(
  fs: FileSystem,
  before: Original,
  { backup, target, temp }: { backup: string; target: string; temp: string },
): void {
  const stats = fs.lstat(backup);
  if (!stats?.isFile()) throw new Error("its backup is missing");
  if (before.linked) {
    fs.rename(backup, target);
    return;
  }
  const bytes = fs.readFile(backup);
  if (hashOf(bytes) !== before.hash) throw new Error("its backup is damaged");
  const times = { atime: new Date(before.atime), mtime: new Date(before.mtime) };
  writeDurably(fs, temp, bytes, { mode: before.mode, owner: before, times });
  fs.rename(temp, target);
}

function removeFolder(fs: FileSystem, root: string, folder: string): boolean {
  const target = path.join(root, folder);
  try {
    if (fs.lstat(target) === null || fs.realpath(target) !== target) return false;
    fs.rmdir(target);
    syncFolder(fs, path.dirname(target));
    return true;
  } catch (error) {
    // Somebody put something there: then the folder is theirs now.
    if (isErrno(error, "ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR")) return false;
    throw error;
  }
}

function checkJournal(value: Journal): Journal {
  const hash = /^[0-9a-f]{64}$/;
  const sound = (entry: Entry) =>
    checkPath(entry.path) &&
    TEMP.test(entry.temp) &&
    hash.test(entry.after) &&
    (entry.before === null || original(entry.before));
  const original = (before: Original) =>
    BACKUP.test(before.backup) &&
    hash.test(before.hash) &&
    [before.mode, before.uid, before.gid, before.atime, before.mtime].every(Number.isFinite);
  if (value.version !== 1 || !value.entries.every(sound)) throw new Error("unknown form");
  value.folders.forEach(checkPath);
  return value;
}
