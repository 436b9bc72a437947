import { isDeepStrictEqual } from "node:util";
import type { Context } from "../../lib/contract/context.ts";
import { rebuild } from "../../lib/contract/rebuild.ts";
import { fingerprint, RECORD, type RecordedRun, readRecord, writeRecord } from "../../lib/contract/record.ts";
import { UserError } from "../../lib/errors/index.ts";
import type { Project } from "../../lib/survey/index.ts";
import { packVersion } from "../../lib/templates/pack-version.ts";
import { type Conflict, mergeNotes, mergeRun, type Side } from "../common/merge.ts";
import { type Known, load } from "./known.ts";
import { recogniseRuns } from "./recognise.ts";

/** What an update does. */
export interface Update {
  texts: ReadonlyMap<string, string>;
  conflicts: Conflict[];
  warnings: string[];
  /** Runs that could not be made again, which says nothing about their files. */
  unseen: string[];
  runs: RecordedRun[];
}

/**
 * What was generated here: by the record, else by what the files hold.
 *
 * @throws UserError `record-missing`, `record-unreadable`
 */
export async function runsOf(context: Context, known: Known): Promise<RecordedRun[]> {
  const recorded = readRecord(context.project.read(RECORD));
  const runs = recorded.length > 0 ? recorded : await recogniseRuns(context, known);
  if (runs.length > 0) return runs;
  throw recordMissing();
}

/** @throws UserError `record-missing` where there can't be anything to update */
export function requireOurs({ read, celery }: Project): void {
  if (readRecord(read(RECORD)).length === 0 && celery?.kind !== "ours") throw recordMissing();
}

function recordMissing(): UserError {
  return new UserError({
    code: "record-missing",
    what: `There is no ${RECORD} here, and no file is known again; nothing was changed.`,
    why: "The record says what was generated, and with which answers; without it your edits can't be told from generated lines.",
    fix: "Is it in Git, and is this the project's root? Otherwise run the generator again that made the files, with --force, and put your edits back from Git.",
  });
}

/** Makes every recorded run again, as it was and as it would be now, and merges the difference into the project. */
export async function planUpdate(context: Context, known: Known, side: Side): Promise<Update> {
  const update = {
    texts: new Map<string, string>(),
    conflicts: [] as Conflict[],
    warnings: [] as string[],
    unseen: [] as string[],
    runs: [] as RecordedRun[],
  };
  const runs = await runsOf(context, known);
  for (const run of runs) {
    const generator = await load(known, run.generator);
    if (!generator) {
      // A team's own, which its own package brings up to date.
      update.warnings.push(`${run.generator} (${run.target}) is no generator of this pack, and was left as it is`);
      update.runs.push(run);
      continue;
    }
    try {
      const { texts } = await rebuild(context, generator, run);
      const theirs = withoutOthers(texts, run, runs);
      const merged = await mergeRun(context, generator, run, theirs, side);
      for (const [path, text] of merged.texts) update.texts.set(path, text);
      update.conflicts.push(...merged.conflicts);
      update.warnings.push(...mergeNotes(merged));
      update.runs.push(renewed(run, theirs));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      update.unseen.push(`${run.generator} (${run.target}) could not be made again: ${error.why} [${error.code}]`);
      update.runs.push(run);
    }
  }
  return update;
}

/** A file that another run has written since is that one's: with other answers, this one has what they left of it. */
function withoutOthers(texts: ReadonlyMap<string, string>, run: RecordedRun, runs: readonly RecordedRun[]) {
  const others = new Set(runs.flatMap((one) => (one === run ? [] : Object.keys(one.files))));
  return new Map([...texts].filter(([path]) => path in run.files || !others.has(path)));
}

/** Also of a file that its owner has removed: without its entry, the next update would take it for a new one. */
function renewed(run: RecordedRun, texts: ReadonlyMap<string, string>): RecordedRun {
  const files = [...texts].map(([path, text]) => [path, fingerprint(text)]);
  return { ...run, version: packVersion(), files: Object.fromEntries(files) };
}

/** Plans the files and the record that goes with them. */
export function writeUpdate({ changes, project }: Context, { texts, runs }: Update): void {
  for (const [path, text] of texts) {
    if (project.read(path)) changes.edit(path, text);
    else changes.write(path, text);
  }
  // Also where a place was settled for the user's lines: it is not to be asked about again.
  const before = readRecord(project.read(RECORD));
  const isSame = runs.every(({ files }, index) => isDeepStrictEqual(files, before[index]?.files));
  if (!isSame) changes.edit(RECORD, writeRecord(runs));
}

/** @throws UserError `update-due`, for a team's CI: also where it can't be told */
export function refuseDue({ texts, conflicts, unseen }: Update): void {
  const paths = [...new Set([...texts.keys(), ...conflicts.map(({ path }) => path)])].sort();
  if (paths.length + unseen.length === 0) return;
  const files = paths.length === 1 ? "A file is" : `${paths.length} files are`;
  throw new UserError({
    code: "update-due",
    what: paths.length > 0 ? `${files} not as this version generates them.` : "Whether an update is due can't be told.",
    why:
      paths.length > 0
        ? `The pack is at ${packVersion()}, and their templates have changed since.`
        : "What is listed here was not looked at.",
    fix: "Run celery-update, which keeps your edits; look first with --preview diff.",
    details: [...paths, ...unseen],
  });
}

/**
 * The run that integrated Celery into one application.
 *
 * @throws UserError `record-missing`, `record-unreadable`
 */
export async function runFor(context: Context, known: Known, target: string): Promise<RecordedRun> {
  const runs = await runsOf(context, known);
  const run = runs.find((one) => one.generator in known && one.target === target);
  if (!run) throw recordMissing();
  return run;
}
