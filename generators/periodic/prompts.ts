import { previewPrompt } from "../../lib/contract/preview.ts";
import { type AnswersOf, certain, definePrompt, suggested } from "../../lib/contract/prompt.ts";
import { UserError } from "../../lib/errors/index.ts";
import { pythonName } from "../../lib/errors/names.ts";
import { findOwnSchedule, type Project } from "../../lib/survey/index.ts";
import { targetPrompt } from "../common/target.ts";
import { parseSchedule } from "./schedule.ts";

/** The `blueprint` of a task that belongs to none. */
export const NO_BLUEPRINT = "app";

/** The prompts of periodic-task, in the order of the contract. */
export const periodicPrompts = [
  definePrompt({
    name: "blueprint",
    message: "Which blueprint does the task belong to? (app: none)",
    normalize: (value) => pythonName("blueprint", value),
    detect(project) {
      const names = project.blueprints.map(({ name }) => name);
      if (names.length === 0) return certain(NO_BLUEPRINT);
      return { missing: "which blueprint does the task belong to?", candidates: [...names, NO_BLUEPRINT] };
    },
  }),
  definePrompt({
    name: "task",
    message: "Name of the task, a new one or one that is there",
    normalize: (value) => pythonName("task", value),
    detect: () => ({ missing: "which task is periodic?" }),
  }),
  definePrompt({
    name: "schedule",
    message: "When does it run? 30s, 5m, 2h, 1d, or a cron line: minute hour day month weekday",
    normalize: (value) => value.trim().replace(/\s+/g, " "),
    check: (value) => void parseSchedule(value),
    detect: () => ({ missing: "when does the task run?", candidates: ["5m", "1h", "0 3 * * *"] }),
  }),
  definePrompt({
    name: "timezone",
    message: "Time zone of cron lines",
    check: checkTimezone,
    detect(project) {
      const own = findOwnSchedule(project);
      return own ? certain(own.timezone) : suggested(configuredTimezone(project) ?? "UTC");
    },
  }),
  definePrompt({
    name: "overlap",
    message: "What if the last run still goes on?",
    choices: [
      { value: "skip", hint: "the new run does nothing; needs --scheduler redbeat" },
      { value: "allow", hint: "both run" },
    ],
    detect: (project) => certain(schedulerOf(project) === "redbeat" ? "skip" : "allow"),
  }),
  definePrompt({
    name: "scheduler",
    message: "Where does beat keep its schedule?",
    choices: [
      { value: "redbeat", hint: "in Redis: one of several beats sends, another takes over" },
      { value: "file", hint: "in a file: one beat, on one machine" },
    ],
    detect: (project) => certain(schedulerOf(project)),
  }),
  previewPrompt,
  targetPrompt,
] as const;

/** The answers to them. */
export type PeriodicAnswers = AnswersOf<typeof periodicPrompts>;

/** What an earlier run was told stays; otherwise Redis keeps it where there is one. */
function schedulerOf(project: Project): "redbeat" | "file" {
  return findOwnSchedule(project)?.scheduler ?? (hasRedis(project) ? "redbeat" : "file");
}

/** Whether RedBeat finds a Redis server by the broker's address or the results'. */
export function hasRedis({ broker, results }: Project): boolean {
  return broker?.kind === "redis" || broker?.kind === "valkey" || /^(rediss?|valkeys?)$/.test(results?.scheme ?? "");
}

function configuredTimezone({ sources }: Project): string | null {
  for (const { text } of sources.values()) {
    const found = /\b(?:CELERY_TIMEZONE|timezone)["']?\s*[:=]\s*["']([A-Za-z]+(?:\/[\w+-]+)*)["']/.exec(text)?.[1];
    if (found && isTimezone(found)) return found;
  }
  return null;
}

function isTimezone(value: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: value }));
  } catch {
    return false;
  }
}

/** @throws UserError `timezone-unknown` */
function checkTimezone(value: string): void {
  if (/^[A-Za-z]+(?:[/_+-]\w+)*$/.test(value) && isTimezone(value)) return;
  throw new UserError({
    code: "timezone-unknown",
    what: `timezone: "${value}" is not known.`,
    why: "beat takes names of the IANA time zone database, which know about daylight saving time",
    fix: "give one of them, such as Europe/Berlin, America/New_York or UTC",
  });
}
