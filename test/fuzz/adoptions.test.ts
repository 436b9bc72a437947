/**
 * Random integrations of former days, then celery-adopt: what a worker runs with is the same before and after, by Celery
 * itself, in the same interpreter. FUZZ_RUNS says how many (200), FUZZ_SEED repeats a run, SHOW=<number> prints one.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import type { Plan } from "../../lib/contract/plan.ts";
import { UserError } from "../../lib/errors/index.ts";
import { runGenerator } from "../../lib/run/run.ts";
import { generatorNamed, silent, spied } from "../support/generators.ts";
import { pythonEnv } from "../support/python-env.ts";
import { snapshotTree, writeTree } from "../support/temp.ts";
import { type OldApp, oldApps, type Shape } from "./adoptions.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 200);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const shown = process.env.SHOW;

interface Seen {
  error?: string;
  tasks: Record<string, Record<string, string>>;
  settings: Record<string, string>;
  defaults: Record<string, string>;
  broker: string;
  backend: string;
  queues: string[];
  beat: Record<string, string>;
  /** Modules that can't be imported. */
  broken: Record<string, string>;
  /** What each task gives, and whether it had the application's context. */
  run: Record<string, string>;
}

interface Adopted {
  number: number;
  shape: Shape;
  app: OldApp;
  how: "convert" | "mend";
  before: string;
  after: string;
  plan: Plan | null;
  refusal: UserError | null;
}

test(`${runs} random integrations are converted and mended, and a worker runs with the same`, async () => {
  const adopted: Adopted[] = [];
  for (const [number, { shape, app }] of fc.sample(oldApps, { numRuns: runs, seed }).entries()) {
    if (shown && Number(shown) !== number) continue;
    const before = writeTree(app.files);
    for (const how of ["convert", "mend"] as const) {
      const after = writeTree(app.files);
      adopted.push({ number, shape, app, how, before, after, ...(await adopt(after, how)) });
    }
  }
  if (shown) console.log(adopted.map(({ after }) => after).join("\n"));
  const faults: string[] = [];
  const tally = { broken: 0, converted: 0, refused: 0, mended: 0, left: 0 };
  // Both ways start from the same.
  const once = await seen(
    adopted.filter(({ how }) => how === "convert"),
    "before",
  );
  const befores = once.flatMap((one) => [one, one]);
  const afters = await seen(adopted, "after");
  const reasons = new Map<string, number>();
  for (const [index, one] of adopted.entries()) {
    const [before, after] = [befores[index]!, afters[index]!];
    if (before.error) {
      // Old names and new ones together: Celery does not start with them.
      if (!before.error.includes("Cannot mix")) faults.push(`${one.number}: it did not run before: ${before.error}`);
      else if (one.how === "convert" && !one.refusal && after.error) faults.push(`${one.number}: ${after.error}`);
      tally.broken++;
      continue;
    }
    if (one.refusal && one.refusal.code !== "manual-steps") {
      tally.refused++;
      const why = one.refusal.why.replace(/^\S+ /, "");
      reasons.set(why, (reasons.get(why) ?? 0) + 1);
      if (JSON.stringify(snapshotTree(one.before)) !== JSON.stringify(snapshotTree(one.after)))
        faults.push(`${one.number}: refused, and yet something was changed`);
      continue;
    }
    if (one.how === "convert") tally.converted++;
    else if (one.refusal) tally.left++;
    else tally.mended++;
    const found = after.error ? [after.error] : differences(before, after, one.how);
    for (const fault of found) faults.push(`${one.number} (${one.how}): ${fault}`);
  }
  console.log(`  ${JSON.stringify(tally)}, seed ${seed}`);
  for (const [why, count] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 6)) console.log(`    ${count} × ${why}`);
  if (!shown) assert.ok(tally.converted > runs / 2 && tally.mended > runs / 2, "most of them are taken over");
  assert.deepEqual(faults.slice(0, 10), [], `${faults.length} faults, seed ${seed}`);
});

test.run();

async function adopt(root: string, how: string): Promise<Pick<Adopted, "plan" | "refusal">> {
  let plan: Plan | null = null;
  const generator = spied(generatorNamed("celery-adopt"), (made) => {
    plan = made;
  });
  try {
    await runGenerator(generator, { root, given: { how }, output: silent() });
    return { plan, refusal: null };
  } catch (error) {
    if (error instanceof UserError && error.code !== "bug") return { plan, refusal: error };
    throw error;
  }
}

/** What Celery says of each. */
async function seen(adopted: readonly Adopted[], side: "before" | "after"): Promise<Seen[]> {
  const { python } = await pythonEnv();
  const lines = adopted.map(({ how, app, refusal, [side]: root }) => {
    const isOurs = side === "after" && how === "convert" && !refusal;
    return JSON.stringify([root, isOurs ? "make_celery" : app.entry]);
  });
  const judge = path.join(import.meta.dirname, "adoption_judge.py");
  const text = execFileSync(python, [judge], { input: lines.join("\n"), encoding: "utf8", maxBuffer: 2 ** 30 });
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Seen);
}

function differences(before: Seen, after: Seen, how: string): string[] {
  const found: string[] = [];
  const same = (what: string, old: unknown, now: unknown) => {
    if (JSON.stringify(old) !== JSON.stringify(now))
      found.push(`${what}: ${JSON.stringify(old)} → ${JSON.stringify(now)}`);
  };
  const own = Object.fromEntries(Object.entries(after.tasks).filter(([name]) => !name.endsWith(".example_task")));
  same("tasks", Object.keys(before.tasks).sort(), Object.keys(own).sort());
  for (const [name, task] of Object.entries(before.tasks)) same(name, task, own[name]);
  for (const [name, value] of Object.entries(before.settings)) {
    if (how === "mend" || value !== before.defaults[name]) same(name, value, after.settings[name]);
  }
  // Flask's configuration named one, and nothing gave it to Celery: that is mended.
  if (before.settings.broker_url !== "None") same("broker", before.broker, after.broker);
  if (before.backend) same("result backend", before.backend, after.backend);
  same("queues", before.queues, after.queues);
  same("beat", before.beat, after.beat);
  for (const [name, why] of Object.entries(after.broken))
    if (!(name in before.broken)) found.push(`${name} can't be imported any more: ${why}`);
  for (const [name, result] of Object.entries(before.run)) {
    const now = after.run[name];
    // A context where there was none is what this is for.
    const isSame = result === now || result.replace("False", "True") === now;
    if (!isSame || (how === "convert" && !now?.includes("True")))
      found.push(`${name} gives ${now}, and gave ${result}`);
  }
  return found;
}
