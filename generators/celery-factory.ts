import { defineGenerator } from "../lib/contract/generator.ts";
import { refuseOtherCelery } from "./common/existing.ts";
import { chooseApp } from "./common/target.ts";
import { planIntegration } from "./integration/index.ts";
import { integrationPrompts } from "./integration/prompts.ts";
import { makeNewApp } from "./integration/scaffold.ts";

/** Celery for an application factory, the way Flask's documentation recommends: https://flask.palletsprojects.com/en/stable/patterns/celery/ */
export const generator = defineGenerator({
  name: "celery-factory",
  description: "Put Celery into a Flask application that has an application factory",
  prompts: integrationPrompts("factory"),
  requires: (project, target) => refuseOtherCelery(project, "celery-factory", target),
  async plan(context, answers) {
    const app = chooseApp(context.project, answers.target, "factory");
    if (!app) return makeNewApp(context, "factory", answers);
    return planIntegration(context, { generator: "celery-factory", app, answers });
  },
});
