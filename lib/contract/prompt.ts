import type { Project } from "../survey/index.ts";

/** Answers of any generator: every prompt that was settled so far has a value. */
export type Answers = Readonly<Record<string, string>>;

/** What reading the project says about one prompt. */
export type Detection<Value extends string = string> =
  /** `certain`: reading answered it, so it is not asked. Otherwise `value` is the default of the question. */
  | { value: Value; certain: boolean }
  /** Reading can't answer: without a terminal this is an error that lists `candidates`. */
  | { missing: string; candidates?: readonly string[] };

export interface Choice<Value extends string = string> {
  value: Value;
  /** A few words that a terminal shows beside the value. */
  hint: string;
}

/**
 * One prompt of a generator. All values are strings; yes/no prompts have those two choices. `Value` is what a plan gets: the
 * choices, or any string; `Other` is what `accepts` lets in beside the choices.
 */
export interface Prompt<Name extends string = string, Value extends string = string, Other extends string = string> {
  name: Name;
  message: string;
  /** The closed set of values; free text when left out. */
  choices?: readonly Choice<Value>[];
  /** Values outside `choices` that are welcome too, such as a broker's URL. */
  accepts?(value: string): value is Other;
  /** Reads the project; `answers` holds what earlier prompts have settled. */
  detect(project: Project, answers: Answers): Detection<NoInfer<Value> | NoInfer<Other>>;
  /** Bad input: throws a UserError. */
  check?(value: string): void;
  /** Brings a checked value of free text into its one form, e.g. snake_case; may throw a UserError itself. */
  normalize?(value: string): string;
  /** What of an answer is recorded in the project, where all of it might be a secret. */
  keep?(value: string): string;
}

type AnswerTo<P> = P extends Prompt<string, infer Value, infer Other> ? Value | Other : never;

/** What the answers to these prompts are: a value for each name. */
export type AnswersOf<P extends readonly Prompt[]> = {
  readonly [Name in P[number]["name"]]: AnswerTo<Extract<P[number], { name: Name }>>;
};

/** Declares a prompt, so that a plan knows its name and its values. */
export function definePrompt<const Name extends string, const Value extends string, Other extends string>(
  prompt: Prompt<Name, Value, Other> & Required<Pick<Prompt<Name, Value, Other>, "accepts">>,
): Prompt<Name, Value, Other>;
export function definePrompt<const Name extends string, const Value extends string = string>(
  prompt: Prompt<Name, Value, never>,
): Prompt<Name, Value, never>;
export function definePrompt(prompt: Prompt): Prompt {
  return prompt;
}

/** Reading answered it. */
export const certain = <const Value extends string>(value: Value): Detection<Value> => ({ value, certain: true });
/** A default that a person may want to change. */
export const suggested = <const Value extends string>(value: Value): Detection<Value> => ({ value, certain: false });

/** A prompt that is answered with yes or no; each has a hint of a few words. */
export function yesNo<const Name extends string>(
  name: Name,
  message: string,
  hints: { yes: string; no: string },
  detect: Prompt<Name, "yes" | "no", never>["detect"],
): Prompt<Name, "yes" | "no", never> {
  const choices: Choice<"yes" | "no">[] = [
    { value: "yes", hint: hints.yes },
    { value: "no", hint: hints.no },
  ];
  return { name, message, choices, detect };
}
