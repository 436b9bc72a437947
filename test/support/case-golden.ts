/** Golden folders hold the user's files as they come out, the worker's entry, and the names of what was made. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Entry, snapshotTree } from "./temp.ts";

/** Generated files whose text belongs to the case, because it depends on the shape of the application. */
const ENTRY = "make_celery.py";

/** Compares with `folder`; `UPDATE_CASES=1` writes it instead. Templates stay free to change: their text is not held here. */
export function compareGolden(folder: string, before: Map<string, Entry>, after: Map<string, Entry>): void {
  const files = [...after].filter(([, entry]) => entry.kind === "file");
  const created = files.map(([name]) => name).filter((name) => !before.has(name));
  const held = files.filter(([name, { bytes }]) => {
    const old = before.get(name);
    return name === ENTRY || (old !== undefined && !old.bytes.equals(bytes));
  });
  const golden = new Map(held.map(([name, { bytes }]) => [name, bytes]));
  golden.set("CREATED.txt", Buffer.from(created.map((name) => `${name}\n`).join("")));
  if (process.env.UPDATE_CASES) {
    rmSync(folder, { recursive: true, force: true });
    for (const [name, bytes] of golden) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    return;
  }
  assert.ok(existsSync(folder), "no after/ folder: run with UPDATE_CASES=1 and look at what it writes");
  const names = [...snapshotTree(folder)].filter(([, entry]) => entry.kind === "file").map(([name]) => name);
  assert.deepEqual(names, [...golden.keys()].sort());
  for (const [name, bytes] of golden) {
    assert.equal(bytes.toString("latin1"), readFileSync(path.join(folder, name)).toString("latin1"), name);
  }
}
