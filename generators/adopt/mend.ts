/** The smallest edits that make an integration sound: one rule for each thing that can be wrong with it, the rest is listed. */
import type { Context } from "../../lib/contract/context.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import { celeryObjects, describeProject, type FlaskApp, overlay, surveyTasks } from "../../lib/survey/index.ts";
import { Draft } from "./draft.ts";
import { useOfLibrary } from "./rules/celery-task.ts";
import { orderCommands } from "./rules/commands.ts";
import { copyOwnKeys } from "./rules/config-copy.ts";
import { makeDefault } from "./rules/default-object.ts";
import { renameKeys } from "./rules/key-names.ts";
import { dropPushes, giveContext, workerMakesApp } from "./rules/task-context.ts";

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
    manual: left
      .filter(({ blocks }) => blocks)
      .map(({ at, what, fix, code }) => ({ ...at, snippet: fix, why: `${what} [${code}]` })),
    install: null,
    warnings: left
      .filter(({ blocks }) => !blocks)
      .map(({ at, what, fix, code }) => `${at.path}:${at.line}: ${what}; ${fix} [${code}]`),
    next: surveyTasks(mended).length > 0 ? ["run your tests, then restart the web and the workers"] : [],
    made: draft.made,
  };
}
