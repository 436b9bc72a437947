import { asTable, parseToml } from "../../lib/dependencies/pyproject.ts";
import type { Project } from "../../lib/survey/index.ts";

/** What generated code is formatted as: the defaults of Black and Ruff. */
const DEFAULT = { length: 88, quotes: "double" };
/** Settings of a sorter that leave the order of generated imports as it is. */
const HARMLESS = /^(?:known|skip|extend|src|line)/;

/**
 * The commands, without the files, of the formatter and the import sorter that a project has told otherwise than by default: what is
 * generated stays valid, but would not pass their check. None where it has neither, or the defaults.
 */
export function ownFormatters({ read }: Pick<Project, "read">): string[] {
  const text = (path: string) => read(path) ?? new Uint8Array();
  const tableOf = (path: string) => asTable(parseToml(text(path)));
  const tool = asTable(tableOf("pyproject.toml").tool);
  const ruff = [asTable(tool.ruff), tableOf("ruff.toml"), tableOf(".ruff.toml")].find(
    (table) => Object.keys(table).length > 0,
  );
  const commands: string[] = [];
  if (ruff && sortsOtherwise(asTable(asTable(ruff.lint).isort ?? ruff.isort)))
    commands.push("ruff check --select I --fix");
  if (
    usesIsort(
      tool.isort,
      ["setup.cfg", ".isort.cfg"].map((path) => Buffer.from(text(path)).toString("utf8")),
    )
  )
    commands.push("isort");
  const black = asTable(tool.black);
  const isOther = (length: unknown, quotes: unknown) =>
    (typeof length === "number" && length !== DEFAULT.length) ||
    (typeof quotes === "string" && quotes !== DEFAULT.quotes);
  if (ruff && isOther(ruff["line-length"], asTable(ruff.format)["quote-style"])) commands.push("ruff format");
  else if (isOther(black["line-length"], black["skip-string-normalization"] === true ? "any" : undefined))
    commands.push("black");
  return commands;
}

/** https://docs.astral.sh/ruff/settings/#lintisort */
function sortsOtherwise(settings: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(settings).some((name) => !HARMLESS.test(name));
}

/** isort wraps as generated code does with `profile = black` alone: https://pycqa.github.io/isort/docs/configuration/profiles.html */
function usesIsort(table: unknown, ini: readonly string[]): boolean {
  const { profile, ...settings } = asTable(table);
  if (table !== undefined) return profile !== "black" || sortsOtherwise(settings);
  const section = ini
    .map((text) => /^\[(?:isort|settings|tool:isort)\][ \t]*\r?\n([^[]*)/m.exec(text)?.[1])
    .find(Boolean);
  if (section === undefined) return false;
  const named = Object.fromEntries(
    [...section.matchAll(/^(\w+)[ \t]*[=:][ \t]*(.*?)[ \t]*\r?$/gm)].map((line) => [line[1], line[2]]),
  );
  const { profile: own, ...rest } = named;
  return own !== "black" || sortsOtherwise(rest);
}
