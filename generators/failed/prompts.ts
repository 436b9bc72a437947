import { previewPrompt } from "../../lib/contract/preview.ts";
import { type AnswersOf, certain, definePrompt, suggested, yesNo } from "../../lib/contract/prompt.ts";
import { findOwnFailed } from "../../lib/survey/index.ts";
import { urlPrefixPrompt } from "../common/prefix.ts";
import { targetPrompt } from "../common/target.ts";
import { hasDatabase } from "./store.ts";

/** Below which path the routes live, where the application has none there. */
export const FAILED_PREFIXES = ["/failed-tasks", "/celery-failed-tasks"];

/** The prompts of failed-tasks; what an earlier run was told stays. */
export const failedPrompts = [
  definePrompt({
    name: "store",
    message: "Where are failed tasks kept?",
    choices: [
      { value: "database", hint: "a table beside the application's own" },
      { value: "redis", hint: "where results are, or FAILED_TASKS_URL" },
    ],
    detect(project) {
      const own = findOwnFailed(project);
      return own ? certain(own.store) : suggested(hasDatabase(project) ? "database" : "redis");
    },
  }),
  urlPrefixPrompt(FAILED_PREFIXES, (project) => findOwnFailed(project)?.urlPrefix),
  yesNo(
    "page",
    "A page for operators?",
    { yes: "HTML, no build step, strict CSP", no: "JSON and the command" },
    (project) => {
      const own = findOwnFailed(project);
      return own ? certain(own.page ? "yes" : "no") : suggested("yes");
    },
  ),
  targetPrompt,
  previewPrompt,
] as const;

/** The answers to them. */
export type FailedAnswers = AnswersOf<typeof failedPrompts>;
