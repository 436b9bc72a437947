import type { Context } from "../lib/contract/context.ts";
import { defineGenerator } from "../lib/contract/generator.ts";
import type { Plan } from "../lib/contract/plan.ts";
import { previewPrompt } from "../lib/contract/preview.ts";
import type { Answers } from "../lib/contract/prompt.ts";
import { convert, type Ours } from "./adopt/convert.ts";
import { mend } from "./adopt/mend.ts";
import { howPrompt, requireSome } from "./adopt/prompts.ts";
import { appForTasks, targetPrompt } from "./common/target.ts";
import { entryModule } from "./integration/describe.ts";
import { planIntegration, type Wish } from "./integration/index.ts";
import { integrationPrompts } from "./integration/prompts.ts";

/** What celery-factory and celery-direct make; its prompts have answered for themselves. */
const ours: Ours = {
  entryModule,
  prompts: integrationPrompts,
  plan: (context, { answers, ...wish }) =>
    planIntegration(context, { ...wish, answers: answers as unknown as Wish["answers"] }),
};

/** Celery that somebody has put into an application before: mended where it stands, or turned into ours. */
export const generator = defineGenerator({
  name: "celery-adopt",
  description: "Take over the Celery integration that an application has: mend it, or convert it",
  prompts: [targetPrompt, howPrompt, previewPrompt],
  requires: requireSome,
  async plan(context, answers) {
    const app = appForTasks(context.project, answers.target);
    if (context.project.celery?.kind === "ours") return nothingToDo(context, app.target, answers);
    const plan = answers.how === "convert" ? await convert(context, app, ours) : mend(context, app);
    return { ...plan, generator: "celery-adopt", answers };
  },
});

/** What a second run finds. */
function nothingToDo({ changes }: Context, target: string, answers: Answers): Plan {
  const next = ["bring it up to date with celery-update"];
  return { generator: "celery-adopt", target, answers, changes, manual: [], install: null, warnings: [], next };
}
