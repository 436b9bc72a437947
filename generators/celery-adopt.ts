import { defineGenerator } from "../lib/contract/generator.ts";
import { previewPrompt } from "../lib/contract/preview.ts";
import { convert } from "./adopt/convert.ts";
import { mend } from "./adopt/mend.ts";
import { howPrompt, requireOther } from "./adopt/prompts.ts";
import { appForTasks, targetPrompt } from "./common/target.ts";

/** Celery that somebody has put into an application before: mended where it stands, or turned into ours. */
export const generator = defineGenerator({
  name: "celery-adopt",
  description: "Take over the Celery integration that an application has: mend it, or convert it",
  prompts: [targetPrompt, howPrompt, previewPrompt],
  requires: (project) => void requireOther(project),
  async plan(context, answers) {
    const app = appForTasks(context.project, answers.target);
    const plan = answers.how === "convert" ? await convert(context, app) : mend(context, app);
    return { ...plan, generator: "celery-adopt", answers };
  },
});
