import fs from "node:fs";

export type Stats = fs.Stats;

/**
 * Every call that a commit makes to the disk, so that a test can make each single one fail in turn. Synchronous on
 * purpose: nothing else in this process, such as another library's signal handler, can end it between two renames.
 */
export const disk = {
  /** Null when there is nothing at that path. */
  lstat: (path: string): Stats | null => fs.lstatSync(path, { throwIfNoEntry: false }) ?? null,
  realpath: (path: string): string => fs.realpathSync.native(path),
  readdir: (path: string): string[] => fs.readdirSync(path),
  readFile: (path: string): Uint8Array => fs.readFileSync(path),
  /** Throws unless this process may write there (for a folder: make and remove entries). */
  checkWritable: (path: string): void => fs.accessSync(path, fs.constants.W_OK),
  mkdir: (path: string, mode?: number): void => void fs.mkdirSync(path, mode === undefined ? {} : { mode }),
  rmdir: (path: string): void => fs.rmdirSync(path),
  /** Opens a new file for writing; EEXIST when there is one. */
  create: (path: string, mode: number): number => fs.openSync(path, "wx", mode),
  openFolder: (path: string): number => fs.openSync(path, "r"),
  write: (fd: number, bytes: Uint8Array): number => fs.writeSync(fd, bytes),
  chown: (fd: number, uid: number, gid: number): void => fs.fchownSync(fd, uid, gid),
  chmod: (fd: number, mode: number): void => fs.fchmodSync(fd, mode),
  touch: (fd: number, atime: Date, mtime: Date): void => fs.futimesSync(fd, atime, mtime),
  fsync: (fd: number): void => fs.fsyncSync(fd),
  close: (fd: number): void => fs.closeSync(fd),
  link: (from: string, to: string): void => fs.linkSync(from, to),
  rename: (from: string, to: string): void => fs.renameSync(from, to),
  unlink: (path: string): void => fs.unlinkSync(path),
};

export type FileSystem = typeof disk;

/** Whether an error came from the disk with one of these codes, e.g. `ENOENT`. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

/** What a new file gets beside its content. */
export interface FileTraits {
  /** Exact permissions; without it 0666 less the umask. */
  mode?: number | undefined;
  owner?: { uid: number; gid: number } | undefined;
  times?: { atime: Date; mtime: Date } | undefined;
}

/** Writes a new file that is on the medium, not only in the cache, when this returns. */
export function writeDurably(fs: FileSystem, path: string, bytes: Uint8Array, traits: FileTraits = {}): void {
  const { mode, owner, times } = traits;
  // Never wider than it will be in the end, not even for a moment: it may be an .env.
  const fd = fs.create(path, mode === undefined ? 0o666 : mode & 0o600);
  try {
    for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(fs.write(fd, rest));
    if (owner) giveTo(fs, fd, owner);
    // After the owner: a change of owner clears the set-id bits.
    if (mode !== undefined) fs.chmod(fd, mode);
    if (times) fs.touch(fd, times.atime, times.mtime);
    fs.fsync(fd);
  } finally {
    fs.close(fd);
  }
}

/** Makes creations, renames and removals in a folder last. */
export function syncFolder(fs: FileSystem, path: string): void {
  if (process.platform === "win32") return;
  const fd = fs.openFolder(path);
  try {
    fs.fsync(fd);
  } catch (error) {
    // Some network file systems can't; then there is no more to be had.
    if (!isErrno(error, "EINVAL", "ENOTSUP")) throw error;
  } finally {
    fs.close(fd);
  }
}

function giveTo(fs: FileSystem, fd: number, owner: { uid: number; gid: number }): void {
  if (owner.uid === process.geteuid?.() && owner.gid === process.getegid?.()) return;
  try {
    fs.chown(fd, owner.uid, owner.gid);
  } catch (error) {
    // Only root may give files away.
    if (process.geteuid?.() === 0 || !isErrno(error, "EPERM")) throw error;
  }
}
