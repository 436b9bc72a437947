/** Whether Git tracks a file, read from its index: no program is run in a repository that we know nothing about. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { findGitTop } from "./gitignore.ts";

/**
 * @param root real path of the project
 * @param relative path below it, with forward slashes
 * @returns false outside of a repository, and where its index can't be read
 * @see https://git-scm.com/docs/index-format
 */
export function isTracked(root: string, relative: string): boolean {
  const top = findGitTop(root);
  if (top === null) return false;
  const index = readIndex(path.join(top, ".git"));
  const wanted = path.relative(top, path.join(root, relative)).split(path.sep).join("/");
  return index !== null && holds(index, Buffer.from(wanted));
}

function readIndex(git: string): Buffer | null {
  try {
    // In a linked work tree and in a submodule, `.git` is a file that names the folder.
    const folder = statSync(git).isFile()
      ? path.resolve(path.dirname(git), /^gitdir: (.*)$/m.exec(readFileSync(git, "utf8"))?.[1] ?? "")
      : git;
    const file = path.join(folder, "index");
    return existsSync(file) && statSync(file).isFile() ? readFileSync(file) : null;
  } catch {
    return null;
  }
}

function holds(index: Buffer, wanted: Buffer): boolean {
  if (index.toString("latin1", 0, 4) !== "DIRC") return false;
  if (index.readUInt32BE(4) === 4) return holdsCompressed(index, wanted);
  // Each path stands behind its own length and ends with a NUL.
  for (let at = index.indexOf(wanted); at !== -1; at = index.indexOf(wanted, at + 1)) {
    if (index[at + wanted.length] !== 0) continue;
    const plain = index.readUInt16BE(at - 2) & 0xfff;
    const extended = index.readUInt16BE(at - 4) & 0xfff;
    if (plain === wanted.length || extended === wanted.length) return true;
  }
  return false;
}

/** Version 4: a path is the one before it, less so many bytes at its end, and what follows. */
function holdsCompressed(index: Buffer, wanted: Buffer): boolean {
  let before = Buffer.alloc(0);
  let at = 12;
  for (let left = index.readUInt32BE(8); left > 0 && at + 63 < index.length; left--) {
    at += (index.readUInt16BE(at + 60) & 0x4000) !== 0 ? 64 : 62;
    let byte = index[at++]!;
    let cut = byte & 0x7f;
    while (byte & 0x80) {
      byte = index[at++]!;
      cut = ((cut + 1) << 7) | (byte & 0x7f);
    }
    const end = index.indexOf(0, at);
    before = Buffer.concat([before.subarray(0, Math.max(0, before.length - cut)), index.subarray(at, end)]);
    if (before.equals(wanted)) return true;
    at = end + 1;
  }
  return false;
}
