import type { Project } from "../survey/index.ts";
import type { Context } from "./context.ts";
import type { Plan } from "./plan.ts";
import type { AnswersOf, Prompt } from "./prompt.ts";

/** What a checklist ended with. */
export interface Verification {
  passed: boolean;
  /** Lines for people, already complete: one per check. */
  text: string;
  /** The same for programs: printed by `report json` as one object. */
  json: unknown;
}

interface Described<P extends readonly Prompt[]> {
  name: string;
  description: string;
  prompts: P;
  /** Called before anything is asked: throws a UserError where no answer could help. `target` is the application that was asked for, if any. */
  requires?(project: Project, target?: string): void;
}

/** A generator that changes something. */
export interface ChangingGenerator<P extends readonly Prompt[] = readonly Prompt[]> extends Described<P> {
  /** Reads only: everything that it wants is in the plan. `answers` is complete. */
  plan(context: Context, answers: AnswersOf<P>): Promise<Plan>;
}

/** A generator that checks instead. */
export interface CheckingGenerator<P extends readonly Prompt[] = readonly Prompt[]> extends Described<P> {
  /** Called before the project is read: starts what verify() will need in any case. Gives back what ends it. */
  begin?(root: string): Promise<() => void>;
  /** `progress` shows one line while a check runs. */
  verify(project: Project, answers: AnswersOf<P>, progress: (line: string) => void): Promise<Verification>;
}

/** One generator: each file in generators/ exports one of these as `generator`. */
export type Generator = ChangingGenerator | CheckingGenerator;

/** The answers that a caller may give to a generator; what is left out is read from the project. */
export type GivenTo<G extends Generator> = Partial<AnswersOf<G["prompts"]>>;

/** Declares a generator, whose `plan` or `verify` gets each answer with the type of its prompt. */
export function defineGenerator<const P extends readonly Prompt[]>(
  generator: ChangingGenerator<P>,
): ChangingGenerator<P>;
export function defineGenerator<const P extends readonly Prompt[]>(
  generator: CheckingGenerator<P>,
): CheckingGenerator<P>;
export function defineGenerator(generator: Generator): Generator {
  return generator;
}

/** Whether a generator checks instead of changing something. */
export function isChecking(generator: Generator): generator is CheckingGenerator {
  return "verify" in generator;
}
