import { previewPrompt } from "../../lib/contract/preview.ts";
import { certain, definePrompt, yesNo } from "../../lib/contract/prompt.ts";

/** Whose lines stand where both sides have changed the same ones. */
export const conflictsPrompt = definePrompt({
  name: "conflicts",
  message: "Where you and the pack have changed the same lines?",
  choices: [
    { value: "stop", hint: "show both sides and write nothing" },
    { value: "mine", hint: "keep your lines" },
    { value: "theirs", hint: "take the pack's lines" },
  ],
  detect: () => certain("stop"),
});

/** The prompts of celery-update. */
export const updatePrompts = [
  yesNo("check", "Only say whether an update is due?", { yes: "ends with 1 where one is", no: "carry it out" }, () =>
    certain("no"),
  ),
  conflictsPrompt,
  previewPrompt,
] as const;
