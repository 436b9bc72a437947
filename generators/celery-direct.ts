import type { Generator, Prompt } from "../lib/contract/generator.ts";
import { refuseOtherCelery } from "./common/existing.ts";
import { chooseApp } from "./common/target.ts";
import { planIntegration } from "./integration/index.ts";
import { integrationPrompts } from "./integration/prompts.ts";
import { makeNewApp } from "./integration/scaffold.ts";

const mode: Prompt = {
  name: "mode",
  message: "How is the module used?",
  choices: [
    { value: "direct", hint: "imported: a module-level celery_app beside the app" },
    { value: "hybrid", hint: "imported through create_app() and run as a script" },
  ],
  detect: (project) => ({
    value: project.apps.some((app) => app.hybrid && app.kind === "factory") ? "hybrid" : "direct",
    certain: false,
  }),
};

/** Celery for `app = Flask(__name__)`: https://flask.palletsprojects.com/en/stable/api/#application-object */
export const generator: Generator = {
  name: "celery-direct",
  description: "Put Celery into a Flask application that stands at a module's top level",
  prompts: [mode, ...integrationPrompts("module")],
  async plan(project, answers, bench) {
    refuseOtherCelery(project, "celery-direct", answers.target);
    const app = chooseApp(project, answers.target!, "module", answers.mode);
    if (!app) return makeNewApp("module", project, answers, bench);
    return planIntegration("celery-direct", project, app, answers, bench);
  },
};
