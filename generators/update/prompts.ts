import { previewPrompt } from "../../lib/contract/preview.ts";
import { certain, yesNo } from "../../lib/contract/prompt.ts";
import { conflictsPrompt } from "../common/merge.ts";

/** The prompts of celery-update. */
export const updatePrompts = [
  yesNo("check", "Only say whether an update is due?", { yes: "ends with 1 where one is", no: "carry it out" }, () =>
    certain("no"),
  ),
  conflictsPrompt,
  previewPrompt,
] as const;
