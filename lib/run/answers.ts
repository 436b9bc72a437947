/** Answers are settled and checked in this one place: command line, then a team's defaults, then what reading says. */
import type { Answers, Prompt } from "../contract/prompt.ts";
import { UserError } from "../errors/index.ts";
import { didYouMean } from "../errors/nearest.ts";
import type { Project } from "../survey/index.ts";

/** Answers by prompt name as they were given: unchecked, incomplete. Plop's `confirm` answers may be booleans. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

const longest = 500;

/**
 * Checks one value and brings it into its one form: the spelling of the choice, `yes`/`no` for `true`/`false`.
 *
 * @throws UserError `answer-invalid` or what the prompt's own check throws
 */
export function checkAnswer(prompt: Prompt, raw: string | boolean): string {
  const value = String(raw);
  const isYesNo = prompt.choices?.some((choice) => choice.value === "yes") === true;
  // What `--broker` alone is read as.
  if (value === "true" && !isYesNo) throw withoutValue(prompt);
  if (!prompt.choices || prompt.accepts?.(value)) return checkText(prompt, value);
  const wanted = isYesNo ? asYesNo(value) : value;
  const choice = prompt.choices.find((one) => one.value.toLowerCase() === wanted.toLowerCase());
  if (choice) return choice.value;
  const values = prompt.choices.map((one) => one.value);
  throw new UserError({
    code: "answer-invalid",
    what: `${prompt.name}: ${quote(value)} is not one of ${values.join(", ")}.${didYouMean(value, values)}`,
    why: `${prompt.name} has a closed set of values.`,
    fix: `Give --${prompt.name} one of: ${prompt.choices.map((one) => `${one.value} (${one.hint})`).join(", ")}.`,
  });
}

function withoutValue({ name, choices }: Prompt): UserError {
  return new UserError({
    code: "answer-invalid",
    what: `${name}: --${name} has no value.`,
    why: "The value stands behind the name.",
    fix: `Give --${name} ${choices ? `one of: ${choices.map(({ value }) => value).join(", ")}` : "<value>"}.`,
  });
}

function checkText(prompt: Prompt, value: string): string {
  const refuse = (why: string) => {
    throw new UserError({
      code: "answer-invalid",
      what: `${prompt.name}: ${quote(value)} can't be used.`,
      why,
      fix: `Give --${prompt.name} a plain value of one line.`,
    });
  };
  if (value.trim() === "") refuse("It is empty.");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be found
  if (/[\u0000-\u001f\u007f]/.test(value)) refuse("It has a line break or another control character.");
  if (value.includes("{{")) refuse("It has template marks ({{), which nothing here evaluates.");
  if (value.length > longest) refuse(`It has ${value.length} characters; ${longest} are the limit.`);
  prompt.check?.(value);
  return prompt.normalize?.(value) ?? value;
}

/**
 * Gives every prompt a value, in their order, since a later default may follow an earlier answer.
 *
 * @throws UserError that lists everything that is missing or wrong, at once
 */
export function settleAnswers(prompts: readonly Prompt[], project: Project, given: Given, defaults: Given): Answers {
  const problems: UserError[] = [];
  const answers: Record<string, string> = {};
  for (const prompt of prompts) {
    try {
      answers[prompt.name] = settleOne(prompt, project, answers, given[prompt.name] ?? defaults[prompt.name]);
    } catch (error) {
      // What follows from an answer that is missing is not worth a second complaint, whatever it is.
      if (error instanceof UserError && (problems.length === 0 || isOwnProblem(error))) problems.push(error);
      else if (problems.length === 0) throw error;
    }
  }
  if (problems.length > 0) throw joinProblems(problems);
  return answers;
}

function settleOne(prompt: Prompt, project: Project, answers: Answers, value: string | boolean | undefined): string {
  if (value !== undefined) return checkAnswer(prompt, value);
  const detection = prompt.detect(project, answers);
  if ("missing" in detection) throw missingAnswer(prompt, detection);
  return detection.value;
}

function missingAnswer(prompt: Prompt, detection: { missing: string; candidates?: readonly string[] }): UserError {
  const candidates = detection.candidates ?? [];
  return new UserError({
    code: "answer-missing",
    what: `${prompt.name}: ${detection.missing}`,
    why: "Reading the project could not answer it for certain, and nothing is asked without a terminal.",
    fix: `Give --${prompt.name} ${candidates.length ? "one of:" : "<value>."}`,
    details: candidates.map((candidate) => `  --${prompt.name} ${candidate}`),
  });
}

function isOwnProblem(error: UserError): boolean {
  return error.code === "answer-missing" || error.code === "answer-invalid" || error.code === "name-invalid";
}

function joinProblems(problems: readonly UserError[]): UserError {
  if (problems.length === 1) return problems[0]!;
  return new UserError({
    code: "answers-needed",
    what: `${problems.length} answers are missing or wrong: nothing was written.`,
    why: "Each of them is listed below.",
    fix: "Give them all on the command line, then run it again.",
    details: problems.flatMap((problem) => [problem.what, `  ${problem.fix}`, ...problem.details]),
  });
}

function asYesNo(value: string): string {
  if (/^(y|yes|true)$/i.test(value)) return "yes";
  if (/^(n|no|false)$/i.test(value)) return "no";
  return value;
}

function quote(value: string): string {
  // One that is malformed or cut off can't be masked: where its password ends is not known.
  const shown = value.replace(/:\/\/.*$/s, "://…");
  return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown);
}
