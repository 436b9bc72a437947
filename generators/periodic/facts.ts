import { UserError } from "../../lib/errors/index.ts";
import type { CeleryUse, FlaskApp, Project } from "../../lib/survey/index.ts";
import { type ChosenDatabase, chosenDatabase, usableDatabase } from "../common/database.ts";
import { unreachable } from "../common/existing.ts";
import { hasRedis, type PeriodicAnswers } from "./prompts.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";

/** What the templates of `periodic-task` (templates/periodic/) are rendered with. */
export interface PeriodicFacts {
  task: string;
  schedule: Schedule;
  timezone: string;
  overlap: PeriodicAnswers["overlap"];
  scheduler: PeriodicAnswers["scheduler"];
  /** Of what several applications keep in one Redis. */
  redisPrefix: string;
  /** Dotted module with periodic(). */
  scheduleModule: string;
  importRoot: string;
  database: ChosenDatabase;
}

/** @throws UserError `celery-unreachable`, `scheduler-needs-redis`, `overlap-needs-redbeat` */
export function describePeriodic(
  project: Project,
  app: FlaskApp,
  celery: CeleryUse,
  answers: PeriodicAnswers,
): PeriodicFacts {
  // Factories hand the schedule over before a module could hand Celery out.
  if (celery.access !== "extensions") throw unreachable(celery, "The schedule");
  if (answers.scheduler === "redbeat" && !hasRedis(project)) throw needsRedis();
  if (answers.overlap === "skip" && answers.scheduler === "file") throw needsRedbeat();
  return {
    task: answers.task,
    schedule: parseSchedule(answers.schedule),
    timezone: answers.timezone,
    overlap: answers.overlap,
    scheduler: answers.scheduler,
    redisPrefix: `${app.package.split(".")[0] || app.module.split(".").pop()}:beat:`,
    scheduleModule: app.package ? `${app.package}.celery_schedule` : "celery_schedule",
    importRoot: app.importRoot,
    database: chosenDatabase(project, usableDatabase(project)?.name ? usableDatabase(project)!.kind : "none", true),
  };
}

function needsRedis(): UserError {
  return new UserError({
    code: "scheduler-needs-redis",
    what: "scheduler: redbeat has no Redis here; nothing was changed.",
    why: "neither the broker nor the result backend that were found is a Redis server",
    fix: "give --scheduler file, and start exactly one beat",
  });
}

function needsRedbeat(): UserError {
  return new UserError({
    code: "overlap-needs-redbeat",
    what: "overlap: skip does not go with a schedule in a file; nothing was changed.",
    why: "what tells all workers that a run goes on is a lock in Redis",
    fix: "give --scheduler redbeat where there is a Redis server, or --overlap allow",
  });
}
