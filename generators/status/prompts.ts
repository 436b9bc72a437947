import { previewPrompt } from "../../lib/contract/preview.ts";
import { type AnswersOf, certain, type Detection, suggested, yesNo } from "../../lib/contract/prompt.ts";
import { findOwnStatus, type Project } from "../../lib/survey/index.ts";
import { urlPrefixPrompt } from "../common/prefix.ts";
import { targetPrompt } from "../common/target.ts";

/** Below which path the routes live, where the application has none there. */
export const STATUS_PREFIXES = ["/tasks", "/task-status", "/background-tasks", "/celery-task-status"];

/** The prompts of status-endpoint, in the order of the contract. */
export const statusPrompts = [
  urlPrefixPrompt(STATUS_PREFIXES, (project) => findOwnStatus(project)?.urlPrefix),
  yesNo(
    "cancel",
    "May a task be cancelled?",
    { yes: "DELETE asks it to stop", no: "tasks always run to their end" },
    (project) => detectPart(project, "cancel"),
  ),
  yesNo(
    "stream",
    "A live stream of events?",
    { yes: "server-sent events; needs a server with threads", no: "clients ask again and again" },
    (project) => detectPart(project, "stream"),
  ),
  yesNo("page", "A page with a progress bar?", { yes: "HTML, no build step, strict CSP", no: "only JSON" }, (project) =>
    detectPart(project, "page"),
  ),
  previewPrompt,
  targetPrompt,
] as const;

/** The answers to them. */
export type StatusAnswers = AnswersOf<typeof statusPrompts>;

/** What an earlier run was told stays. */
function detectPart(project: Project, name: "cancel" | "stream" | "page"): Detection<"yes" | "no"> {
  const own = findOwnStatus(project);
  return own ? certain(own[name] ? "yes" : "no") : suggested("yes");
}
