import { UserError } from "../errors/index.ts";
import { FOLDER } from "./paths.ts";

const REASONS: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  ENOSPC: ["The disk is full.", "Free some space and run the command again."],
  EDQUOT: ["Your disk quota is used up.", "Free some space and run the command again."],
  EACCES: ["Permission was denied.", "Give yourself write permission there, or run as the user who owns the files."],
  EPERM: ["The system does not permit it.", "Run as the user who owns the files."],
  EROFS: ["The file system is read-only.", "Work on a writable copy of the project."],
  ENAMETOOLONG: ["The name is too long for this file system.", "Choose a shorter name."],
  EIO: ["The disk reported an error.", "Check the disk, then run the command again."],
};

/** An error of the disk, as the user gets it; others pass as they are. `before` tells what was put back. */
export function explainFailure(error: unknown, restored: readonly string[] = []): unknown {
  const { code, path = "" } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (error instanceof UserError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const [why, fix] = REASONS[code] ?? [`The system said: ${(error as Error).message}.`, "Run the command again."];
  return new UserError({
    code: "write-failed",
    what: path ? `The change could not be written: ${path} (${code}).` : `The change could not be written (${code}).`,
    why: `${why} ${restored.length ? `Put back as before: ${restored.join(", ")}.` : "Nothing was changed."}`,
    fix,
  });
}

/** The user, or the system, ended the run while it was writing. */
export function interrupted(signal: string): UserError {
  return new UserError({
    code: "interrupted",
    what: `Stopped by ${signal} while files were being written.`,
    why: "A change is written as a whole or not at all; every file is as it was before.",
    fix: "Run the command again.",
  });
}

/** A path of the plan is not what it was when the plan was made. */
export function changedSince(file: string, how: string): UserError {
  return new UserError({
    code: "changed-since-plan",
    what: `${file} ${how} while the command was running. Nothing was written.`,
    why: "The plan was made for the file as it was read; writing would lose somebody's work.",
    fix: "Run the command again: it reads the project anew.",
  });
}

/** One path that could not be put back. */
export interface Unrestored {
  path: string;
  reason: string;
  /** Path of the backup below the root; null when the file was ours. */
  backup: string | null;
}

/** Putting back failed too: the worst case, in which the user must know where every original is. */
export function restoreFailed(lost: readonly Unrestored[], cause?: unknown): UserError {
  const error = new UserError({
    code: "restore-failed",
    what: `${lost.length === 1 ? "One path" : `${lost.length} paths`} could not be put back as before.`,
    why: cause instanceof Error ? cause.message.split("\n")[0]! : "An earlier run was stopped while it was writing.",
    fix: `Mend the cause and run the command again: it restores first. The originals are in ${FOLDER}/; delete that folder when all is well.`,
    details: lost.map(({ path, reason, backup }) => `${path}: ${reason}${backup ? `; original in ${backup}` : ""}`),
  });
  error.cause = cause;
  return error;
}
