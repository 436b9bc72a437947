import { defineGenerator } from "../lib/contract/generator.ts";
import { requireCelery } from "./common/existing.ts";
import { refuseOldFlask } from "./common/old-flask.ts";
import { refuseTakenPrefix } from "./common/prefix.ts";
import { appForTasks } from "./common/target.ts";
import { wireCall } from "./common/wiring.ts";
import { describeStatus, nextSteps, secretKeyWarning } from "./status/describe.ts";
import { addStatusFiles } from "./status/files.ts";
import { STATUS_PREFIXES, statusPrompts } from "./status/prompts.ts";
import { requireResults } from "./status/results.ts";
import { upgradeStateRoutes } from "./status/upgrade.ts";

/** State, progress, result and cancelling of tasks over HTTP: https://docs.celeryq.dev/en/stable/userguide/tasks.html#states */
export const generator = defineGenerator({
  name: "status-endpoint",
  description: "Add routes that tell a task's state, progress and result, with a stream and a page",
  prompts: statusPrompts,
  requires: (project) => void requireCelery(project, "status-endpoint"),
  async plan(context, answers) {
    const { project, changes } = context;
    const app = appForTasks(project, answers.target);
    const celery = requireCelery(project, "status-endpoint");
    requireResults(project, app, celery);
    refuseOldFlask(context);
    refuseTakenPrefix(project, answers.urlPrefix, STATUS_PREFIXES);
    const facts = describeStatus(project, app, celery, answers);

    const module = app.package ? `${app.package}.${facts.name}` : facts.name;
    wireCall(context, app, { module, name: "init_task_status" });
    const open = upgradeStateRoutes(context, app, module);
    addStatusFiles(context, facts);

    const isNew = changes.changes.some(({ action }) => action !== "unchanged");
    return {
      generator: "status-endpoint",
      target: app.target,
      answers,
      changes,
      manual: [],
      install: null,
      warnings: [...secretKeyWarning(project), ...open],
      next: isNew ? nextSteps(facts) : [],
    };
  },
});
