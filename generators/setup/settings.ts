import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import { type Edit, inStyleOf, type SourceFile } from "../../lib/python/index.ts";
import { type FlaskApp, surveyConfig } from "../../lib/survey/index.ts";

/** What stands beside the application's own settings for one broker and result store. */
export interface SettingLines {
  settings: readonly { name: string; key: string; value: string | number; comment: string }[];
}

type Form = (lines: SettingLines) => string;

/** Every form in which celery-factory and celery-direct write them: into the CELERY mapping, or one setting a line. */
function formsIn(source: SourceFile, render: (template: string, facts: object) => string): Form[] {
  const appName = /(\w+)\.config\.setdefault\(\s*["']CELERY_/.exec(source.text)?.[1] ?? "app";
  const flat = "integration/settings/namespace.py";
  const keys: Form = (lines) => render("partials/celery_keys", lines);
  return [
    (lines) => render("partials/celery_items", lines),
    keys,
    (lines) => render(flat, { ...lines, form: "dict", appName, ruff: false }),
    (lines) => render(flat, { ...lines, form: "setdefault", appName, ruff: false }),
    // As keyword arguments.
    (lines) => keys(lines).replace(/^(\w+) = (.*)$/gm, "$1=$2,"),
  ];
}

/** Puts the lines of the new broker in the place of those that an earlier run has written; edited ones are told. Returns where they stand. */
export function replaceSettings(
  context: Context,
  app: FlaskApp,
  before: SettingLines,
  after: SettingLines,
): { path: string; manual: ManualStep[] } {
  const { project, templates } = context;
  const { found } = surveyConfig(project, app);
  const source = found && project.parse(found.at.path);
  if (!found || !source) return { path: "", manual: [] };
  const { path, line } = found.at;
  const forms = formsIn(source, (template, facts) => templates.render(template, facts));
  for (const form of forms) {
    const [from, to] = [form(before), form(after)];
    if (from === to) return { path, manual: [] };
    const edit = replaceLines(source, from, to);
    if (!edit) continue;
    context.edit(source, edit);
    return { path, manual: [] };
  }
  const why = "the settings that stand here are yours: these lines go in the place of the old broker's";
  const form = forms[found.form === "mapping" ? 0 : 1]!;
  return { path, manual: [{ path, line, snippet: form(after), why }] };
}

/** @returns null unless the lines stand in the file exactly once, whatever its quotes and indentation */
function replaceLines(source: SourceFile, from: string, to: string): Edit | null {
  const plain = (line: string) => line.trim().replaceAll("'", '"');
  const wanted = from.trimEnd().split("\n").map(plain);
  const lines = source.text.split("\n");
  const starts = lines.flatMap((_, index) =>
    wanted.every((line, at) => plain(lines[index + at] ?? "") === line) ? [index] : [],
  );
  const [start] = starts;
  if (start === undefined || starts.length > 1) return null;
  const offset = (index: number) => lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
  const indent = /^[ \t]*/.exec(lines[start]!)![0];
  return { start: offset(start), end: offset(start + wanted.length), text: inStyleOf(source, to, indent) };
}
