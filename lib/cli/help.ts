/** The texts of --help. */
import type { Generator } from "../contract/generator.ts";
import type { Prompt } from "../contract/prompt.ts";
import { explain } from "../run/explain.ts";
import { maskSecrets } from "../run/mask.ts";
import type { painter } from "../run/terminal.ts";
import type { Project } from "../survey/index.ts";
import { packVersion } from "../templates/pack-version.ts";

type Paint = ReturnType<typeof painter>;

export const binName = "plop-pack-flask-celery";

/** What `--help` says without a generator. */
export function overallHelp(generators: readonly Generator[], paint: Paint): string {
  return [
    `${paint("bold", binName)} ${packVersion()} — puts Celery into a Flask project, and proves that it works`,
    "",
    paint("bold", "Usage:"),
    `  ${binName} <generator> [answers in order] [--prompt value] [options]`,
    "",
    paint("bold", "Generators:"),
    ...table(generators.map(({ name, description }) => [name, description])),
    "",
    paint("bold", "Options:"),
    ...table([
      ["--dest <folder>", "the Flask project (default: the current folder)"],
      ["--force, -f", "overwrite files of ours that hold something else"],
      ["--no-interactive", "ask nothing, although there is a terminal"],
      ["--report json", "one object on standard output, errors too; with --help, the prompts"],
      ["--help, -h", "this text; after a generator's name, its prompts with what reading your project found"],
      ["--version, -v", "our version"],
    ]),
    "",
    "Without a terminal nothing is asked: what your project says applies, and what is missing is listed.",
  ].join("\n");
}

/** What `--help` says about one generator. `project` is null where reading it failed. */
export function generatorHelp(generator: Generator, project: Project | null, paint: Paint): string {
  const known: Record<string, string> = {};
  const rows = generator.prompts.flatMap((prompt) => {
    const found = project ? foundFor(prompt, project, known) : "";
    const values = prompt.choices?.map(({ value, hint }) => [`    ${value}`, hint] as const) ?? [];
    return [[`--${prompt.name}`, `${prompt.message}${found}`] as const, ...values];
  });
  const order = generator.prompts.map(({ name }) => `[${name}]`).join(" ");
  return maskSecrets(
    [
      `${paint("bold", generator.name)} — ${generator.description}`,
      "",
      paint("bold", "Usage:"),
      `  ${binName} ${generator.name} ${order}`,
      `  npx plop ${generator.name} ${order} -- [--prompt value]`,
      "",
      `${paint("bold", "Prompts")} (each also by name; _ leaves a position to what reading finds):`,
      ...table(rows),
    ].join("\n"),
  );
}

function foundFor(prompt: Prompt, project: Project, known: Record<string, string>): string {
  try {
    const detection = prompt.detect(project, known);
    if ("missing" in detection) {
      const candidates = detection.candidates ?? [];
      // Later defaults follow from this answer, and shall say so.
      known[prompt.name] = `<${prompt.name}>`;
      return `  [needed${candidates.length ? `, one of: ${candidates.join(", ")}` : ""}]`;
    }
    known[prompt.name] = detection.value;
    return `  [here: ${detection.value}]`;
  } catch (error) {
    return `  [${explain(error).split("\n")[0]}]`;
  }
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}
