/** Temporary folders for tests, and snapshots that show whether a tree is byte for byte the same. */
import assert from "node:assert/strict";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";

const made: string[] = [];

/** Makes an empty folder that is removed when the process ends. */
export function tempDir(prefix = "plop-pack-"): string {
  if (made.length === 0) process.on("exit", removeAll);
  // The real path: a temp folder that is itself a symlink would make paths differ from what the product reports.
  const folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), prefix));
  made.push(folder);
  return folder;
}

function removeAll(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Copies a tree, symlinks and modes included, into `to` (made at need) and returns `to`. */
export function copyTree(from: string, to: string = tempDir()): string {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  return to;
}

/** Writes files below `root` from a map of path → content, making folders at need, and returns `root`. */
export function writeTree(files: Readonly<Record<string, string | Uint8Array>>, root: string = tempDir()): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return root;
}

/** What stands at a path: kind and mode, and the bytes of a file or the goal of a symlink. */
export interface Entry {
  kind: "file" | "folder" | "symlink";
  mode: number;
  bytes: Buffer;
}

/** Every path below `dir` (folders too), relative, sorted, with forward slashes. */
export function snapshotTree(dir: string, options: { skip?: readonly string[] } = {}): Map<string, Entry> {
  const skip = new Set(options.skip ?? []);
  const found = new Map<string, Entry>();
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).sort();
  for (const name of names) {
    const parts = name.split(path.sep);
    if (parts.some((part) => skip.has(part))) continue;
    found.set(parts.join("/"), readEntry(path.join(dir, name)));
  }
  return found;
}

function readEntry(file: string): Entry {
  const stat = lstatSync(file);
  const mode = stat.mode & 0o7777;
  if (stat.isSymbolicLink()) return { kind: "symlink", mode, bytes: Buffer.from(readlinkSync(file)) };
  if (stat.isDirectory()) return { kind: "folder", mode, bytes: Buffer.alloc(0) };
  return { kind: "file", mode, bytes: stat.isFile() ? readFileSync(file) : Buffer.alloc(0) };
}

/** Fails, naming every path that was added, removed or changed, unless both snapshots are the same. */
export function assertSameTree(
  before: Map<string, Entry>,
  after: Map<string, Entry>,
  message = "the tree changed",
): void {
  const differences: string[] = [];
  for (const [name, entry] of before) {
    const now = after.get(name);
    if (!now) differences.push(`removed: ${name}`);
    else if (now.kind !== entry.kind) differences.push(`${entry.kind} became ${now.kind}: ${name}`);
    else if (now.mode !== entry.mode)
      differences.push(`mode ${entry.mode.toString(8)} → ${now.mode.toString(8)}: ${name}`);
    else if (!now.bytes.equals(entry.bytes)) differences.push(`content: ${name}`);
  }
  for (const name of after.keys()) if (!before.has(name)) differences.push(`added: ${name}`);
  assert.equal(differences.join("\n"), "", message);
}
