/** Our own command: the generators without a plopfile, with the same names and prompts as under Plop. */
import path from "node:path";
import { Writable } from "node:stream";
import type { Generator } from "../contract/generator.ts";
import { UserError } from "../errors/index.ts";
import { didYouMean } from "../errors/nearest.ts";
import { explain } from "../run/explain.ts";
import { findGenerator, findGenerators, type GeneratorFolder } from "../run/find.ts";
import { runGenerator } from "../run/run.ts";
import { type Stages, stages } from "../run/stages.ts";
import { isInteractive, type Output, painter, terminal, unattended, writeLines } from "../run/terminal.ts";
import { verifier } from "../run/verifier.ts";
import { packVersion } from "../templates/pack-version.ts";
import { isPlaceholder, ownCommand, readNamed } from "./command-line.ts";

export interface BinOptions {
  generators: GeneratorFolder;
  /** Runs a command line under Plop itself, which asks the questions. */
  underPlop: (args: string[]) => Promise<void>;
  stages?: Stages;
}

interface Command {
  words: string[];
  named: Record<string, string>;
  dest: string;
  flags: ReadonlySet<string>;
}

const switches: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
  "-v": "version",
  "--force": "force",
  "-f": "force",
  [unattended]: "unattended",
};

const typed = "npx plop-pack-flask-celery";

/** Runs one command line and sets the exit code. Never throws. */
export async function runBin(args: readonly string[], options: BinOptions): Promise<void> {
  process.env[ownCommand] = typed;
  const command = readBinCommand(args);
  try {
    await carryOut(command, options);
  } catch (error) {
    process.exitCode = 1;
    // A checklist that does not hold has been printed as an object itself.
    const isPrinted = error instanceof UserError && error.code === "verify-failed";
    if (isForPrograms(command) && !isPrinted)
      await writeLines(terminal.out, (await import("./report.ts")).errorAsJson(error));
    else await writeLines(terminal.err, explain(error));
  }
}

/** `--report json`: nothing is asked, and standard output has one object. */
function isForPrograms({ named }: Command): boolean {
  return named.report === "json";
}

const nowhere: Output = { out: new Writable({ write: (_chunk, _encoding, done) => done() }), err: terminal.err };

async function carryOut(command: Command, options: BinOptions): Promise<void> {
  const { words, flags } = command;
  const paint = painter(terminal.out);
  if (flags.has("version") && words.length === 0) return writeLines(terminal.out, packVersion());
  const [name, ...positional] = words;
  if (name === undefined) {
    if (!flags.has("help") && isInteractive()) return options.underPlop(["--dest", command.dest, ...forced(flags)]);
    const { overallHelp } = await import("./help.ts");
    const generators = await findGenerators(options.generators);
    await writeLines(flags.has("help") ? terminal.out : terminal.err, overallHelp(generators, paint));
    if (!flags.has("help")) process.exitCode = 1;
    return;
  }
  const generator =
    (await findGenerator(options.generators, name)) ?? refuseGenerator(name, await findGenerators(options.generators));
  const forPrograms = isForPrograms(command);
  if (flags.has("help")) return help(generator, command, options.stages ?? stages);
  // celery-verify has a prompt of that name, and prints its checks itself.
  const hasReport = generator.prompts.some((prompt) => prompt.name === "report");
  const { report: _, ...others } = command.named;
  const named = forPrograms && !hasReport ? others : command.named;
  const given = readAnswers(generator, positional, named);
  if (isInteractive() && !forPrograms) {
    const answers = [...given].map(([prompt, value]) => `--${prompt}=${value}`);
    return options.underPlop([name, "--dest", command.dest, ...forced(flags), "--", ...answers]);
  }
  const isQuiet = forPrograms && !hasReport && !/^(diff|json)$/.test(given.get("preview") ?? "");
  const outcome = await runGenerator(generator, {
    root: command.dest,
    given: Object.fromEntries(given),
    force: flags.has("force"),
    verifyCommand: `${typed} ${verifier}`,
    ...(options.stages ? { stages: options.stages } : {}),
    ...(isQuiet ? { output: nowhere } : {}),
  });
  if (isQuiet) await writeLines(terminal.out, (await import("./report.ts")).outcomeAsJson(generator, outcome));
  await writeLines(terminal.err, `${painter(terminal.err)("green", "✔")} ${outcome.summary}`);
}

async function help(generator: Generator, command: Command, use: Stages): Promise<void> {
  // A folder that can't be read still gets its help.
  const project = await use.survey(command.dest).catch(() => null);
  if (isForPrograms(command))
    return writeLines(terminal.out, (await import("./report.ts")).promptsAsJson(generator, project));
  const { generatorHelp } = await import("./help.ts");
  await writeLines(terminal.out, generatorHelp(generator, project, painter(terminal.out)));
}

/** Reads `<generator> [answers] [--prompt value] [options]`; a `--` as under Plop does no harm. */
function readBinCommand(args: readonly string[]): Command {
  const flags = new Set<string>();
  const rest = args.filter((arg) => {
    if (switches[arg]) flags.add(switches[arg]);
    return !switches[arg] && arg !== "--";
  });
  const { named, words } = readNamed(rest);
  const { dest, ...answers } = named;
  return { words, named: answers, flags, dest: path.resolve(dest ?? ".") };
}

/** Answers by prompt name, unchecked. @throws UserError `prompt-unknown`, `answers-too-many` */
function readAnswers(
  generator: Generator,
  positional: readonly string[],
  named: Readonly<Record<string, string>>,
): Map<string, string> {
  const names = generator.prompts.map((prompt) => prompt.name);
  for (const name of Object.keys(named)) if (!names.includes(name)) refusePrompt(name, generator.name, names);
  if (positional.length > names.length) {
    throw new UserError({
      code: "answers-too-many",
      what: `${generator.name} has ${names.length} prompts, but ${positional.length} answers were given.`,
      why: "Words after the generator's name answer its prompts in their order.",
      fix: `The order is: ${names.join(" ")}.`,
    });
  }
  const values = names.map((name, index) => [name, named[name] ?? positional[index]] as const);
  return new Map(values.filter((entry): entry is [string, string] => !isPlaceholder(entry[1])));
}

function refuseGenerator(name: string, generators: readonly Generator[]): never {
  const names = generators.map((generator) => generator.name);
  throw new UserError({
    code: "generator-unknown",
    what: `There is no generator "${name}".${didYouMean(name, names)}`,
    why: `There are: ${names.join(", ")}.`,
    fix: "Use one of them; --help describes each.",
  });
}

function refusePrompt(name: string, generator: string, names: readonly string[]): never {
  throw new UserError({
    code: "prompt-unknown",
    what: `${generator} has no prompt "${name}".${didYouMean(name, [...names, "dest", "force", "help", "version"])}`,
    why: `Its prompts are: ${names.join(", ")}.`,
    fix: `Use one of them; "${generator} --help" describes each.`,
  });
}

function forced(flags: ReadonlySet<string>): string[] {
  return flags.has("force") ? ["--force"] : [];
}
