import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import type { ChangingGenerator } from "../../lib/contract/generator.ts";
import { rebuild } from "../../lib/contract/rebuild.ts";
import { addRun, fingerprint, RECORD, type RecordedRun, readRecord, writeRecord } from "../../lib/contract/record.ts";
import type { FlaskApp } from "../../lib/survey/index.ts";
import { packVersion } from "../../lib/templates/pack-version.ts";
import { mergeNotes, mergeRun, refuseMergeConflicts, type Side } from "../common/merge.ts";
import { replaceExample } from "./environment.ts";
import { replaceSettings, type SettingLines } from "./settings.ts";

/** Files that may get a line for these answers and keep every other one. */
const OPEN = [".env.example", ".env", ".gitignore", "requirements.txt"];

/** What templates say of a broker and a result store, where it stands in files of the user's. */
export interface Servers extends SettingLines {
  broker: string;
  results: string;
  example: readonly { key: string; value: string }[];
}

/** One integration, and the servers that it shall have. */
export interface Change {
  app: FlaskApp;
  run: RecordedRun;
  generator: ChangingGenerator;
  before: Servers;
  after: Servers;
  /** The answer as it was given: a connection URL goes into .env, and nowhere else. */
  broker: string;
  side: Side;
}

/**
 * Makes the integration again with other servers, and merges what differs into the files as they are. Files of the user's get
 * what the generator would add for these answers, and the lines of the old servers are replaced where nobody has edited them.
 *
 * @throws UserError `update-conflicts`
 */
export async function changeServers(
  context: Context,
  { app, run, generator, before, after, broker, side }: Change,
): Promise<{ texts: ReadonlyMap<string, string>; manual: ManualStep[]; warnings: string[] }> {
  const { project, changes } = context;
  const answers = { ...run.answers, broker: after.broker, results: after.results };
  const { texts, plan } = await rebuild(context, generator, run, { answers: { ...answers, broker } });
  const merged = await mergeRun(context, generator, run, texts, side);
  refuseMergeConflicts(merged.conflicts, "celery-setup");

  // Of the rest, only what is added to: neither tasks nor the factory are made again.
  const added = new Set([...OPEN, ...project.dependencies.files.map(({ path }) => path)]);
  for (const { path, action, after: bytes, mode } of plan.changes.changes) {
    if (action === "unchanged" || !added.has(path)) continue;
    if (action === "create") changes.write(path, bytes, mode === undefined ? {} : { mode });
    else changes.edit(path, bytes);
  }
  for (const [path, text] of merged.texts) changes.edit(path, text);
  const { path: settings, manual } = replaceSettings(context, app, before, after);
  const warnings = replaceExample(context, before.example, after.example);

  const files = Object.fromEntries([...texts].map(([path, text]) => [path, fingerprint(text)]));
  const runs = addRun(readRecord(project.read(RECORD)), { ...run, version: packVersion(), answers, files });
  changes.edit(RECORD, writeRecord(runs));
  // What it would say of the settings is said above, with the old lines in view.
  const others = plan.manual.filter(({ path }) => path !== settings);
  return {
    texts: merged.texts,
    manual: [...manual, ...others],
    warnings: [...plan.warnings, ...mergeNotes(merged), ...warnings],
  };
}
