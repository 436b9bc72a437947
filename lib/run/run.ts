/** One run, the same for Plop's action, our own bin and the typed API. */
import type { Change } from "../changes/types.ts";
import type { Context } from "../contract/context.ts";
import { type CheckingGenerator, type Generator, isChecking } from "../contract/generator.ts";
import type { Plan } from "../contract/plan.ts";
import type { Answers } from "../contract/prompt.ts";
import { UserError } from "../errors/index.ts";
import type { Project } from "../survey/index.ts";
import { packVersion } from "../templates/pack-version.ts";
import { type Given, settleAnswers } from "./answers.ts";
import { checkDest, destOption } from "./dest.ts";
import { maskSecrets } from "./mask.ts";
import {
  countChanges,
  listChanges,
  listLeft,
  listNotes,
  manualStepsLeft,
  planAsDiff,
  planAsJson,
  refuseConflicts,
} from "./show.ts";
import { type Stages, stages } from "./stages.ts";
import { type Output, painter, terminal, writeLines } from "./terminal.ts";
import { nameVerifier } from "./verifier.ts";

export interface RunOptions {
  /** Folder of the user's project. */
  root: string;
  /** Answers from the command line and from questions; they win. */
  given?: Given;
  /** A team's preset answers; they win over what reading says. */
  defaults?: Given;
  /** Partial name → text that replaces ours. */
  partials?: Readonly<Record<string, string>>;
  /** Overwrite files of ours that hold something else. */
  force?: boolean;
  /** A survey that was made for the questions; without it the project is read now. */
  project?: Project;
  output?: Output;
  /** Called when a change has been written, last of all. */
  afterwards?: (plan: Plan) => Promise<void>;
  /** How celery-verify is typed here, e.g. `npx plop acme-celery-verify`; left out, it is not named. */
  verifyCommand?: string;
  stages?: Stages;
}

/** What a run has done; `summary` is one line. */
export interface Outcome {
  summary: string;
  answers: Answers;
  /** null for a generator that only checks. */
  plan: Plan | null;
  written: readonly Change[];
}

/**
 * recover → survey → answers → plan → show → commit → install → report.
 *
 * @returns only when everything that was asked for is done
 * @throws UserError for what the user can mend; before commit nothing has been written
 */
export async function runGenerator(generator: Generator, options: RunOptions): Promise<Outcome> {
  try {
    return await carryOut(generator, options);
  } catch (error) {
    throw isTooDeep(error) ? tooDeep() : error;
  }
}

async function carryOut(generator: Generator, options: RunOptions): Promise<Outcome> {
  const root = checkDest(options.root);
  const begun = isChecking(generator) ? generator.begin?.(root) : undefined;
  try {
    return await carryOutIn(root, generator, options);
  } finally {
    (await begun)?.();
  }
}

async function carryOutIn(root: string, generator: Generator, options: RunOptions): Promise<Outcome> {
  const use = options.stages ?? stages;
  const output = options.output ?? terminal;
  const project = options.project ?? (await openProject(root, use, output));
  const { target } = options.given ?? {};
  generator.requires?.(project, typeof target === "string" ? target : undefined);
  const answers = settleAnswers(generator.prompts, project, options.given ?? {}, options.defaults ?? {});
  if (isChecking(generator)) return verify(generator, project, answers, output);

  const plan = await makePlan(generator, project, answers, options);
  if (answers.preview === "json" || answers.preview === "diff") return preview(plan, use, output);
  refuseConflicts(plan);
  const written = plan.changes.changes.filter((change) => change.action !== "unchanged");
  await use.commit(root, plan.changes.changes);
  const paint = painter(output.out);
  await writeLines(output.out, listChanges(written, paint, true));
  try {
    if (plan.install && answers.install === "yes") await use.install(plan.install, output);
  } finally {
    await writeLines(output.out, listNotes(plan, paint));
  }
  if (plan.manual.length > 0) throw manualStepsLeft(plan, written.length);
  if (written.length > 0) await options.afterwards?.(plan);
  return { summary: `${generator.name}: ${countChanges(plan.changes.changes, true)}`, answers, plan, written };
}

/** Takes back what an interrupted run left, then reads the project. */
export async function openProject(root: string, use: Stages = stages, output: Output = terminal): Promise<Project> {
  const recovered = await use.recover(root);
  if (recovered) await writeLines(output.err, recovered);
  return use.survey(root);
}

/** Makes the plan of a generator that changes something. Reads only. */
export async function makePlan(
  generator: Generator,
  project: Project,
  answers: Answers,
  options: Pick<RunOptions, "force" | "partials" | "stages" | "verifyCommand">,
): Promise<Plan> {
  if (isChecking(generator)) throw new Error(`${generator.name} changes nothing, so it has no plan`);
  const { force = false, partials = {} } = options;
  const context = await (options.stages ?? stages).context(project, { force, partials });
  const plan = await generator.plan(context, answers);
  await record(generator, context, plan);
  const { uncommittedEdits } = await import("./dirty.ts");
  plan.warnings.push(...uncommittedEdits(project.root, plan.changes.changes));
  if (options.verifyCommand) nameVerifier(plan, generator, `${options.verifyCommand}${destOption(project.root)}`);
  return plan;
}

/** What is kept up to date is recorded when it is written, in the same change. */
async function record(generator: Generator, { kept }: Context, plan: Plan): Promise<void> {
  const { target, answers, changes, recordedAs } = plan;
  if (!changes.changes.some(({ path, action }) => kept.has(path) && action !== "unchanged")) return;
  // Loaded here: what makes its hashes is a large part of what a checking generator would wait for.
  const { addRun, describeRun, RECORD, readRecord, writeRecord } = await import("../contract/record.ts");
  const {
    generator: name,
    prompts,
    ...made
  } = recordedAs ?? { generator: generator.name, prompts: generator.prompts, answers };
  const run = describeRun({ generator: name, target, version: packVersion() }, prompts, made.answers, kept);
  const runs = addRun(readRecord(changes.current(RECORD)), run);
  changes.edit(RECORD, writeRecord(runs));
}

/** Trees of source are followed by functions that call themselves; all of them run before anything is written. */
function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

function tooDeep(): UserError {
  return new UserError({
    code: "source-too-deep",
    what: "A Python file of the project nests too deeply: nothing was written.",
    why: "Thousands of brackets or calls stand inside each other; Python itself refuses such a file as well.",
    fix: "Find it with python -m compileall -q . and mend it, or move it out of the project.",
  });
}

async function preview(plan: Plan, use: Stages, output: Output): Promise<Outcome> {
  const { answers, generator, changes } = plan;
  const json = answers.preview === "json";
  const text = json ? await planAsJson(plan, use.diff) : await planAsDiff(plan, use.diff, output.out);
  await writeLines(output.out, text);
  const summary = `${generator}: ${countChanges(changes.changes, false)}; this was a preview, nothing was written`;
  const paint = painter(output.err);
  // The commands that follow a change would find nothing yet.
  const notes = [listLeft(plan, paint), listNotes({ ...plan, next: [] }, paint)].filter(Boolean).join("\n");
  if (!json) await writeLines(output.err, notes);
  return { summary, answers, plan, written: [] };
}

async function verify(
  generator: CheckingGenerator,
  project: Project,
  answers: Answers,
  output: Output,
): Promise<Outcome> {
  const progress = (line: string) => {
    if (output.err.isTTY) output.err.write(`\r\u001b[2K${maskSecrets(line)}`);
  };
  const { passed, text, json } = await generator.verify(project, answers, progress);
  await writeLines(output.out, maskSecrets(answers.report === "json" ? JSON.stringify(json, null, 2) : text));
  if (passed) return { summary: `${generator.name}: every check holds`, answers, plan: null, written: [] };
  throw new UserError({
    code: "verify-failed",
    what: "The integration does not hold: at least one check failed.",
    why: "Each failed check says above what was seen.",
    fix: "Mend what it names, then run celery-verify again.",
  });
}
