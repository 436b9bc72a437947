import type { ChangeSet } from "../changes/change-set.ts";

/** A place that only the user can edit, with the exact text to paste. */
export interface ManualStep {
  path: string;
  /** 1-based. */
  line: number;
  snippet: string;
  why: string;
}

/** The command that installs what the change needs; never run through a shell. */
export interface InstallStep {
  /** Program and arguments. */
  command: readonly string[];
  /** Directory that it runs in, absolute. */
  cwd: string;
}

/** Answers after defaults have been applied: every prompt name has a value. */
export type Answers = Readonly<Record<string, string>>;

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
