/** The smallest edits that make an integration sound: one rule for each thing that can be wrong with it, the rest is listed. */

import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import {
  type CeleryProblem,
  celeryObjects,
  describeProject,
  type FlaskApp,
  overlay,
  surveyTasks,
} from "../../lib/survey/index.ts";
import { Draft } from "./draft.ts";
import { useOfLibrary } from "./rules/celery-task.ts";
import { orderCommands } from "./rules/commands.ts";
import { copyOwnKeys } from "./rules/config-copy.ts";
import { makeDefault } from "./rules/default-object.ts";
import { renameKeys } from "./rules/key-names.ts";
import { nameIn } from "./rules/place.ts";
import { contextTask, dropPushes, giveContext, workerMakesApp } from "./rules/task-context.ts";

/** Plans every mend that is certain. */
export function mend(context: Context, app: FlaskApp): Plan {
  const { project, changes } = context;
  const draft = new Draft();
  const objects = celeryObjects(project);
  const [object] = objects;
  const found = new Set(project.celery?.problems.map(({ code }) => code));
  useOfLibrary(project, draft);
  renameKeys(project, draft);
  copyOwnKeys(project, draft);
  if (object && objects.length === 1) {
    if (found.has("not-default")) makeDefault(draft, object);
    const needsContext = found.has("no-app-context") || found.has("shared-app-context");
    if (needsContext && workerMakesApp(project, app, object) && giveContext(project, app, draft, object))
      dropPushes(project, app, draft);
  }
  const texts = draft.files(project, app);
  for (const [path, bytes] of texts) changes.edit(path, bytes);
  orderCommands(context, draft, project);

  const mended = describeProject(overlay(project, texts));
  const left = mended.celery?.problems ?? [];
  return {
    generator: "celery-adopt",
    target: app.target,
    answers: {},
    changes,
    manual: left.filter(({ blocks }) => blocks).map((problem) => step(problem, object ? nameIn(object.call) : "")),
    install: null,
    warnings: left
      .filter(({ blocks }) => !blocks)
      .map(({ at, what, fix, code }) => `${at.path}:${at.line}: ${what}; ${fix} [${code}]`),
    next: surveyTasks(mended).length > 0 ? ["run your tests, then restart the web and the workers"] : [],
    made: draft.made,
  };
}

/** What only the owner can mend: a class to paste where one is missing, in words otherwise. */
function step({ at, what, fix, code, snippet }: CeleryProblem, name: string): ManualStep {
  const isContext = code === "no-app-context" || code === "shared-app-context";
  const why = `${what} [${code}]`;
  if (!isContext || !name) return { ...at, snippet: snippet ?? fix, why };
  return { ...at, snippet: contextTask(name, "app"), why: `${why}; where the worker makes the application, write` };
}
