import { definePrompt, suggested } from "../../lib/contract/prompt.ts";
import { UserError } from "../../lib/errors/index.ts";
import type { Project } from "../../lib/survey/index.ts";

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
 * There must be an integration; one of ours has nothing to take over, which is no error.
 *
 * @throws UserError `adopt-nothing`
 */
export function requireSome({ celery }: Project): void {
  if (celery) return;
  throw new UserError({
    code: "adopt-nothing",
    what: "There is nothing to take over; nothing was changed.",
    why: "no Celery integration was found",
    fix: "run celery-factory (or celery-direct) instead",
  });
}
