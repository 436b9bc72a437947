/** What the questions of one run share: the project is read once, when the first question comes up. Until then nothing is loaded. */
import type { Generator } from "../contract/generator.ts";
import type { Plan } from "../contract/plan.ts";
import type { Answers, Detection, Prompt } from "../contract/prompt.ts";
import type { Project } from "../survey/index.ts";
import { type Given, settleAnswers } from "./answers.ts";
import { checkDest } from "./dest.ts";
import type { Stages } from "./stages.ts";
import { expectAnswer } from "./terminal.ts";

export interface SessionOptions {
  root: () => string;
  defaults: Given;
  partials: Readonly<Record<string, string>>;
  force: boolean;
  stages: Stages;
  /** Turns what a question ended with into what Plop prints. */
  explained: (error: unknown) => Error;
}

export class Session {
  readonly #generator: Generator;
  readonly #options: SessionOptions;
  #project: Promise<Project> | null = null;
  #answered: (() => void) | null = null;

  constructor(generator: Generator, options: SessionOptions) {
    this.#generator = generator;
    this.#options = options;
  }

  /** Reads the project at the first call. From then on, input that ends is an error. */
  project(): Promise<Project> {
    this.#answered ??= expectAnswer();
    this.#project ??= this.#open();
    return this.#project;
  }

  async #open(): Promise<Project> {
    const { openProject } = await import("./run.ts");
    const project = await openProject(checkDest(this.#options.root()), this.#options.stages);
    this.#generator.requires?.(project);
    return project;
  }

  /** What is known about a prompt, when `known` holds what was given and asked so far. */
  async detect(prompt: Prompt, known: Given): Promise<Detection> {
    const project = await this.project();
    const { prompts } = this.#generator;
    const before = prompts.slice(0, prompts.indexOf(prompt));
    return prompt.detect(project, settleAnswers(before, project, known, this.#options.defaults));
  }

  /** The plan that these answers lead to. Reads only. */
  async plan(known: Given): Promise<Plan> {
    const project = await this.project();
    const { makePlan } = await import("./run.ts");
    const answers: Answers = settleAnswers(
      this.#generator.prompts,
      project,
      { preview: "no", ...known },
      this.#options.defaults,
    );
    return makePlan(this.#generator, project, answers, this.#options);
  }

  /** Plop prints the message of what is thrown here and ends with 1. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#options.explained(error);
    }
  }

  /** Hands the project over to the run, and forgets it: another run reads anew. */
  async close(): Promise<Project | undefined> {
    const project = this.#project;
    this.#answered?.();
    this.#answered = null;
    this.#project = null;
    return project ?? undefined;
  }
}
