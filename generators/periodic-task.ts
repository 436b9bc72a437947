import { defineGenerator } from "../lib/contract/generator.ts";
import { requireCelery } from "./common/existing.ts";
import { appForTasks } from "./common/target.ts";
import { wireCall } from "./common/wiring.ts";
import { describePeriodic } from "./periodic/facts.ts";
import { addStore } from "./periodic/packages.ts";
import { placePeriodic } from "./periodic/place.ts";
import { periodicPrompts } from "./periodic/prompts.ts";
import { addPeriodic } from "./periodic/task.ts";

/** A task that beat sends by a schedule: https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html */
export const generator = defineGenerator({
  name: "periodic-task",
  description: "Run a task by a schedule, with one beat at a time",
  prompts: periodicPrompts,
  requires: (project) => void requireCelery(project, "periodic-task"),
  async plan(context, answers) {
    const { project, changes } = context;
    const app = appForTasks(project, answers.target);
    const celery = requireCelery(project, "periodic-task");
    const place = placePeriodic(project, app, answers);
    const facts = describePeriodic(project, app, celery, answers);

    const folder = app.packageDir ? `${app.packageDir}/` : "";
    context.write(`${folder}celery_schedule.py`, "periodic/celery_schedule.py", facts);
    wireCall(context, app, { module: facts.scheduleModule, name: "init_periodic_tasks" });
    addPeriodic(context, place, facts);
    const { manual, next } = addStore(context, facts);

    const isNew = changes.changes.some(({ action }) => action !== "unchanged");
    return {
      generator: "periodic-task",
      target: app.target,
      answers,
      changes,
      manual,
      install: null,
      warnings: [],
      next: isNew ? [...next, `celery -A ${celery.entry || "make_celery"} beat --loglevel INFO`] : [],
    };
  },
});
