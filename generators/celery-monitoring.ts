import { defineGenerator } from "../lib/contract/generator.ts";
import { requireCelery, unreachable } from "./common/existing.ts";
import { appForTasks } from "./common/target.ts";
import { wireCall } from "./common/wiring.ts";
import { addParts } from "./monitoring/parts.ts";
import { monitoringPrompts } from "./monitoring/prompts.ts";

/** Health of the worker and of beat, told without a round trip: https://docs.celeryq.dev/en/stable/userguide/extending.html */
export const generator = defineGenerator({
  name: "celery-monitoring",
  description: "Add a probe of the worker and beat; error reports, traces, Flower and JSON logs if you like",
  prompts: monitoringPrompts,
  requires: (project) => void requireCelery(project, "celery-monitoring"),
  async plan(context, answers) {
    const { project, changes } = context;
    const app = appForTasks(project, answers.target);
    const celery = requireCelery(project, "celery-monitoring");
    if (celery.access !== "extensions") throw unreachable(celery, "The probe");

    const folder = app.packageDir ? `${app.packageDir}/` : "";
    // Both count up to the folder that the worker is started in.
    const depth = app.package ? app.package.split(".").length : 0;
    context.write(`${folder}celery_health.py`, "monitoring/celery_health.py", { depth });
    context.write(`${app.importRoot ? `${app.importRoot}/` : ""}celery_probe.py`, "monitoring/celery_probe.py", {
      depth: 0,
    });
    const module = app.package ? `${app.package}.celery_health` : "celery_health";
    wireCall(context, app, { module, name: "init_health" });
    const parts = addParts(context, app, celery, answers);

    const isNew = changes.changes.some(({ action }) => action !== "unchanged");
    return {
      generator: "celery-monitoring",
      target: app.target,
      answers,
      changes,
      manual: parts.manual,
      install: null,
      warnings: parts.warnings,
      next: isNew
        ? [...parts.next, "restart the worker and beat, then: python celery_probe.py live (or ready, or beat)"]
        : [],
    };
  },
});
