import type { Detection, Prompt } from "../../lib/contract/generator.ts";
import { previewPrompt } from "../../lib/contract/preview.ts";
import { findOwnStatus, type Project } from "../../lib/survey/index.ts";
import { targetPrompt } from "../common/target.ts";
import { checkPrefix, freePrefix, normalizePrefix } from "./prefix.ts";

/** The prompts of status-endpoint, in the order of the contract. */
export const statusPrompts: readonly Prompt[] = [
  {
    name: "urlPrefix",
    message: "Below which path do the routes live?",
    check: checkPrefix,
    normalize: normalizePrefix,
    detect(project) {
      const own = findOwnStatus(project)?.urlPrefix;
      return own ? { value: own, certain: true } : { value: freePrefix(project), certain: false };
    },
  },
  yesNo("cancel", "May a task be cancelled?", "DELETE asks it to stop", "tasks always run to their end"),
  yesNo(
    "stream",
    "A live stream of events?",
    "server-sent events; needs a server with threads",
    "clients ask again and again",
  ),
  yesNo("page", "A page with a progress bar?", "HTML, no build step, strict CSP", "only JSON"),
  previewPrompt,
  targetPrompt,
];

function yesNo(name: "cancel" | "stream" | "page", message: string, yes: string, no: string): Prompt {
  return {
    name,
    message,
    choices: [
      { value: "yes", hint: yes },
      { value: "no", hint: no },
    ],
    detect: (project) => detectPart(project, name),
  };
}

/** What an earlier run was told stays. */
function detectPart(project: Project, name: "cancel" | "stream" | "page"): Detection {
  const own = findOwnStatus(project);
  return own ? { value: own[name] ? "yes" : "no", certain: true } : { value: "yes", certain: false };
}
