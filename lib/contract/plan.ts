import type { ChangeSet } from "../changes/change-set.ts";
import type { ManualStep } from "../changes/types.ts";
import type { InstallStep } from "../dependencies/types.ts";
import type { Answers, Prompt } from "./prompt.ts";

/** What a generator wants to do. Preview, commit and JSON output are made from this one object. */
export interface Plan {
  generator: string;
  /** `path/to/file.py:name`, or "" where there is none. */
  target: string;
  answers: Answers;
  changes: ChangeSet;
  manual: ManualStep[];
  install: InstallStep | null;
  /** Honest warnings, one line each. */
  warnings: string[];
  /** What to run now, one line each. */
  next: string[];
  /** Which rule made which edit, where rules made them. */
  made?: readonly { rule: string; why: string; at: readonly string[] }[];
  /** The run that celery-update makes again, where that is another generator's. */
  recordedAs?: { generator: string; prompts: readonly Prompt[]; answers: Answers };
}
