/**
 * Random projects through the real generators: the worker's application is the one that the project itself starts, or
 * nothing is written. FUZZ_RUNS says how many (80), FUZZ_SEED repeats a run.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import { pythonEnv } from "../support/python-env.ts";
import { tempDir, writeTree } from "../support/temp.ts";
import { Oracle } from "./oracle.ts";
import { type FlaskProject, flaskProject } from "./projects.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 80);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const shown = Number(process.env.FUZZ_REASONS ?? 8);
/** Of what an expert would integrate, so much may be refused. */
const REFUSED_AT_MOST = 0.08;

const oracle = new Oracle((await pythonEnv()).python);
test.after(() => oracle.end());

test(`${runs} random projects: the worker's application is the web's, or nothing is written`, async () => {
  const tally = { projects: 0, equal: 0, refused: 0, wrong: 0, broken: 0, certain: 0, refusedCertain: 0, bold: 0 };
  const reasons = new Map<string, { count: number; example: string }>();
  const note = (reason: string, index: number, project: FlaskProject) => {
    const known = reasons.get(reason) ?? { count: 0, example: `#${index} ${project.shape.join(", ")}` };
    reasons.set(reason, { ...known, count: known.count + 1 });
  };
  const projects = fc.sample(flaskProject, { numRuns: runs, seed });
  const only = process.env.FUZZ_ONLY;
  for (const [index, project] of projects.entries()) {
    if (only && index !== Number(only)) continue;
    const root = writeTree(project.files, tempDir());
    const verdict = await oracle.judge(root, project.generator, project.start);
    tally.projects++;
    tally[verdict.kind]++;
    const isCertain = project.wanted === "apply" && verdict.kind !== "broken";
    if (isCertain) tally.certain++;
    if (project.wanted === "refuse" && verdict.kind === "equal") tally.bold++;
    if (verdict.kind === "refused" && isCertain) {
      tally.refusedCertain++;
      note(`refused ${verdict.code} ${verdict.why}`.replace(/[\w./]+\.py:\d+|\b[\w.]+ needs/g, "…"), index, project);
    } else if (verdict.kind === "wrong" || verdict.kind === "broken") {
      const first = verdict.problems[0] ?? "";
      note(`${verdict.kind} ${first.replace(/plop-pack-\w+/g, "…").replace(/\d+\)$/, "N)")}`, index, project);
    }
    if (only) console.log(JSON.stringify({ ...verdict, plan: undefined }, null, 1), root);
    else rmSync(root, { recursive: true, force: true });
  }
  console.log(`seed ${seed}`, JSON.stringify(tally));
  const sorted = [...reasons].sort((a, b) => b[1].count - a[1].count);
  for (const [reason, { count, example }] of sorted.slice(0, shown))
    console.log(`  ${count} × ${reason}\n      ${example}`);
  if (only) return;
  assert.ok(tally.broken < runs / 100, "too many of the projects themselves do not start");
  assert.ok(tally.equal > runs / 2, "too few projects were integrated");
  assert.equal(tally.wrong, 0, `FUZZ_SEED=${seed}: ${tally.wrong} workers have another application than the web`);
  const rate = tally.refusedCertain / Math.max(1, tally.certain);
  assert.ok(rate <= REFUSED_AT_MOST, `${(rate * 100).toFixed(1)} % of what an expert would integrate was refused`);
});

test.run();
