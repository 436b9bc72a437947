import type { ChangeSet } from "../changes/change-set.ts";
import type { Project } from "../survey/index.ts";
import type { Templates } from "../templates/render.ts";
import type { Answers, Plan } from "./plan.ts";

/** What reading the project says about one prompt. */
export type Detection =
  /** `certain`: reading answered it, so it is not asked. Otherwise `value` is the default of the question. */
  | { value: string; certain: boolean }
  /** Reading can't answer: without a terminal this is an error that lists `candidates`. */
  | { missing: string; candidates?: readonly string[] };

export interface Choice {
  value: string;
  /** A few words that a terminal shows beside the value. */
  hint: string;
}

/** One prompt of a generator. All values are strings; yes/no prompts have those two choices. */
export interface Prompt {
  name: string;
  message: string;
  /** The closed set of values; free text when left out. */
  choices?: readonly Choice[];
  /** Values outside `choices` that are welcome too, such as a broker's URL. */
  accepts?(value: string): boolean;
  /** Reads the project; `answers` holds what earlier prompts have settled. */
  detect(project: Project, answers: Answers): Detection;
  /** Bad input: throws a UserError. */
  check?(value: string): void;
  /** Brings a checked value of free text into its one form, e.g. snake_case; may throw a UserError itself. */
  normalize?(value: string): string;
}

/** What the flow gives to plan(), so that a generator neither loads heavy modules itself nor knows of --force. */
export interface Workbench {
  /** Empty; reads through the project, and overwrites conflicts when --force was given. */
  readonly changes: ChangeSet;
  /** The pack's templates, with the partials that a team has replaced. */
  readonly templates: Templates;
  readonly force: boolean;
}

/** What a checklist ended with. */
export interface Verification {
  passed: boolean;
  /** Lines for people, already complete: one per check. */
  text: string;
  /** The same for programs: printed by `report json` as one object. */
  json: unknown;
}

/** One generator: each file in generators/ exports one of these as `generator`. */
export interface Generator {
  name: string;
  description: string;
  prompts: readonly Prompt[];
  /** Reads only: everything that it wants is in the plan. `answers` is complete. */
  plan?(project: Project, answers: Answers, bench: Workbench): Promise<Plan>;
  /** Called before the project is read: starts what verify() will need in any case. Gives back what ends it. */
  begin?(root: string): Promise<() => void>;
  /** A generator that checks instead of changing has this and no plan(). `progress` shows one line while a check runs. */
  verify?(project: Project, answers: Answers, progress: (line: string) => void): Promise<Verification>;
}
