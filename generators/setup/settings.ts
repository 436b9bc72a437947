import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import { type Edit, inStyleOf, type SourceFile } from "../../lib/python/index.ts";
import { type FlaskApp, surveyConfig } from "../../lib/survey/index.ts";

/** What stands beside the application's own settings for one broker and result store. */
export interface SettingLines {
  settings: readonly { name: string; key: string; value: string | number; comment: string }[];
}

/** Both forms in which they are written: pairs of a mapping, and assignments. */
const FORMS = ["partials/celery_items", "partials/celery_keys"];

/** Puts the lines of the new broker in the place of those that an earlier run has written; edited ones are told. */
export function replaceSettings(
  context: Context,
  app: FlaskApp,
  before: SettingLines,
  after: SettingLines,
): ManualStep[] {
  const { project, templates } = context;
  const { found } = surveyConfig(project, app);
  const source = found && project.parse(found.at.path);
  if (!found || !source) return [];
  for (const form of FORMS) {
    const [from, to] = [templates.render(form, before), templates.render(form, after)];
    if (from === to) return [];
    const edit = replaceLines(source, from, to);
    if (!edit) continue;
    context.edit(source, edit);
    return [];
  }
  const why = "the settings that stand here are yours: these lines go in the place of the old broker's";
  const form = found.form === "mapping" ? FORMS[0]! : FORMS[1]!;
  return [{ path: found.at.path, line: found.at.line, snippet: templates.render(form, after), why }];
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
