import { UserError } from "../../lib/errors/index.ts";
import { findOwnSchedule, type Project } from "../../lib/survey/index.ts";
import type { Servers } from "./change.ts";

/** celery-redbeat is told one address; behind Sentinels there is none. */
const REDIS = new Set(["redis", "valkey"]);

/** @throws UserError `scheduler-needs-redis` where beat would lose the server that it keeps its schedule in */
export function keepRedisForBeat(project: Project, after: Servers): void {
  if (findOwnSchedule(project)?.scheduler !== "redbeat") return;
  if (REDIS.has(after.broker) || (after.results === "redis" && after.broker !== "sentinel")) return;
  throw new UserError({
    code: "scheduler-needs-redis",
    what: "The schedule of the periodic tasks would lose its Redis; nothing was changed.",
    why: "celery_schedule.py keeps it there, and neither the new broker nor the new result backend is a Redis server",
    fix:
      after.broker === "sentinel"
        ? "stay with redis or valkey, or write the schedule into a file first"
        : "give --results redis with it",
  });
}

/** @throws UserError `setup-not-ours` with the settings to paste, for an integration of somebody else */
export function notOurs(at: { path: string; line: number }, lines: string): UserError {
  return new UserError({
    code: "setup-not-ours",
    what: "The servers of this integration can't be changed from here; nothing was changed.",
    why: `${at.path}:${at.line}: it was not made by celery-factory or celery-direct, so where it reads its settings is for its owner to say`,
    fix: "give neither --broker nor --results (compose and procfile work), and write these settings where it reads them:",
    details: lines
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
  });
}
