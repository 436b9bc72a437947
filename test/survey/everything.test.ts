/**
 * Which files are read is decided by bytes; this reads every file in full, and the survey must answer the same.
 * FUZZ_RUNS says how many random projects (200), FUZZ_SEED repeats a run, ORACLE_TREES names folders of more applications.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import { loadParser } from "../../lib/python/index.ts";
import { flaskProject } from "../fuzz/projects.ts";
import { layOut, readCases } from "../support/case-files.ts";
import { surveyAnswer } from "../support/survey-answer.ts";
import { tempDir, writeTree } from "../support/temp.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 200);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

await loadParser();

test("cases: nothing that matters is left out by its text", () => {
  const folders = readCases().map((one) => layOut(one));
  assert.ok(folders.length > 200);
  assert.deepEqual(folders.flatMap(differences), []);
});

test(`${runs} random projects: nothing that matters is left out by its text`, () => {
  for (const [index, { files }] of fc.sample(flaskProject, { numRuns: runs, seed }).entries()) {
    const root = writeTree(files, tempDir());
    assert.deepEqual(differences(root), [], `FUZZ_SEED=${seed}, project ${index}`);
    rmSync(root, { recursive: true, force: true });
  }
});

for (const tree of (process.env.ORACLE_TREES ?? "").split(":").filter(Boolean)) {
  test(`${tree}: nothing that matters is left out by its text`, () => assert.deepEqual(differences(tree), []));
}

test.run();

/** The parts of the answer that differ, with both. */
function differences(root: string): string[] {
  const usual = surveyAnswer(root, false);
  const full = surveyAnswer(root, true);
  const parts = [...new Set([...Object.keys(usual), ...Object.keys(full)])];
  return parts.flatMap((part) =>
    usual[part] === full[part] ? [] : [`${root}: ${part}\n  usual ${usual[part]}\n  full  ${full[part]}`],
  );
}
