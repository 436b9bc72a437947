import { defineGenerator } from "../lib/contract/generator.ts";
import { requireCelery, unreachable } from "./common/existing.ts";
import { refuseOldFlask } from "./common/old-flask.ts";
import { declarePackages } from "./common/packages.ts";
import { refuseTakenPrefix } from "./common/prefix.ts";
import { appForTasks } from "./common/target.ts";
import { wireCall } from "./common/wiring.ts";
import { addKeyExample } from "./failed/environment.ts";
import { addFailedFiles, describeFailed, nextSteps } from "./failed/files.ts";
import { FAILED_PREFIXES, failedPrompts } from "./failed/prompts.ts";
import { requireStore } from "./failed/store.ts";

/** What a task was called with, encrypted: https://cryptography.io/en/latest/fernet/ */
const CRYPTOGRAPHY = { name: "cryptography", minimum: "42", below: "" };

/** Keeps the message of a task that failed for good, to look at and to send again: https://docs.celeryq.dev/en/stable/userguide/tasks.html#custom-request-classes */
export const generator = defineGenerator({
  name: "failed-tasks",
  description: "Keep tasks that have failed for good, with a page, routes and a command to run them again",
  prompts: failedPrompts,
  requires: (project) => void requireCelery(project, "failed-tasks"),
  async plan(context, answers) {
    const { project, changes } = context;
    const app = appForTasks(project, answers.target);
    const celery = requireCelery(project, "failed-tasks");
    if (celery.access !== "extensions") throw unreachable(celery, "Keeping failed tasks");
    refuseOldFlask(context);
    requireStore(project, celery, answers.store);
    refuseTakenPrefix(project, answers.urlPrefix, FAILED_PREFIXES);
    const facts = describeFailed(project, app, answers);

    wireCall(context, app, { module: facts.module, name: "init_failed_tasks" });
    addFailedFiles(context, facts);
    const { manual, next } = declarePackages(context, [CRYPTOGRAPHY]);
    addKeyExample(context);

    const isNew = changes.changes.some(({ action }) => action !== "unchanged");
    return {
      generator: "failed-tasks",
      target: app.target,
      answers,
      changes,
      manual,
      install: null,
      warnings: [],
      next: isNew ? [...next, ...nextSteps(project, facts)] : [],
    };
  },
});
