import { defineGenerator } from "../lib/contract/generator.ts";
import { definePrompt, suggested } from "../lib/contract/prompt.ts";
import { refuseOtherCelery } from "./common/existing.ts";
import { chooseApp } from "./common/target.ts";
import { planIntegration } from "./integration/index.ts";
import { integrationPrompts } from "./integration/prompts.ts";
import { makeNewApp } from "./integration/scaffold.ts";

const mode = definePrompt({
  name: "mode",
  message: "How is the module used?",
  choices: [
    { value: "direct", hint: "imported: a module-level celery_app beside the app" },
    { value: "hybrid", hint: "imported through create_app() and run as a script" },
  ],
  detect: (project) =>
    suggested(project.apps.some((app) => app.hybrid && app.kind === "factory") ? "hybrid" : "direct"),
});

/** Celery for `app = Flask(__name__)`: https://flask.palletsprojects.com/en/stable/api/#application-object */
export const generator = defineGenerator({
  name: "celery-direct",
  description: "Put Celery into a Flask application that stands at a module's top level",
  prompts: [mode, ...integrationPrompts("module")],
  requires: (project, target) => refuseOtherCelery(project, "celery-direct", target),
  async plan(context, answers) {
    const app = chooseApp(context.project, answers.target, "module", answers.mode);
    if (!app) return makeNewApp(context, "module", answers);
    return planIntegration(context, { generator: "celery-direct", app, answers });
  },
});
