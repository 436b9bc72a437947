import { defineGenerator } from "../lib/contract/generator.ts";
import { previewPrompt } from "../lib/contract/preview.ts";
import { certain, definePrompt, suggested } from "../lib/contract/prompt.ts";
import { requireCelery, unreachable } from "./common/existing.ts";
import { appForTasks, targetPrompt } from "./common/target.ts";
import { wireCall } from "./common/wiring.ts";
import { addErrors, type Told } from "./monitoring/errors.ts";

const NOTHING: Told = { manual: [], warnings: [], next: [] };

/** Health of the worker and of beat, told without a round trip: https://docs.celeryq.dev/en/stable/userguide/extending.html */
export const generator = defineGenerator({
  name: "celery-monitoring",
  description: "Add a probe that tells whether the worker and beat are well, and error reports",
  prompts: [
    definePrompt({
      name: "errors",
      message: "Error reports",
      choices: [
        { value: "none", hint: "the log alone" },
        { value: "sentry", hint: "to Sentry, without arguments" },
      ],
      detect: ({ dependencies }) => (dependencies.versions.has("sentry-sdk") ? certain("sentry") : suggested("none")),
    }),
    targetPrompt,
    previewPrompt,
  ],
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
    const errors = answers.errors === "sentry" ? addErrors(context, app, celery) : NOTHING;

    const isNew = changes.changes.some(({ action }) => action !== "unchanged");
    return {
      generator: "celery-monitoring",
      target: app.target,
      answers,
      changes,
      manual: errors.manual,
      install: null,
      warnings: errors.warnings,
      next: isNew
        ? [...errors.next, "restart the worker and beat, then: python celery_probe.py live (or ready, or beat)"]
        : [],
    };
  },
});
