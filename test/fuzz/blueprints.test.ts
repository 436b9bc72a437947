/**
 * Random blueprints through blueprint-task: the application starts, its own routes answer as before, and the new one is as
 * guarded as those beside it, or nothing is written. FUZZ_RUNS says how many (100), FUZZ_SEED repeats a run.
 */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { test } from "uvu";
import type { Plan } from "../../lib/contract/plan.ts";
import { UserError } from "../../lib/errors/index.ts";
import { runGenerator } from "../../lib/run/run.ts";
import { generatorNamed, silent, spied } from "../support/generators.ts";
import { pythonEnv } from "../support/python-env.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";
import { type BlueprintProject, blueprintProject } from "./blueprints.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 100);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const only = process.env.FUZZ_ONLY;
const REFUSED_AT_MOST = 0.08;

interface Answer {
  nobody: number;
  user: number;
  location?: { nobody: number; user: number };
}

type Called = { answers: Answer[]; error?: undefined } | { error: string };

const python: ChildProcessWithoutNullStreams = spawn((await pythonEnv()).python, [
  path.join(import.meta.dirname, "blueprint_judge.py"),
]);
python.stderr.pipe(process.stderr);
const waiting: ((answer: Called) => void)[] = [];
createInterface({ input: python.stdout }).on("line", (line) => waiting.shift()?.(JSON.parse(line)));
test.after(() => {
  python.stdin.end();
});

function call(root: string, requests: BlueprintProject["own"]): Promise<Called> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    python.stdin.write(`${JSON.stringify({ root, requests })}\n`);
  });
}

test(`${runs} random blueprints: the new route is as guarded as its neighbours`, async () => {
  const tally = { right: 0, denied: 0, refused: 0, wrong: 0, broken: 0 };
  const faults: string[] = [];
  for (const [index, project] of fc.sample(blueprintProject, { numRuns: runs, seed }).entries()) {
    if (only && index !== Number(only)) continue;
    const root = writeTree(project.files, tempDir());
    const { kind, problem } = await judge(root, project);
    tally[kind]++;
    if (problem) faults.push(`#${index} ${kind} ${project.shape.join(", ")}\n      ${problem}`);
    if (only) console.log(root);
    else rmSync(root, { recursive: true, force: true });
  }
  console.log(`seed ${seed}`, JSON.stringify(tally));
  for (const fault of faults.slice(0, 12)) console.log(`  ${fault}`);
  assert.equal(tally.broken, 0, "a project itself does not start");
  assert.equal(tally.wrong, 0, `FUZZ_SEED=${seed}`);
  // Of a few, chance refuses some more.
  assert.ok(tally.refused <= runs * REFUSED_AT_MOST + 3, `${tally.refused} were refused`);
});

test.run();

async function judge(
  root: string,
  project: BlueprintProject,
): Promise<{ kind: "right" | "denied" | "refused" | "wrong" | "broken"; problem: string }> {
  const before = await call(root, project.own);
  if (before.error !== undefined) return { kind: "broken", problem: before.error };
  const untouched = snapshotTree(root);
  const { plan, error } = await generate(root, project);
  if (error) {
    if (!plan?.manual.length) assertSameTree(untouched, snapshotTree(root), "a refusal wrote something");
    return { kind: "refused", problem: `${error.code} ${error.why}` };
  }
  const after = await call(root, [...project.own, { method: "POST", url: project.url }]);
  if (after.error !== undefined) return { kind: "wrong", problem: after.error };
  const own = after.answers.slice(0, -1);
  if (JSON.stringify(own) !== JSON.stringify(before.answers))
    return { kind: "wrong", problem: "its own routes answer otherwise" };
  const added = after.answers.at(-1)!;
  const isShut = (status: number) => [401, 403].includes(status);
  const problem = `wanted ${project.wanted}, got ${JSON.stringify(added)}`;
  if (isShut(added.nobody) && added.user === 403)
    return project.wanted === "open"
      ? { kind: "wrong", problem }
      : { kind: "denied", problem: project.wanted === "denied" ? "" : problem };
  const isOpen = project.wanted === "open";
  const isRight =
    project.wanted !== "denied" &&
    added.user === 202 &&
    added.location?.user === 200 &&
    (isOpen ? added.nobody === 202 : isShut(added.nobody) && isShut(added.location.nobody));
  return isRight ? { kind: "right", problem: "" } : { kind: "wrong", problem };
}

async function generate(
  root: string,
  project: BlueprintProject,
): Promise<{ plan: Plan | null; error: UserError | null }> {
  let plan: Plan | null = null;
  const watched = spied(generatorNamed("blueprint-task"), (made) => {
    plan = made;
  });
  const given = { blueprint: project.blueprint, task: "send_receipt", endpoint: "yes", preview: "no" };
  try {
    await runGenerator(watched, { root, given, output: silent() });
    return { plan, error: null };
  } catch (error) {
    if (error instanceof UserError) return { plan, error };
    throw error;
  }
}
