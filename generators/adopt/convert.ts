/** An integration that exists becomes ours: rule by rule, and then celery-factory or celery-direct as for any application. */

import type { Context } from "../../lib/contract/context.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import type { Prompt } from "../../lib/contract/prompt.ts";
import {
  describeProject,
  type FlaskApp,
  overlay,
  ownUrlSettings,
  type Project,
  surveyTasks,
} from "../../lib/survey/index.ts";
import { uncertain } from "./cant.ts";
import { Draft } from "./draft.ts";
import { readOld } from "./integration.ts";
import { useOfLibrary } from "./rules/celery-task.ts";
import { checkCommands, imagesWithout, renameCommands } from "./rules/commands.ts";
import { keepUses } from "./rules/current-app.ts";
import { checkImports, checkTexts, removeOld } from "./rules/one-object.ts";
import { keepBehaviour, placeSettings, settingsPlace } from "./rules/settings.ts";
import { shareTasks } from "./rules/shared-task.ts";
import { entryText, isPlainEntry, workerEntry } from "./rules/worker-entry.ts";
import { carrySettings } from "./settings.ts";

/** What takes the place of the old integration. */
export interface Ours {
  /** What stands behind `celery -A`. */
  entryModule(project: Project, app: FlaskApp): string;
  prompts(kind: FlaskApp["kind"]): readonly Prompt[];
  plan(context: Context, wish: { generator: string; app: FlaskApp; answers: Record<string, string> }): Promise<Plan>;
}

/** Plans the whole conversion of one application. */
export async function convert(context: Context, app: FlaskApp, ours: Ours): Promise<Plan> {
  const { project } = context;
  checkCommands(project, app);
  const old = readOld(project, app.kind === "factory" ? app.name : "");
  const tasks = surveyTasks(project);
  const draft = new Draft();
  shareTasks(project, draft, old.uses, tasks);
  keepUses(project, app, draft, old.uses);
  const carried = carrySettings(project, app, old, tasks);
  const hasResults =
    carried.values.has("result_backend") || ownUrlSettings(project).has("result_backend") || project.results !== null;
  const kept = keepBehaviour(project, app, carried, tasks);
  const place = settingsPlace(app, old);
  const gone = removeOld(app, draft, old, place);
  placeSettings(
    app,
    draft,
    carried,
    kept,
    gone.find(({ start, end }) => start <= place && place <= end)?.start ?? place,
  );
  const entryFiles = new Set(old.entryFiles.map(({ source }) => source.path));

  useOfLibrary(project, draft);
  const entry = ours.entryModule(project, app);
  for (const { source, names } of old.entryFiles)
    draft.replace(workerEntry, source, entryText(project, source, names, entry));

  const planned = describeProject(overlay(project, draft.files(project, app)));
  checkImports(planned, old);
  checkTexts(project, old);
  const there = planned.findApp(app.target);
  if (!there || !("inits" in there)) throw new Error(`${app.target} is no application any more`);
  const generator = there.kind === "factory" ? "celery-factory" : "celery-direct";
  const answers = settled(planned, there, ours.prompts(there.kind), hasResults);
  const files = draft.files(project, app);
  for (const [path, bytes] of files) context.changes.edit(path, bytes);
  const root = app.importRoot ? `${app.importRoot}/` : "";
  if (isPlainEntry(project.parse(`${root}${entry}.py`))) context.changes.supersede(`${root}${entry}.py`);
  const inner = context.withProject(planned);
  const plan = await ours.plan(inner, { generator, app: there, answers });
  renameCommands(context, draft, project, entry, entryFiles);
  return {
    ...plan,
    next: [...draft.emptied(files, planned).map((path) => `delete ${path}: nothing is left in it`), ...plan.next],
    warnings: [...imagesWithout(project, entry), ...plan.warnings],
    made: draft.made,
    recordedAs: { generator, prompts: ours.prompts(there.kind), answers: { ...answers, target: app.target } },
  };
}

/** The answers of celery-factory, as reading finds them when the old integration is gone. */
function settled(
  project: Project,
  app: FlaskApp,
  prompts: readonly Prompt[],
  hasResults: boolean,
): Record<string, string> {
  const answers: Record<string, string> = { target: app.target, preview: "no", install: "no", mode: "direct" };
  for (const prompt of prompts) {
    if (prompt.name in answers) continue;
    const found = prompt.detect(project, answers);
    if (!("value" in found)) {
      throw uncertain(`${prompt.name}: ${found.missing}`, "mend that, and run the command again");
    }
    answers[prompt.name] = found.value;
  }
  // The mapping that was just made is read in this style alone.
  answers.config = "object";
  if (!hasResults) answers.results = "none";
  return answers;
}
