import { definePrompt, suggested } from "./prompt.ts";

/** The last prompt of a generator that changes something, ready for a team's own. */
export const previewPrompt = definePrompt({
  name: "preview",
  message: "Write these changes?",
  choices: [
    { value: "no", hint: "write them, all or nothing" },
    { value: "diff", hint: "show the diff, write nothing" },
    { value: "json", hint: "the plan as one JSON object, write nothing" },
  ],
  detect: () => suggested("no"),
});
