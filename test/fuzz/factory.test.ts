/**
 * Random factories through the real generator, judged by a process that shares no code with it.
 * FUZZ_RUNS says how many (150), FUZZ_SEED repeats a run.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "uvu";
import { tempDir, writeTree } from "../support/temp.ts";
import { Judge, type Judgement } from "./judge.ts";
import { encodeProgram, type Program, program } from "./program.ts";
import { integrate } from "./tool.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 150);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Of the programs in which the judge can prove the app, so many may be refused: the rule is "never guess". */
const REFUSED_AT_MOST = 0.1;

interface Tally {
  programs: number;
  invalid: number;
  applied: number;
  refused: number;
  /** Applied where the judge could prove nothing: allowed, as long as the edit is right. */
  bold: number;
  provable: number;
  refusedProvable: number;
  initialised: number;
  why: Map<string, number>;
}

const tally: Tally = {
  programs: 0,
  invalid: 0,
  applied: 0,
  refused: 0,
  bold: 0,
  provable: 0,
  refusedProvable: 0,
  initialised: 0,
  why: new Map(),
};
const judge = new Judge();
test.after(() => judge.end());

test(`${runs} random factories are edited rightly or left alone`, async () => {
  await fc.assert(fc.asyncProperty(program, checkProgram), {
    numRuns: runs,
    seed,
    endOnFailure: false,
    reporter: report,
  });
  const { why, ...counts } = tally;
  console.log(`seed ${seed}`, JSON.stringify(counts));
  const reasons = [...why].sort((a, b) => b[1] - a[1]);
  for (const [reason, count] of reasons.slice(0, Number(process.env.FUZZ_REASONS ?? 8)))
    console.log(`  ${count} × ${reason}`);
  // These hold the generator of programs to account: a fuzz run that edits nothing has tested nothing.
  assert.ok(tally.applied > runs / 4, "too few programs were edited");
  assert.ok(tally.invalid < runs / 20, "too many programs do not compile");
  const rate = tally.refusedProvable / Math.max(1, tally.provable);
  // Of a few, chance refuses some more.
  const chance = 3 * Math.sqrt((REFUSED_AT_MOST * (1 - REFUSED_AT_MOST)) / Math.max(1, tally.provable));
  assert.ok(rate <= REFUSED_AT_MOST + chance, `${(rate * 100).toFixed(1)} % of the provable programs were refused`);
});

test.run();

async function checkProgram(made: Program): Promise<void> {
  const bytes = encodeProgram(made);
  const root = writeTree({ ...made.files, [made.path]: bytes }, tempDir());
  const { after, code, why } = await integrate(root, made);
  const answer = await judge.ask({ ...made, before: bytes, after });
  count(answer, after !== null, `${code} ${why}`.replace(/\d+/g, "N"));
  if (after) {
    assert.deepEqual(answer.problems, []);
    assert.ok(isSubsequence(bytes, after), "bytes of the file were changed");
  }
}

function count(answer: Judgement, applied: boolean, why: string): void {
  tally.programs++;
  if (answer.reason.startsWith("the program itself")) tally.invalid++;
  if (applied) tally.applied++;
  else tally.refused++;
  if (applied && !answer.provable) tally.bold++;
  if (answer.provable) tally.provable++;
  if (answer.provable && !applied) {
    tally.refusedProvable++;
    tally.why.set(why, (tally.why.get(why) ?? 0) + 1);
  }
  tally.initialised += answer.initialised;
}

function isSubsequence(before: Uint8Array, after: Uint8Array): boolean {
  let at = 0;
  for (const byte of after) if (at < before.length && before[at] === byte) at++;
  return at === before.length;
}

/** Shows the smallest failing program as Python, not as the data that it is made of. */
function report(details: fc.RunDetails<[Program]>): void {
  if (!details.failed) return;
  const [made] = details.counterexample ?? [];
  const source = made ? encodeProgram(made).toString("utf8") : "";
  const style = made ? JSON.stringify({ path: made.path, arguments: made.arguments, ...made.style }) : "";
  const cause = details.errorInstance instanceof Error ? details.errorInstance.message : "";
  throw new Error(`FUZZ_SEED=${details.seed} after ${details.numRuns} runs\n${style}\n${source}\n${cause}`);
}
