/** Files that were made before there was a record tell by what they hold which version made them, and with which answers. */
import type { Context } from "../../lib/contract/context.ts";
import { rebuild } from "../../lib/contract/rebuild.ts";
import { describeRun, type RecordedRun } from "../../lib/contract/record.ts";
import { packVersion } from "../../lib/templates/pack-version.ts";
import { keptVersions, templatesOf } from "../../lib/templates/versions.ts";
import { GENERATOR } from "../common/target.ts";
import { type Known, load } from "./known.ts";

/** Half of the files at least are as they were generated; an edit in each of them leaves nothing to go by. */
const ENOUGH = 0.5;

/** What was made in this project, as far as its files say for certain. */
export async function recogniseRuns(context: Context, known: Known): Promise<RecordedRun[]> {
  if (context.project.celery?.kind !== "ours") return [];
  const runs: RecordedRun[] = [];
  for (const { kind, target } of context.project.apps) {
    for (const name of [GENERATOR[kind], "status-endpoint"]) {
      const run = await recognise(context, known, name, target);
      if (run) runs.push(run);
    }
  }
  return runs;
}

interface Fit {
  run: RecordedRun;
  /** How many files are just as this run makes them. */
  same: number;
}

async function recognise(context: Context, known: Known, name: string, target: string): Promise<RecordedRun | null> {
  const generator = await load(known, name);
  if (!generator) return null;
  let best: Fit | null = null;
  const attempt = async (version: string, answers: Readonly<Record<string, string>>) => {
    const kept = templatesOf(version);
    const wanted = { generator: name, target, version, answers, files: {} };
    try {
      const made = await rebuild(context, generator, wanted, kept ? { templates: context.templates.of(kept) } : {});
      const same = [...made.texts].filter(([path, text]) => isThere(context, path, text)).length;
      if (same <= (best?.same ?? 0)) return;
      best = { run: describeRun(wanted, generator.prompts, made.plan.answers, made.texts), same };
    } catch {
      // These answers don't go together, or not with this project.
    }
  };
  for (const version of [...keptVersions(), packVersion()]) {
    await attempt(version, {});
    // One answer after the other: each decides about lines of its own.
    for (const { name: prompt, choices = [] } of generator.prompts) {
      for (const { value } of choices) await attempt(version, { ...answersOf(best), [prompt]: value });
    }
  }
  const found = best as Fit | null;
  return found && found.same >= Object.keys(found.run.files).length * ENOUGH ? found.run : null;
}

function answersOf(best: Fit | null): Readonly<Record<string, string>> {
  return best?.run.answers ?? {};
}

function isThere({ project }: Context, path: string, text: string): boolean {
  const bytes = project.read(path);
  return bytes !== null && Buffer.from(bytes).toString("utf8").replaceAll("\r\n", "\n") === text;
}
