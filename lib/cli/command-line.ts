/** The command line as Plop 4 reads it, so that what is known when the plopfile loads agrees with what Plop does later. */
import { parseArgs } from "node:util";

/** Environment variable with our own command, which runs Plop inside; under Plop itself it is not set. */
export const ownCommand = "PLOP_PACK_FLASK_CELERY_COMMAND";

/** What a command line says about generators. */
export interface CommandLine {
  /** Positional words: the generator's name, then answers in the order of its prompts. */
  words: readonly string[];
  /** Named answers, given after `--`. */
  named: Readonly<Record<string, string>>;
  /** Names of the options before `--`, Plop's own and others. */
  options: readonly string[];
  force: boolean;
}

/** Plop's own options: they take part in telling positional words from values. */
const plopOptions = {
  cwd: { type: "string" },
  preload: { type: "string", multiple: true },
  plopfile: { type: "string" },
  completion: { type: "string" },
  progress: { type: "boolean" },
  dest: { type: "string" },
  force: { type: "boolean", short: "f" },
  "show-type-names": { type: "boolean", short: "t" },
  help: { type: "boolean", short: "h" },
  init: { type: "boolean", short: "i" },
  "init-ts": { type: "boolean" },
  version: { type: "boolean", short: "v" },
} as const;

/** Reads `plop <name> [answers] [options] -- [--prompt value]…` (arguments without node and script). */
export function readPlopCommand(args: readonly string[] = process.argv.slice(2)): CommandLine {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  const after = end === -1 ? [] : args.slice(end + 1);
  const { values, positionals } = parseArgs({
    args: [...before],
    options: plopOptions,
    strict: false,
    allowPositionals: true,
  });
  return {
    words: positionals,
    named: readNamed(after).named,
    options: Object.keys(values),
    force: values.force === true,
  };
}

/** Reads `--name value`, `--name=value`, and `--name` alone as "true"; everything else is a positional word. */
export function readNamed(args: readonly string[]): { named: Record<string, string>; words: string[] } {
  const named: Record<string, string> = {};
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index]!;
    const match = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(word);
    if (!match) words.push(word);
    else if (match[2] !== undefined) named[match[1]!] = match[2];
    else if (args[index + 1] !== undefined && !args[index + 1]!.startsWith("-")) named[match[1]!] = args[++index]!;
    else named[match[1]!] = "true";
  }
  return { named, words };
}

/** Whether a value means "not given", as Plop's placeholder `_` does. */
export function isPlaceholder(value: string | undefined): boolean {
  return value === undefined || /^_+$/.test(value);
}

/** The prompts of generator `name` that this command line answers, by name. Placeholders count as not given. */
export function givenOn(line: CommandLine, name: string, prompts: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  if (line.words[0] !== name) return given;
  const byPosition = line.words.slice(1);
  for (const [index, prompt] of prompts.entries()) {
    const value = line.named[prompt] ?? byPosition[index];
    if (value !== undefined && !isPlaceholder(value)) given.set(prompt, value);
  }
  return given;
}
