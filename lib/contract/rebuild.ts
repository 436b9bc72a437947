/** Makes again what a recorded run has made, or would make with today's templates or other answers. Reads only. */
import { ChangeSet } from "../changes/change-set.ts";
import type { Templates } from "../templates/render.ts";
import { templatesOf } from "../templates/versions.ts";
import { Context } from "./context.ts";
import type { ChangingGenerator } from "./generator.ts";
import type { Plan } from "./plan.ts";
import type { Answers } from "./prompt.ts";
import { fingerprint, type RecordedRun } from "./record.ts";

/** What a run leads to: the files that the pack keeps up to date by path, and the plan with whatever else it would do. */
export interface Rebuilt {
  texts: ReadonlyMap<string, string>;
  plan: Plan;
}

/**
 * Runs a generator as if nothing of it were there yet.
 *
 * @param answers - in place of recorded ones; a prompt that is newer than the record is answered by reading
 * @param templates - left out, the context's own
 */
export async function rebuild(
  { project, templates: today }: Context,
  generator: ChangingGenerator,
  run: RecordedRun,
  { answers = {}, templates = today }: { answers?: Answers; templates?: Templates } = {},
): Promise<Rebuilt> {
  const changes = new ChangeSet({ read: (path) => project.read(path), force: true });
  const context = new Context({ project, changes, templates, force: true });
  const all: Record<string, string> = {};
  const given: Answers = { ...run.answers, ...answers, target: run.target, preview: "no", install: "no" };
  for (const prompt of generator.prompts) {
    const found = prompt.name in given ? null : prompt.detect(project, all);
    all[prompt.name] = found && "value" in found ? found.value : (given[prompt.name] ?? "");
  }
  const plan = await generator.plan(context, all);
  return { texts: context.kept, plan };
}

/**
 * The text of each file as a run has generated it, by the fingerprint that it left. A file whose text can't be made again
 * (other facts, replaced partials, a version of which nothing is kept) is not among them.
 */
export async function rebuildBase(
  context: Context,
  generator: ChangingGenerator,
  run: RecordedRun,
): Promise<Map<string, string>> {
  const kept = templatesOf(run.version);
  const { texts } = await rebuild(context, generator, run, kept ? { templates: context.templates.of(kept) } : {});
  return new Map([...texts].filter(([path, text]) => run.files[path] === fingerprint(text)));
}
