/** What is fuzzed: the real generator, asked for a plan. Nothing is written. */
import { UserError } from "../../lib/errors/index.ts";
import { settleAnswers } from "../../lib/run/answers.ts";
import { findGenerators } from "../../lib/run/find.ts";
import { makePlan } from "../../lib/run/run.ts";
import { stages } from "../../lib/run/stages.ts";
import { ours } from "../../ours.ts";
import type { Program } from "./program.ts";

const generators = await findGenerators(ours);

export interface Edited {
  /** The factory's file as it would be; null when the tool refused. */
  after: Uint8Array | null;
  /** Code and reason of a refusal. */
  code: string;
  why: string;
}

/** Settings come from the environment, so that the only change of the file is the call and its import. */
export async function integrate(root: string, { path }: Program): Promise<Edited> {
  const generator = generators.find(({ name }) => name === "celery-factory")!;
  const project = await stages.survey(root);
  try {
    const answers = settleAnswers(generator.prompts, project, { config: "environment", preview: "no" }, {});
    const plan = await makePlan(generator, project, answers, {});
    const change = plan.changes.changes.find((each) => each.path === path);
    return { after: change?.after ?? null, code: change ? "" : "file-not-in-plan", why: "" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { after: null, code: error.code, why: error.why };
  }
}
