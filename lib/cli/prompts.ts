/** Our prompts as Plop's: bypassed on the command line, asked in a terminal only when reading left something open. */
import type { PlopGeneratorConfig } from "plop";
import type { Generator } from "../contract/generator.ts";
import type { Choice, Prompt } from "../contract/prompt.ts";
import { UserError } from "../errors/index.ts";
import { checkAnswer, type Given } from "../run/answers.ts";
import { explain } from "../run/explain.ts";
import type { Session } from "../run/session.ts";
import { countChanges, listChanges, listLeft, listNotes, refuseConflicts } from "../run/show.ts";
import { painter, terminal, writeLines } from "../run/terminal.ts";

export type PlopQuestions = Extract<PlopGeneratorConfig["prompts"], unknown[]>;

/** Name of the prompt type that offers candidates or takes free text. */
export const openPromptType = "flask-celery-candidates";

export interface PromptOptions {
  /** Whether anything may be asked at all. */
  interactive: boolean;
  /** Names of the prompts that the command line answers. */
  given: ReadonlySet<string>;
  /** A team's preset answers are not asked either. */
  preset: ReadonlySet<string>;
}

/**
 * Plop refuses to bypass a prompt whose `when` is a function, and asks every prompt without one. So a prompt that the
 * command line answers has none, one that can't be asked has `false`, and only the others have a function: it reads
 * the project when the first question comes up, which is never for a team that runs another generator.
 */
export function plopPrompts(generator: Generator, session: Session, options: PromptOptions): PlopQuestions {
  return generator.prompts.map((prompt) => {
    const asked = options.interactive && !options.preset.has(prompt.name);
    const when = asked ? (answers: Given) => mustAsk(prompt, session, answers) : false;
    const question = {
      type: prompt.choices ? "list" : openPromptType,
      name: prompt.name,
      message: prompt.message,
      help: helpLine(prompt),
      choices: prompt.choices ? prompt.choices.map(asPlopChoice) : candidatesOf(prompt, session),
      default: (answers: Given) => defaultOf(prompt, session, answers),
      // Plop's own checks of lists accept positions as values and say little; ours come with the run's other checks,
      // except in a terminal, where a wrong value is better told before the first question.
      bypass: (raw: string) => raw,
      ...(options.interactive ? { validate: (value: string) => problemOf(prompt, value) } : {}),
      ...(options.interactive && options.given.has(prompt.name) ? {} : { when }),
    };
    return (prompt.name === "preview" ? asLastQuestion(question, session) : question) as PlopQuestions[number];
  });
}

async function mustAsk(prompt: Prompt, session: Session, answers: Given): Promise<boolean> {
  return session.guard(async () => {
    if (prompt.name === "preview") return showPlan(session, answers);
    const detection = await session.detect(prompt, answers);
    return "missing" in detection || !detection.certain;
  });
}

async function defaultOf(prompt: Prompt, session: Session, answers: Given): Promise<string | undefined> {
  return session.guard(async () => {
    if (prompt.name === "preview") return "no";
    const detection = await session.detect(prompt, answers);
    return "missing" in detection ? undefined : detection.value;
  });
}

function candidatesOf(prompt: Prompt, session: Session): (answers: Given) => Promise<string[]> {
  return (answers) =>
    session.guard(async () => {
      const detection = await session.detect(prompt, answers);
      return "missing" in detection ? [...(detection.candidates ?? [])] : [];
    });
}

/** Shows what would be written; there is nothing to confirm when that is nothing. */
async function showPlan(session: Session, answers: Given): Promise<boolean> {
  const plan = await session.plan(answers);
  refuseConflicts(plan);
  const { changes } = plan.changes;
  if (changes.every((change) => change.action === "unchanged")) return false;
  const paint = painter(terminal.out);
  const lines = [
    countChanges(changes, false),
    listChanges(changes, paint, false),
    listLeft(plan, paint),
    listNotes({ ...plan, next: [] }, paint),
  ];
  await writeLines(terminal.out, `\n${lines.filter(Boolean).join("\n")}\n`);
  return true;
}

/** In a terminal the choice of a preview is the confirmation. */
function asLastQuestion<T extends { message: unknown; choices: unknown }>(question: T, session: Session): T {
  const message = async (answers: Given) => {
    const { changes } = (await session.plan(answers)).changes;
    const count = changes.filter((change) => change.action !== "unchanged").length;
    return count === 1 ? "Write this change?" : `Write these ${count} changes?`;
  };
  const choices = [
    { name: "yes, write them all", value: "no", short: "yes" },
    { name: "show the diff, write nothing", value: "diff", short: "show the diff" },
    { name: "show the plan as JSON, write nothing", value: "json", short: "show the plan" },
  ];
  return { ...question, message, choices };
}

function asPlopChoice({ value, hint }: Choice): { name: string; value: string; short: string } {
  return { name: hint ? `${value} — ${hint}` : value, value, short: value };
}

function helpLine({ message, choices }: Prompt): string {
  return choices ? `${message} (${choices.map((choice) => choice.value).join(" · ")})` : message;
}

function problemOf(prompt: Prompt, value: string): true | string {
  try {
    checkAnswer(prompt, value);
    return true;
  } catch (error) {
    if (error instanceof UserError) return explain(error);
    throw error;
  }
}
