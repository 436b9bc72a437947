import type { Generator } from "../lib/contract/generator.ts";
import { EditBook } from "../lib/python/index.ts";
import { placeTask, tasksLayout } from "./blueprint/place.ts";
import { blueprintPrompts } from "./blueprint/prompts.ts";
import { registerBlueprint } from "./blueprint/register.ts";
import { addBlueprint, addRoute, addTask, csrfWarning, describeTask } from "./blueprint/task.ts";
import { addRequestFacts, makeDefault, requireCelery, resultsAreOn } from "./common/existing.ts";
import { appForTasks } from "./common/target.ts";

/** A task for one blueprint: https://docs.celeryq.dev/en/stable/userguide/tasks.html */
export const generator: Generator = {
  name: "blueprint-task",
  description: "Add a task to a blueprint, with the route that sends it if you like",
  prompts: blueprintPrompts,
  async plan(project, answers, bench) {
    const app = appForTasks(project, answers.target);
    const celery = requireCelery(project, "blueprint-task");
    const layout = tasksLayout(project, app);
    const place = placeTask(project, app, answers.blueprint!, layout);
    const task = describeTask(project, app, place, answers, resultsAreOn(project));
    const book = new EditBook();
    if (!place.existing) addBlueprint(place, task, bench);
    addTask(book, project, place, task, bench);
    const manual = !place.existing
      ? registerBlueprint(book, project, app, place)
      : task.endpoint
        ? addRoute(book, project, place, task, bench)
        : [];
    if (task.context === "request") addRequestFacts(project, app, bench);
    for (const [path, bytes] of book.apply()) bench.changes.edit(path, bytes);
    return {
      generator: "blueprint-task",
      target: app.target,
      answers,
      changes: bench.changes,
      manual: [...manual, ...makeDefault(celery)],
      install: null,
      warnings: task.endpoint ? csrfWarning(project, place) : [],
      next: [`restart the worker; it lists ${place.tasksModule}.${task.task}`],
    };
  },
};
