/**
 * Every case in test/cases/<topic>.txt: an application, and what must become of it (support/case-files.ts has the format).
 * `UPDATE_CASES=1` writes the golden files anew, `CASES=<part of a name>` runs some only.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "uvu";
import type { Plan } from "../lib/contract/plan.ts";
import { UserError } from "../lib/errors/index.ts";
import { runGenerator } from "../lib/run/run.ts";
import { stages } from "../lib/run/stages.ts";
import type { Project } from "../lib/survey/project.ts";
import { type Applied, type Case, checkExpectations, checkInitLines, onlyInserts } from "./support/case-checks.ts";
import { type CaseText, layOut, readCases } from "./support/case-files.ts";
import { compareGolden } from "./support/case-golden.ts";
import { generatorNamed, silent, spied } from "./support/generators.ts";
import { assertSameTree, type Entry, snapshotTree, tempDir } from "./support/temp.ts";

/** Python files that a run has written, with the case they come from: parsed all together in the end. */
const written: { name: string; path: string; factory: string; bytes: Uint8Array }[] = [];

for (const one of readCases(process.env.CASES)) {
  test(`${one.name}: ${one.wanted.why}`, async () => checkCase(one));
}

test("what was written parses, and Celery is initialised once on every path that returns the app", () => {
  const input = written.map(({ name, path, factory, bytes }) =>
    JSON.stringify({ name, path, factory, bytes: Buffer.from(bytes).toString("base64") }),
  );
  const judge = path.join(import.meta.dirname, "fuzz", "parse.py");
  const complaints = execFileSync("python3", [judge], { input: input.join("\n"), encoding: "utf8" });
  assert.equal(complaints, "");
});

test.run();

async function checkCase(one: CaseText): Promise<void> {
  const { name, wanted } = one;
  const root = layOut(one, path.join(tempDir(), "project"));
  const before = snapshotTree(root);
  const project = await surveyed(root);
  const { error, plan } = await attempt(root, wanted);
  const after = snapshotTree(root);
  const verdict =
    wanted.verdict === "either" ? (error && !isChanged(before, after) ? "refuse" : "apply") : wanted.verdict;
  if (verdict !== "apply") {
    if (verdict === "refuse") assert.ok(error, "should have been refused, but was applied");
    if (wanted.verdict === "refuse") assert.equal(error?.code, wanted.code);
    assertSameTree(before, after, "a refusal must not touch anything");
    if (project) checkExpectations(wanted, { before, after, project, plan, error });
    return;
  }
  // What only the user can edit is reported as an error, after everything else has been written.
  // (A UserError itself must not reach uvu: its `details` is taken for a diff, and the whole suite ends.)
  if ((error && !isChanged(before, after)) || !project) assert.fail(error?.message);
  const applied: Applied = { before, after, project, plan, error };
  checkUntouched(before, after, wanted.generator);
  if (wanted.target && plan) assert.equal(plan.target, wanted.target);
  if (wanted.inits) checkInitLines(wanted, applied);
  checkExpectations(wanted, applied);
  collectPython(name, applied, project, wanted.answers?.how !== "mend");
  const again = await attempt(root, wanted);
  assertSameTree(after, snapshotTree(root), "the second run changed something");
  assert.equal(again.error?.code, error?.code, `the second run ended otherwise: ${again.error?.message}`);
  if (wanted.golden) compareGolden(one, before, after);
}

/** The project before the run; null where it can't be read, which the run then tells. */
function surveyed(root: string): Promise<Project | null> {
  return stages.survey(root).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });
}

/** Runs the generator as a user without a terminal does. */
async function attempt(root: string, wanted: Case): Promise<{ error: UserError | null; plan: Plan | null }> {
  const generator = generatorNamed(wanted.generator);
  let plan: Plan | null = null;
  const watched = spied(generator, (made) => {
    plan = made;
  });
  try {
    await runGenerator(watched, { root, given: wanted.answers ?? {}, output: silent() });
    return { error: null, plan };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { error, plan };
  }
}

function isChanged(before: Map<string, Entry>, after: Map<string, Entry>): boolean {
  try {
    assertSameTree(before, after);
    return false;
  } catch {
    return true;
  }
}

/** Nothing is removed, no mode changes, and an edit only inserts; to take over what is there is to replace it. */
function checkUntouched(before: Map<string, Entry>, after: Map<string, Entry>, generator: string): void {
  for (const [name, entry] of before) {
    const now = after.get(name);
    assert.ok(now, `${name} is gone`);
    assert.equal(now.mode, entry.mode, `${name} has another mode`);
    if (entry.kind === "file" && generator !== "celery-adopt") onlyInserts(name, entry.bytes, now.bytes);
  }
}

function collectPython(name: string, { before, after, plan }: Applied, project: Project, isOurs: boolean): void {
  const target = plan?.target ?? "";
  for (const [file, entry] of after) {
    if (!file.endsWith(".py") || before.get(file)?.bytes.equals(entry.bytes)) continue;
    const app = project.apps.find((each) => each.target === target);
    const factory = isOurs && app?.kind === "factory" && app.file.path === file ? app.name : "";
    written.push({ name, path: file, factory, bytes: entry.bytes });
  }
}
