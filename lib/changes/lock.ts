import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors/index.ts";
import { type FileSystem, isErrno } from "./fs.ts";
import { FOLDER } from "./paths.ts";

/** `lock.<pid>.<start of that process>.<machine>`: the name says all, so a lock is never seen half written. */
const LOCK = /^lock\.(\d+)\.(\d+)\.([0-9a-f]{8})$/;
/** No run writes this long; a lock of another machine or container that is older was left behind. Milliseconds. */
const FOREIGN_AGE = 3_600_000;
/** Two runs that start at the same moment see each other, both step back and try again after unlike pauses. */
const ATTEMPTS = 4;

/** Locks that this very process holds now; another of its own is one that could not be removed. */
const held = new Set<string>();

/**
 * Takes the project for this process: makes the folder of the journal, and a file in it whose name says who we are. A
 * lock whose process is gone does not count.
 * @returns absolute path of the lock
 * @throws UserError `run-in-progress`
 */
export async function acquire(fs: FileSystem, root: string): Promise<string> {
  const home = path.join(root, FOLDER);
  const own = path.join(home, `lock.${process.pid}.${startOf(process.pid)}.${machine()}`);
  for (let attempt = 1; ; attempt++) {
    try {
      openHome(fs, home);
      if (claim(fs, own, attempt)) {
        held.add(own);
        return own;
      }
    } catch (error) {
      removeEmpty(fs, home);
      throw error;
    }
    await sleep(5 + Math.random() * 40 * attempt);
  }
}

/** Gives the project back; the folder goes with it unless a journal remains there to be recovered. */
export function release(fs: FileSystem, lock: string): void {
  held.delete(lock);
  const home = path.dirname(lock);
  const names = fs.readdir(home);
  const rest = names.filter((name) => !LOCK.test(name) && name !== ".gitignore");
  const alone = names
    .filter((name) => LOCK.test(name))
    .every((name) => name === path.basename(lock) || isStale(fs, home, name));
  // .gitignore goes before the lock does, so that it is never taken from the next owner.
  if (rest.length === 0 && alone) {
    for (const name of names) if (name !== path.basename(lock)) remove(fs, path.join(home, name));
  }
  remove(fs, lock);
  try {
    fs.rmdir(home);
  } catch (error) {
    if (!isErrno(error, "ENOTEMPTY", "EEXIST", "ENOENT")) throw error;
  }
}

/** Removes a file that may be gone already. */
export function remove(fs: FileSystem, file: string): void {
  try {
    fs.unlink(file);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

function openHome(fs: FileSystem, home: string): void {
  try {
    fs.mkdir(home, 0o700);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
  const stats = fs.lstat(home);
  if (stats && !stats.isDirectory()) {
    throw new UserError({
      code: "journal-unreadable",
      what: `${FOLDER} in the project is not a folder.`,
      why: "The record of unfinished changes is kept in a folder of that name.",
      fix: `Move ${FOLDER} away and run the command again.`,
    });
  }
}

/** False: try again. Whoever makes its file last sees the other one, so two never hold the project. */
function claim(fs: FileSystem, own: string, attempt: number): boolean {
  if (held.has(own)) throw inProgress(path.basename(own));
  const home = path.dirname(own);
  try {
    makeLock(fs, own);
    const others = fs.readdir(home).filter((name) => LOCK.test(name) && name !== path.basename(own));
    const other = others.find((name) => !isStale(fs, home, name));
    if (other === undefined) return true;
    if (attempt >= ATTEMPTS) throw inProgress(other);
    fs.unlink(own);
    return false;
  } catch (error) {
    // Another run removed the folder as it ended.
    if (isErrno(error, "ENOENT") && attempt < ATTEMPTS) return false;
    giveUp(fs, own);
    throw error;
  }
}

function makeLock(fs: FileSystem, own: string): void {
  try {
    fs.close(fs.create(own, 0o600));
  } catch (error) {
    // Ours, and not held: an earlier run of this process could not remove it.
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

/** A lock of ours that stays would bar this process from every further run. */
function giveUp(fs: FileSystem, own: string): void {
  try {
    remove(fs, own);
  } catch {
    // The first error is the one to report; the lock dies with this process.
  }
}

function removeEmpty(fs: FileSystem, home: string): void {
  try {
    fs.rmdir(home);
  } catch {
    // In use by somebody else, or the next run removes it.
  }
}

function isStale(fs: FileSystem, home: string, name: string): boolean {
  const [, pid, start, where] = LOCK.exec(name) as unknown as [string, string, string, string];
  if (where !== machine()) {
    const stats = fs.lstat(path.join(home, name));
    return stats === null || Date.now() - stats.mtimeMs > FOREIGN_AGE;
  }
  // A process number is used again after a while; the time of its start tells them apart.
  return !isAlive(Number(pid)) || (start !== "0" && startOf(Number(pid)) !== start);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}

/** Start of a process in clock ticks since boot; "0" where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name and may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return "0";
  }
}

/** Process numbers mean something only on one machine and in one container. */
function machine(): string {
  let space = "";
  try {
    space = readlinkSync("/proc/self/ns/pid");
  } catch {
    // Only Linux has these.
  }
  return createHash("sha256").update(`${os.hostname()} ${space}`).digest("hex").slice(0, 8);
}

function inProgress(lock: string): UserError {
  const pid = LOCK.exec(lock)?.[1];
  return new UserError({
    code: "run-in-progress",
    what: `Another run (process ${pid}) is writing to this project. Nothing was written.`,
    why: "Two runs at once would undo each other's work.",
    fix: `Wait until it has ended and run the command again. If no such run exists, delete ${FOLDER}/${lock}.`,
  });
}
