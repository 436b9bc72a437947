import { previewPrompt } from "../../lib/contract/preview.ts";
import { type Answers, certain, type Prompt, suggested, yesNo } from "../../lib/contract/prompt.ts";
import { RECORD, readRecord } from "../../lib/contract/record.ts";
import type { Project } from "../../lib/survey/index.ts";
import { conflictsPrompt } from "../common/merge.ts";
import { targetPrompt } from "../common/target.ts";

/** The prompts of celery-setup. `broker` and `results` are those of the integration: what is not given stays as it is. */
export function setupPrompts<Broker extends Prompt, Results extends Prompt>(broker: Broker, results: Results) {
  return [
    { ...broker, detect: recorded(broker) } as Broker,
    { ...results, detect: recorded(results) } as Results,
    yesNo(
      "compose",
      "A compose file with the broker, worker and beat?",
      { yes: "compose.celery.yaml", no: "none" },
      () => suggested("no"),
    ),
    yesNo("procfile", "Lines for worker and beat in a Procfile?", { yes: "what a platform starts", no: "none" }, () =>
      suggested("no"),
    ),
    targetPrompt,
    conflictsPrompt,
    previewPrompt,
  ] as const;
}

/** What an earlier run was told; else what reading says. */
function recorded({ name, detect }: Prompt): Prompt["detect"] {
  return (project: Project, answers: Answers) => {
    const value = readRecord(project.read(RECORD)).find((run) => name in run.answers && "config" in run.answers)
      ?.answers[name];
    return value === undefined ? detect(project, answers) : certain(value);
  };
}

/** What reading says of servers that no run of ours has set up. */
export function detected(project: Project, prompts: readonly Prompt[]): Answers {
  const found: Record<string, string> = {};
  for (const { name, detect } of prompts) {
    const detection = detect(project, found);
    if ("value" in detection) found[name] = detection.value;
  }
  return found;
}
