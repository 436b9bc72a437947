import { defineGenerator } from "../lib/contract/generator.ts";
import { addOutbox, relayCommands, requireTransactions } from "./blueprint/outbox.ts";
import { blueprintPrompts } from "./blueprint/prompts.ts";
import { registerBlueprint } from "./blueprint/register.ts";
import { addRoute, csrfWarning, deniedWarning } from "./blueprint/route.ts";
import { addBlueprint, addTask, describeTask } from "./blueprint/task.ts";
import { addRequestFacts, makeDefault, requireCelery } from "./common/existing.ts";
import { refuseOldFlask } from "./common/old-flask.ts";
import { appForTasks } from "./common/target.ts";
import { placeTask, tasksLayout } from "./common/task-place.ts";

/** A task for one blueprint: https://docs.celeryq.dev/en/stable/userguide/tasks.html */
export const generator = defineGenerator({
  name: "blueprint-task",
  description: "Add a task to a blueprint, with the route that sends it if you like",
  prompts: blueprintPrompts,
  requires: (project) => void requireCelery(project, "blueprint-task"),
  async plan(context, answers) {
    const { project, changes } = context;
    const app = appForTasks(project, answers.target);
    const celery = requireCelery(project, "blueprint-task");
    const place = placeTask(project, app, answers, tasksLayout(project, app));
    requireTransactions(project, app, answers);
    if (answers.endpoint === "yes") refuseOldFlask(context);
    const task = describeTask(project, app, place, answers);
    if (!place.existing) addBlueprint(context, place, task);
    addTask(context, place, task);
    const route = task.endpoint && place.existing ? addRoute(context, place, task) : [];
    const registration = place.existing ? [] : registerBlueprint(context, app, place);
    if (task.context === "request") addRequestFacts(context, app);
    if (answers.enqueue === "outbox") addOutbox(context, app);
    return {
      generator: "blueprint-task",
      target: app.target,
      answers,
      changes,
      manual: [...registration, ...route, ...makeDefault(celery)],
      install: null,
      warnings: task.endpoint ? [...deniedWarning(place, task), ...csrfWarning(project, place)] : [],
      next: [
        `restart the worker; it lists ${place.tasksModule}.${task.task}`,
        ...(answers.enqueue === "outbox" ? relayCommands(project) : []),
      ],
    };
  },
});
