import { definePrompt, suggested } from "../../lib/contract/prompt.ts";
import { UserError } from "../../lib/errors/index.ts";
import type { CeleryUse, Project } from "../../lib/survey/index.ts";

/** How far an integration is changed. */
export const howPrompt = definePrompt({
  name: "how",
  message: "How is it taken over?",
  choices: [
    { value: "mend", hint: "the smallest edits that make it sound" },
    { value: "convert", hint: "it becomes what celery-factory makes" },
  ],
  detect: () => suggested("mend"),
});

/**
 * The integration of somebody else that is taken over.
 *
 * @throws UserError `adopt-nothing`
 */
export function requireOther({ celery }: Project): CeleryUse {
  if (celery && celery.kind !== "ours") return celery;
  throw new UserError({
    code: "adopt-nothing",
    what: "There is nothing to take over; nothing was changed.",
    why: celery ? "the Celery integration here is one of ours" : "no Celery integration was found",
    fix: celery ? "bring it up to date with celery-update" : "run celery-factory (or celery-direct) instead",
  });
}
