/** Golden files are the user's files as they come out, the worker's entry, and the names of what was made. */
import assert from "node:assert/strict";
import { type CaseText, writeGolden } from "./case-files.ts";
import type { Entry } from "./temp.ts";

/** Generated files whose text belongs to the case, because it depends on the shape of the application. */
const ENTRY = "make_celery.py";

/** Compares with the case's own; `UPDATE_CASES=1` writes them instead. Templates stay free to change: their text is not held here. */
export function compareGolden(wanted: CaseText, before: Map<string, Entry>, after: Map<string, Entry>): void {
  const files = [...after].filter(([, entry]) => entry.kind === "file");
  const created = files.map(([name]) => name).filter((name) => !before.has(name));
  const held = files.filter(([name, { bytes }]) => {
    const old = before.get(name);
    return name === ENTRY || (old !== undefined && !old.bytes.equals(bytes));
  });
  const golden = new Map(held.map(([name, { bytes }]) => [name, bytes]));
  golden.set("CREATED.txt", Buffer.from(created.map((name) => `${name}\n`).join("")));
  if (process.env.UPDATE_CASES) {
    writeGolden(wanted.name, golden);
    return;
  }
  assert.deepEqual([...wanted.after.keys()].sort(), [...golden.keys()].sort(), "UPDATE_CASES=1 writes what comes out");
  for (const [name, bytes] of golden) {
    assert.equal(bytes.toString("latin1"), wanted.after.get(name)?.toString("latin1"), name);
  }
}
