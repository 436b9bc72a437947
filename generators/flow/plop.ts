/** What the plopfile registers: one generator each, and the action type that runs them. */
import type { NodePlopAPI } from "plop";
import { UserError } from "../errors/index.ts";
import { didYouMean } from "../errors/nearest.ts";
import { checkAnswer, type Given } from "./answers.ts";
import { givenOn, readPlopCommand } from "./command-line.ts";
import { explained } from "./explain.ts";
import type { Generator } from "./generator.ts";
import { offerVerify, verifier } from "./offer.ts";
import type { Plan } from "./plan.ts";
import { openPromptType, plopPrompts } from "./prompts.ts";
import { runGenerator } from "./run.ts";
import { Session } from "./session.ts";
import { type Stages, stages } from "./stages.ts";
import { isInteractive, terminal } from "./terminal.ts";

/** Second argument of `plop.load("plop-pack-flask-celery", config)`. */
export interface PackConfig {
  /** Put before each generator's name, as it is: `acme-` makes `acme-celery-factory`. */
  prefix?: string;
  /** Preset answers by prompt name, for every generator that has the prompt, or below a generator's name for that one. */
  defaults?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** Partial name → Handlebars text that replaces ours. */
  partials?: Readonly<Record<string, string>>;
  /** Set by Plop: `--dest`, or the folder of the plopfile that loads the pack. */
  destBasePath?: string;
  force?: boolean;
}

/** The action type: `{ type: "flask-celery", generator: "celery-factory", answers: { … } }`; without `answers`, Plop's. */
export const actionType = "flask-celery";

interface ActionConfig {
  generator?: string;
  answers?: Given;
  force?: boolean;
}

/** Registers every generator and the action type. Reads no project: loading the pack costs a team nothing. */
export function registerGenerators(
  plop: NodePlopAPI,
  generators: readonly Generator[],
  config: PackConfig = {},
  use: Stages = stages,
): void {
  const { prefix = "", partials = {} } = config;
  const defaults = checkDefaults(generators, config.defaults ?? {});
  const line = readPlopCommand();
  // Plop gives --force to the plopfile that it reads itself, not to a pack that this one loads.
  const force = line.force || config.force === true;
  const sessions = new Map<string, Session>();
  registerOpenPrompt(plop);

  for (const generator of generators) {
    const preset = defaults.get(generator.name) ?? {};
    const session = new Session(generator, {
      root: () => plop.getDestBasePath(),
      defaults: preset,
      partials,
      force,
      stages: use,
    });
    sessions.set(generator.name, session);
    const name = `${prefix}${generator.name}`;
    const names = generator.prompts.map((prompt) => prompt.name);
    plop.setGenerator(name, {
      description: generator.description,
      prompts: plopPrompts(generator, session, {
        interactive: isInteractive(),
        given: new Set(givenOn(line, name, names).keys()),
        preset: new Set(Object.keys(preset)),
      }),
      actions: [{ type: actionType, generator: generator.name } as { type: string }],
    });
  }

  const checker = generators.find((generator) => generator.name === verifier);
  const verifyCommand = checker ? { verifyCommand: `npx plop ${prefix}${verifier}` } : {};

  const run = async (generator: Generator, given: Given, overwrite: boolean, api: NodePlopAPI): Promise<string> => {
    const project = await sessions.get(generator.name)!.close();
    const afterwards = async (plan: Plan) => {
      if (project && checker)
        await offerVerify(api, () => run(checker, { target: plan.target || undefined }, false, api));
    };
    const outcome = await runGenerator(generator, {
      root: api.getDestBasePath(),
      given: pick(given, generator),
      defaults: defaults.get(generator.name) ?? {},
      partials,
      force: overwrite,
      stages: use,
      afterwards,
      ...verifyCommand,
      ...(project ? { project } : {}),
    });
    return outcome.summary;
  };

  plop.setActionType(actionType, async (data, action, api) => {
    const { generator: wanted = "", answers, force: forced } = action as ActionConfig;
    const generator = generators.find((one) => one.name === wanted || `${prefix}${one.name}` === wanted);
    if (!generator) throw new Error(`There is no generator "${wanted}".${didYouMean(wanted, [...sessions.keys()])}`);
    try {
      await stopSpinner();
      return await run(generator, answers ?? (data as Given), force || forced === true, api);
    } catch (error) {
      throw explained(error);
    }
  });
}

/** Plop's spinner would turn over what we write in a terminal. Plop ends it a second time without harm. */
async function stopSpinner(): Promise<void> {
  if (!terminal.err.isTTY) return;
  const { progressSpinner } = (await import("plop")) as { progressSpinner?: { stop(): unknown } };
  progressSpinner?.stop();
}

/** Only answers to this generator's prompts: a team's action list has data of its own. */
function pick(data: Given, generator: Generator): Given {
  return Object.fromEntries(generator.prompts.map(({ name }) => [name, data[name]]));
}

/** Preset answers per generator, checked when the pack is loaded: a typing mistake shall not wait for its victim. */
function checkDefaults(
  generators: readonly Generator[],
  defaults: NonNullable<PackConfig["defaults"]>,
): Map<string, Record<string, string>> {
  const perGenerator = new Map<string, Record<string, string>>(generators.map(({ name }) => [name, {}]));
  for (const [key, value] of Object.entries(defaults)) {
    const named = generators.find((generator) => generator.name === key);
    const entries = named && typeof value === "object" ? Object.entries(value) : [[key, value] as const];
    const among = named ? [named] : generators;
    for (const [name, preset] of entries) {
      const having = among.flatMap((generator) => {
        const prompt = generator.prompts.find((one) => one.name === name);
        return prompt ? [{ generator, prompt }] : [];
      });
      if (having.length === 0 || typeof preset !== "string") throw unknownDefault(name, among);
      for (const { generator, prompt } of having) {
        perGenerator.get(generator.name)![name] = checkAnswer(prompt, preset);
      }
    }
  }
  return perGenerator;
}

function unknownDefault(name: string, generators: readonly Generator[]): UserError {
  const names = [...new Set(generators.flatMap((generator) => generator.prompts.map((prompt) => prompt.name)))];
  return new UserError({
    code: "defaults-unknown",
    what: `defaults: there is no prompt "${name}".${didYouMean(name, names)}`,
    why: "Presets of plop.load() are answers by prompt name, as text.",
    fix: `Use one of: ${names.join(", ")}.`,
  });
}

interface InquirerPrompt {
  run(): Promise<string>;
}
type InquirerPromptClass = new (question: object, ...rest: unknown[]) => InquirerPrompt;
interface WithInquirer {
  inquirer: { prompt: { prompts: Record<string, InquirerPromptClass> } };
}

/** A prompt that offers what was found, or else takes free text. */
function registerOpenPrompt(plop: NodePlopAPI): void {
  const { prompts } = (plop as unknown as WithInquirer).inquirer.prompt;
  const other = "another one: type it";
  class CandidatesPrompt {
    readonly #ask: () => Promise<string>;
    constructor(question: { choices?: unknown[] }, ...rest: unknown[]) {
      const { choices = [], ...open } = question;
      const type = () => new prompts.input!(open, ...rest).run();
      this.#ask = async () => {
        if (choices.length === 0) return type();
        const answer = await new prompts.list!({ ...question, choices: [...choices, other] }, ...rest).run();
        return answer === other ? type() : answer;
      };
    }
    run(): Promise<string> {
      return this.#ask();
    }
  }
  (plop.setPrompt as unknown as (name: string, prompt: unknown) => void)(openPromptType, CandidatesPrompt);
}
