import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";
import { inStyleOf, insertLines, type SourceFile } from "../../lib/python/index.ts";
import {
  type ConfigStyle,
  celeryconfigOf,
  type FlaskApp,
  type FoundSettings,
  importsOf,
  type Project,
  type SettingsPlacement,
  surveyConfig,
} from "../../lib/survey/index.ts";
import { configStyles } from "./config-styles.ts";
import type { Integration } from "./facts.ts";

/** Puts Celery's settings where the application keeps its own; nothing when they are there, or come from the environment alone. */
export function addSettings(context: Context, app: FlaskApp, integration: Integration): ManualStep[] {
  const { project, templates } = context;
  refuseCeleryconfig(project, app);
  if (integration.config === "environment" || integration.settings.length === 0) return [];
  const { found, placement } = surveyConfig(project, app);
  if (found?.isOther) throw noMapping(found);
  if (found) return missingSettings(project, found, integration);
  const source = project.parse(placement.path) ?? app.file;
  const ruff = checksMutableClassAttributes(project, placement.path);
  const render = (form: "class" | "module" | "dict" | "setdefault", appName = "app") =>
    templates.render(`integration/settings/${integration.config}.py`, { ...integration, form, appName, ruff });
  switch (placement.kind) {
    case "class":
      context.edit(source, inClass(source, placement, render("class")));
      break;
    case "module":
      context.edit(source, insertLines(source, placement.offset, inStyleOf(source, render("module"))));
      break;
    case "mapping":
      addToMapping(
        context,
        source,
        placement,
        placement.form === "dict" ? render("dict") : asKeywords(render("module")),
      );
      break;
    case "factory-default":
      for (const init of placement.points) {
        if (init.inline) throw noPlace(placement.path, init.line);
        if (isFlaskDefaultThere(source, integration.config)) continue;
        context.edit(
          source,
          insertLines(source, init.offset, inStyleOf(source, render("setdefault", init.appName), init.indent)),
        );
      }
  }
  return [];
}

/** @throws UserError `celeryconfig-unread`: Celery reads that module only as long as nothing else configures it */
function refuseCeleryconfig(project: Project, { importRoot, file }: FlaskApp): void {
  const unread = celeryconfigOf(project, importRoot);
  const isRead = importsOf(file).some(({ module, name }) => module === "celeryconfig" || name === "celeryconfig");
  if (!unread || unread.names.length === 0 || isRead) return;
  throw new UserError({
    code: "celeryconfig-unread",
    what: `${unread.at.path} would not be read any more; nothing was changed.`,
    why: `Celery is configured from Flask's configuration here, and that module sets ${unread.names.join(", ")}`,
    fix: "move these into the CELERY mapping of Flask's configuration, with lower-case names, delete the module, and run the command again",
  });
}

/**
 * Settings that are there already are the user's: what a new answer would need in them is told, not written. Only a mapping
 * that stands in the source can be looked into.
 */
function missingSettings(project: Project, found: FoundSettings, integration: Integration): ManualStep[] {
  const source = found.form === "mapping" ? project.parse(found.at.path) : null;
  const mapping = source?.tree.rootNode
    .descendantsOfType(["dictionary", "call"])
    .find((node) => node.startPosition.row === found.at.line - 1);
  if (!mapping || !project.celery || project.celery.kind !== "ours") return [];
  const lines = integration.settings
    .filter(({ name, value }) => typeof value === "string" && !mapping.text.includes(name))
    .map(({ name, value }) => `"${name}": "${value}",`);
  if (lines.length === 0) return [];
  const why = "the settings that stand here are yours, and they lack what these answers need";
  return [{ path: found.at.path, line: found.at.line, snippet: lines.join("\n"), why }];
}

/**
 * Whether ruff reports mutable class attributes here (RUF012, one of its defaults since 0.17): to everybody else a comment
 * for it would be a puzzle. A file that exists only in this plan is ours, and is clean by ruff's defaults.
 */
function checksMutableClassAttributes(project: Project, path: string): boolean {
  if (!existsSync(join(project.root, path))) return true;
  const isDeclared = project.dependencies.files.some(({ declares }) => declares.includes("ruff"));
  const texts = ["pyproject.toml", "ruff.toml", ".ruff.toml"].flatMap((name) => {
    const text = Buffer.from(project.read(name) ?? []).toString("utf8");
    return text && (name !== "pyproject.toml" || text.includes("[tool.ruff")) ? [text] : [];
  });
  if (texts.length === 0) return isDeclared;
  return texts.some((text) => /["'](ALL|RUF(0|01|012)?)["']/.test(text) || !/(?<!extend-)\bselect\s*=/.test(text));
}

function noMapping({ keys, at }: FoundSettings): UserError {
  return new UserError({
    code: "settings-no-mapping",
    what: "Celery's settings can't be read as they are; nothing was changed.",
    why: `${at.path}:${at.line}: ${keys[0]} is no dict, so the application would not start`,
    fix: `make it a dict with Celery's lower-case names: ${keys[0]} = {"broker_url": ...}`,
  });
}

function noPlace(path: string, line: number): UserError {
  return new UserError({
    code: "settings-no-place",
    what: "Celery's settings have no place; nothing was changed.",
    why: `${path}:${line}: the application is handed out in the same line as another statement`,
    fix: "give that return a line of its own, or choose --config environment",
  });
}

type Placed<Kind> = Extract<SettingsPlacement, { kind: Kind }>;

function inClass(source: SourceFile, place: Placed<"class">, snippet: string) {
  return insertLines(source, place.offset, inStyleOf(source, snippet, place.indent));
}

function addToMapping(context: Context, source: SourceFile, place: Placed<"mapping">, snippet: string): void {
  if (place.commaAt !== null) context.edit(source, { start: place.commaAt, end: place.commaAt, text: "," });
  context.edit(source, insertLines(source, place.offset, inStyleOf(source, snippet, place.indent)));
}

/** `NAME = value` lines as keyword arguments. */
function asKeywords(snippet: string): string {
  return snippet
    .replace(/^(\w+) = (.*)$/gm, (_, name, value) => (value === "{" ? `${name}={` : `${name}=${value},`))
    .replace(/^\}$/gm, "},");
}

/** A second run meets the lines of the first one. */
function isFlaskDefaultThere(source: SourceFile, config: ConfigStyle): boolean {
  return new RegExp(`config\\.setdefault\\(\\s*["']${configStyles[config].key}["']`).test(source.text);
}
