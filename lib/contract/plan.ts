import type { ChangeSet } from "../changes/change-set.ts";
import type { ManualStep } from "../changes/types.ts";
import type { InstallStep } from "../dependencies/types.ts";
import type { Answers } from "./prompt.ts";

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
}
