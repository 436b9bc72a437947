import path from "node:path";
import { UserError } from "../errors/index.ts";
import { explainFailure, restoreFailed } from "./failures.ts";
import { disk, type FileSystem, isErrno, syncFolder, writeDurably } from "./fs.ts";
import { type Guard, guard } from "./interruption.ts";
import {
  type Entry,
  findForeign,
  type Journal,
  readJournal,
  removeBackups,
  removeJournal,
  undo,
  writeJournal,
} from "./journal.ts";
import { acquire, release } from "./lock.ts";
import { FOLDER } from "./paths.ts";
import { backUp, checkUntouched, newFolders, prepare, stage } from "./prepare.ts";
import type { Change } from "./types.ts";

/** A run that holds the project. */
interface Run {
  /** Real path of the project. */
  readonly root: string;
  /** Our own folder in it. */
  readonly home: string;
  readonly guard: Guard;
  /** What must be undone if the run ends now; null when nothing must be. */
  journal: Journal | null;
  /** Files whose rename was begun. The others still are what they were, whoever writes to them now. */
  readonly replaced: Set<Entry>;
  /** Paths that were put back for an earlier run which was killed. */
  recovered: readonly string[];
}

/**
 * Carries out a plan: every change is on disk when this returns; when it throws, none is. A process that is killed in
 * the middle leaves a journal from which the next run restores, see recover().
 * @param root absolute path of the project
 * @param changes of a ChangeSet; nothing at all is touched when none of them creates or edits
 * @throws UserError, and nothing has changed: `conflict`, `path-outside`, `changed-since-plan`, `case-clash`,
 *   `parent-not-a-folder`, `not-a-file`, `same-file-twice`, `run-in-progress`, `write-failed`, `interrupted`
 * @throws UserError `restore-failed`: putting back failed too, it says where the originals are
 * @throws UserError `leftover`: the change is complete, but our own folder could not be removed
 */
export async function commit(root: string, changes: readonly Change[], fs: FileSystem = disk): Promise<void> {
  const conflicts = changes.filter((change) => change.action === "conflict").map((change) => change.path);
  if (conflicts.length > 0) throw inConflict(conflicts);
  if (changes.every((change) => change.action === "unchanged")) return;
  await hold(fs, root, (run) => carryOut(fs, run, changes));
}

/**
 * Puts back what a killed run has left half done. To be called at the start of every run; costs one look at the disk
 * when there is nothing to do.
 * @returns the paths that were put back, relative to the root; empty when there was nothing
 * @throws UserError `run-in-progress`, `restore-failed`, `journal-unreadable`
 */
export async function recover(root: string, fs: FileSystem = disk): Promise<readonly string[]> {
  let recovered: readonly string[] = [];
  try {
    if (fs.lstat(path.join(root, FOLDER)) === null) return recovered;
  } catch (error) {
    throw explainFailure(error);
  }
  await hold(fs, root, async (run) => {
    recovered = run.recovered;
  });
  return recovered;
}

async function carryOut(fs: FileSystem, run: Run, changes: readonly Change[]): Promise<void> {
  const { root, home } = run;
  const steps = prepare(fs, root, changes);
  const folders = newFolders(steps);
  for (const step of steps) backUp(fs, home, step);
  await run.guard.check();
  const relative = folders.map((folder) => path.relative(root, folder).split(path.sep).join("/"));
  run.journal = { version: 1, folders: relative, entries: steps.map((step) => step.entry) };
  writeJournal(fs, home, run.journal);
  for (const folder of folders) fs.mkdir(folder);
  for (const step of steps) {
    naming(step.change.path, () => stage(fs, step));
    await run.guard.check();
  }
  // A secret must be ignored by Git before it stands there.
  const isIgnore = ({ change }: (typeof steps)[number]) => /(^|\/)\.gitignore$/.test(change.path);
  for (const step of [...steps.filter(isIgnore), ...steps.filter((one) => !isIgnore(one))]) {
    naming(step.change.path, () => {
      checkUntouched(fs, step);
      run.replaced.add(step.entry);
      fs.rename(step.temp, step.place.target);
    });
  }
  const touched = steps.map(({ place }) => path.dirname(place.target));
  for (const folder of new Set([...folders.map((made) => path.dirname(made)), ...touched])) syncFolder(fs, folder);
  await run.guard.check();
  removeJournal(fs, home);
  // From here the change stands: there is nothing left to undo it with.
  run.journal = null;
}

/** Runs an action while this process holds the project, and undoes what it has done if it fails. */
async function hold(fs: FileSystem, wanted: string, action: (run: Run) => Promise<void>): Promise<void> {
  let run: Run | null = null;
  let lock = "";
  const watch = guard(() => {
    if (run?.journal) undoRun(fs, run);
    if (run) tidyUp(fs, run, lock);
  });
  try {
    const root = fs.realpath(wanted);
    lock = await acquire(fs, root);
    run = { root, home: path.join(root, FOLDER), guard: watch, journal: null, replaced: new Set(), recovered: [] };
    hideFromGit(fs, run.home);
    run.recovered = restoreLeft(fs, run);
    await action(run);
  } catch (error) {
    let failure = explainFailure(error);
    if (run?.journal) {
      const { restored, lost } = undoRun(fs, run);
      failure = lost.length > 0 ? restoreFailed(lost, failure) : explainFailure(error, restored);
    }
    if (run) tidyUp(fs, run, lock);
    await watch.lift();
    throw failure;
  }
  const clean = tidyUp(fs, run, lock);
  await watch.lift();
  if (!clean) throw leftOver();
}

/** Undoes the change in progress. The journal stays as long as a path could not be put back. */
function undoRun(fs: FileSystem, run: Run): ReturnType<typeof undo> {
  const outcome = undo(fs, run.root, run.journal!, run.replaced);
  if (outcome.lost.length === 0 && twice(() => removeJournal(fs, run.home))) run.journal = null;
  return outcome;
}

/** A lock that was taken over from a dead run may stand before a half written change. */
function restoreLeft(fs: FileSystem, run: Run): readonly string[] {
  const left = readJournal(fs, run.home);
  let restored: readonly string[] = [];
  if (left) {
    // Files that were worked on since: half of the old state would help nobody, so everything is left as it is.
    const foreign = findForeign(fs, run.root, left);
    const outcome = foreign.length > 0 ? { restored, lost: foreign } : undo(fs, run.root, left);
    if (outcome.lost.length > 0) {
      run.journal = null;
      throw restoreFailed(outcome.lost);
    }
    restored = outcome.restored;
    removeJournal(fs, run.home);
  }
  removeBackups(fs, run.home);
  return restored;
}

/** Removes what the run kept for itself; false when something is left. A journal that is still needed stays. */
function tidyUp(fs: FileSystem, run: Run, lock: string): boolean {
  const needed = run.journal !== null || holdsJournal(fs, run.home);
  const cleared = needed || twice(() => removeBackups(fs, run.home));
  return twice(() => release(fs, lock)) && cleared;
}

function holdsJournal(fs: FileSystem, home: string): boolean {
  // Unreadable: then the backups beside it may be all that there is.
  let found = true;
  twice(() => {
    found = readJournal(fs, home) !== null;
  });
  return found;
}

/** A disk that fails once may work the next time; there is nothing else to be done at this point. */
function twice(action: () => void): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      action();
      return true;
    } catch {}
  }
  return false;
}

function hideFromGit(fs: FileSystem, home: string): void {
  try {
    writeDurably(fs, path.join(home, ".gitignore"), Buffer.from("*\n"));
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

/** Tells the user their own path where the disk names a temporary one, or none. */
function naming(file: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof Error && "code" in error && !(error instanceof UserError))
      Object.assign(error, { path: file });
    throw error;
  }
}

function inConflict(paths: readonly string[]): UserError {
  return new UserError({
    code: "conflict",
    what: `${paths.join(", ")}: exists with other content. Nothing was written.`,
    why: "Somebody may have edited it, and what people wrote is not overwritten unasked.",
    fix: "Look at the difference with `--preview diff`, then move the file away or run again with --force.",
  });
}

function leftOver(): UserError {
  return new UserError({
    code: "leftover",
    what: `The change is complete, but the folder ${FOLDER} could not be removed.`,
    why: "It held the originals while the files were written, and is no longer needed.",
    fix: `Delete ${FOLDER}: it may hold copies of files such as .env.`,
  });
}
