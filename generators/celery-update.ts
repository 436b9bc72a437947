import { defineGenerator } from "../lib/contract/generator.ts";
import { refuseMergeConflicts, sideOf } from "./common/merge.ts";
import { migrate } from "./update/migrations/index.ts";
import { planUpdate, refuseDue, requireOurs, writeUpdate } from "./update/plan.ts";
import { updatePrompts } from "./update/prompts.ts";

/** What keeps files up to date; each is loaded when the record names it. */
const GENERATORS = {
  "celery-factory": () => import("./celery-factory.ts"),
  "celery-direct": () => import("./celery-direct.ts"),
  "celery-monitoring": () => import("./celery-monitoring.ts"),
  "celery-setup": () => import("./celery-setup.ts"),
  "blueprint-task": () => import("./blueprint-task.ts"),
  "status-endpoint": () => import("./status-endpoint.ts"),
  "failed-tasks": () => import("./failed-tasks.ts"),
  "periodic-task": () => import("./periodic-task.ts"),
};

/** Generated files as today's templates make them, with every edit that was made since: a three-way merge. */
export const generator = defineGenerator({
  name: "celery-update",
  description: "Bring generated files up to this version, and keep your edits in them",
  prompts: updatePrompts,
  requires: (project) => requireOurs(project),
  async plan(context, answers) {
    const update = await planUpdate(context, GENERATORS, sideOf(context, answers.conflicts));
    if (answers.check === "yes") refuseDue(update);
    refuseMergeConflicts(update.conflicts, "celery-update");
    const migrated = migrate(context.project, update.texts);
    writeUpdate(context, update);
    for (const [path, bytes] of migrated.files) context.changes.edit(path, bytes);
    return {
      generator: "celery-update",
      target: "",
      answers,
      changes: context.changes,
      manual: [],
      install: null,
      warnings: [...update.warnings, ...update.unseen],
      made: migrated.made,
      next: update.texts.size > 0 ? ["run your tests, then restart the web and the workers"] : [],
    };
  },
});
