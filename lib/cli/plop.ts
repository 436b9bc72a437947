/** What the plopfile registers: one generator each, and the action type that runs them. */
import type { NodePlopAPI } from "plop";
import type { Generator } from "../contract/generator.ts";
import type { Plan } from "../contract/plan.ts";
import { UserError } from "../errors/index.ts";
import { didYouMean } from "../errors/nearest.ts";
import { checkAnswer, type Given } from "../run/answers.ts";
import { explained } from "../run/explain.ts";
import { Session } from "../run/session.ts";
import { type Stages, stages } from "../run/stages.ts";
import { isInteractive, terminal } from "../run/terminal.ts";
import { verifier } from "../run/verifier.ts";
import { type CommandLine, givenOn, ownCommand, readPlopCommand } from "./command-line.ts";
import { canVerify, offerVerify } from "./offer.ts";
import { openPromptType, plopPrompts } from "./prompts.ts";

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
  checkConfig(config);
  const { prefix = "", partials = {} } = config;
  const defaults = checkDefaults(generators, config.defaults ?? {});
  const line = readPlopCommand();
  // Plop gives --force to the plopfile that it reads itself, not to a pack that this one loads.
  const force = line.force || config.force === true;
  const rename = prefixer(prefix, generators);
  const sessions = new Map<string, Session>();
  registerOpenPrompt(plop);

  for (const generator of generators) {
    const preset = defaults.get(generator.name) ?? {};
    const name = `${prefix}${generator.name}`;
    const names = generator.prompts.map((prompt) => prompt.name);
    const session = new Session(generator, {
      root: () => {
        refuseMisplaced(line, name, names);
        return plop.getDestBasePath();
      },
      defaults: preset,
      partials,
      force,
      stages: use,
      explained: (error) => explained(error, rename),
    });
    sessions.set(generator.name, session);
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
  const typed = process.env[ownCommand] ?? "npx plop";
  const verifyCommand = checker ? { verifyCommand: `${typed} ${prefix}${verifier}` } : {};

  const run = async (generator: Generator, given: Given, overwrite: boolean, api: NodePlopAPI): Promise<string> => {
    refuseMisplaced(
      line,
      `${prefix}${generator.name}`,
      generator.prompts.map((prompt) => prompt.name),
    );
    const project = await sessions.get(generator.name)!.close();
    const afterwards = async (plan: Plan) => {
      if (project && checker && (await canVerify(project)))
        await offerVerify(api, () => run(checker, { target: plan.target || undefined }, false, api));
    };
    const { runGenerator } = await import("../run/run.ts");
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
      throw explained(error, rename);
    }
  });
}

/** What our messages call `celery-factory` is `acme-celery-factory` to a team that has chosen that prefix. */
function prefixer(prefix: string, generators: readonly Generator[]): (text: string) => string {
  const names = generators.map(({ name }) => name).join("|");
  const named = new RegExp(`(?<![\\w/-])(?:${names})(?![\\w/-])`, "g");
  return (text) => (prefix === "" ? text : text.replace(named, (name) => `${prefix}${name}`));
}

/** Before `--`, Plop takes `--preview diff` for an option that it does not know and the next answer. */
function refuseMisplaced(line: CommandLine, name: string, prompts: readonly string[]): void {
  const misplaced = line.words[0] === name ? line.options.filter((option) => prompts.includes(option)) : [];
  if (misplaced.length === 0) return;
  const shown = misplaced.map((option) => `--${option}`).join(", ");
  throw new UserError({
    code: "answer-misplaced",
    what: `${shown} must stand after a --: nothing was written.`,
    why: "Plop takes what stands before it for options of its own.",
    fix: `Put -- first: npx plop ${name} -- ${shown.replace(/,.*/, "")} <value>`,
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

/** Plop may hand over more than we know; what looks like a mistyped name of ours is one. */
function checkConfig(config: PackConfig): void {
  const known = ["prefix", "defaults", "partials", "destBasePath", "force"];
  const wrong = Object.keys(config).find((key) => !known.includes(key) && didYouMean(key, known));
  if (wrong === undefined) return;
  throw new UserError({
    code: "load-option-unknown",
    what: `plop.load(): there is no option "${wrong}".${didYouMean(wrong, known)}`,
    why: "It would have no effect.",
    fix: "Use one of: prefix, defaults, partials.",
  });
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
    why: "Presets of plop.load() are answers by prompt name, as text, also below a generator's name without its prefix.",
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
