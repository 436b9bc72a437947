/** What the `schedule` answer means: an interval, or a cron line of five fields as Celery's crontab takes it. */
import { UserError } from "../../lib/errors/index.ts";

/** One schedule, ready for the templates. */
export interface Schedule {
  /** Python, e.g. `timedelta(minutes=5)` or `crontab(minute="0", hour="3")`. */
  expression: string;
  /** The import that it needs. */
  importLine: string;
  isInterval: boolean;
  /** The shortest time between two runs, in seconds. */
  shortest: number;
}

const UNITS = {
  s: { name: "seconds", seconds: 1 },
  m: { name: "minutes", seconds: 60 },
  h: { name: "hours", seconds: 3600 },
  d: { name: "days", seconds: 86_400 },
} as const;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
interface Field {
  name: string;
  from: number;
  to: number;
  /** What may stand for the numbers, from the first one on. */
  names: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: "minute", from: 0, to: 59, names: [] },
  { name: "hour", from: 0, to: 23, names: [] },
  { name: "day_of_month", from: 1, to: 31, names: [] },
  { name: "month_of_year", from: 1, to: 12, names: MONTHS },
  { name: "day_of_week", from: 0, to: 6, names: DAYS },
];
const MINUTES = 24 * 60;

/**
 * Reads `30s`, `5m`, `2h`, `1d`, or `minute hour day month weekday`.
 *
 * @throws UserError `schedule-invalid` with the field that is wrong
 * @see https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#crontab-schedules
 */
export function parseSchedule(text: string): Schedule {
  const interval = /^(\d+)\s*([smhd])$/.exec(text.trim());
  return interval ? readInterval(text, Number(interval[1]), interval[2] as keyof typeof UNITS) : readCron(text);
}

function readInterval(text: string, count: number, unit: keyof typeof UNITS): Schedule {
  const { name, seconds } = UNITS[unit];
  if (count === 0) throw invalid(text, "it has no length", "give a number above 0: 30s, 5m, 2h, 1d");
  if (count * seconds > 366 * 86_400)
    throw invalid(text, "it is longer than a year", "give a cron line, which survives restarts: 0 3 1 1 *");
  return {
    expression: `timedelta(${name}=${count})`,
    importLine: "from datetime import timedelta",
    isInterval: true,
    shortest: count * seconds,
  };
}

function readCron(text: string): Schedule {
  const fields = text.trim().split(/\s+/);
  if (fields.length === 6)
    throw invalid(
      text,
      "it has six fields; beat knows no seconds in a cron line",
      "leave the seconds out, or write 30s",
    );
  if (fields.length !== 5)
    throw invalid(
      text,
      "it is neither an interval nor a cron line",
      "write 30s, 5m, 2h, 1d, or five fields: 0 3 * * *",
    );
  const sets = fields.map((field, index) => readField(text, field, FIELDS[index]!));
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (fields[2] !== "*" && fields[4] !== "*")
    throw invalid(
      text,
      "it names days of the month and of the week; cron runs on either, Celery only where both fit",
      "give one of the two, and * for the other",
    );
  const possible = [...months].some((month) => [...days].some((day) => day <= new Date(2024, month, 0).getDate()));
  if (!possible) throw invalid(text, "that day never comes", "give a day that the month has");
  const given = FIELDS.flatMap(({ name }, index) =>
    fields[index] === "*" ? [] : [`${name}="${spell(fields[index]!, index)}"`],
  );
  return {
    expression: `crontab(${given.join(", ")})`,
    importLine: "from celery.schedules import crontab",
    isInterval: false,
    shortest: 60 * shortestGap(minutes, hours, { everyDay: fields[2] === "*" && weekdays.size === 7 }),
  };
}

/** `7` is Sunday too, and names are numbers, in every version of Celery. */
function spell(field: string, index: number): string {
  const { names } = FIELDS[index]!;
  const numbered = field
    .toLowerCase()
    .replace(/[a-z]{3,}/g, (word) => String(names.indexOf(word.slice(0, 3)) + (names[0] === "jan" ? 1 : 0)));
  return index === 4 ? numbered.replace(/\b7\b/g, "0") : numbered;
}

function readField(text: string, field: string, { name, from, to, names }: Field): Set<number> {
  const found = new Set<number>();
  for (const part of field.toLowerCase().split(",")) {
    const match = /^(\*|\w+(?:-\w+)?)(?:\/(\d+))?$/.exec(part);
    const [first, last] =
      match?.[1] === "*" ? [from, to] : (match?.[1] ?? "").split("-").map((word) => numberOf(word, name, names));
    const end = last ?? first;
    const step = Number(match?.[2] ?? 1);
    const isRange = match?.[1] === "*" || last !== undefined;
    if (!match || first === undefined || end === undefined || Number.isNaN(first) || Number.isNaN(end))
      throw invalid(
        text,
        `"${part}" is no ${name}`,
        `write *, a number, 1-5, */15, or several with commas (${from} to ${to})`,
      );
    if (first < from || end > to)
      throw invalid(text, `${name} goes from ${from} to ${to}, and "${part}" does not`, "give one of these");
    if (first > end)
      throw invalid(
        text,
        `the range "${part}" of ${name} ends before it begins`,
        `write it as two: ${first}-${to},${from}-${end}`,
      );
    if (step === 0 || (match[2] && !isRange))
      throw invalid(
        text,
        `the step of "${part}" (${name}) has no range`,
        `write */${step || 5}, or ${from}-${to}/${step || 5}`,
      );
    for (let value = first; value <= end; value += step) found.add(value);
  }
  return found;
}

function numberOf(word: string, name: string, names: readonly string[]): number {
  if (/^\d+$/.test(word)) return name === "day_of_week" && word === "7" ? 0 : Number(word);
  const index = /^[a-z]{3,}$/.test(word) ? names.indexOf(word.slice(0, 3)) : -1;
  return index < 0 ? Number.NaN : index + (names[0] === "jan" ? 1 : 0);
}

/** In minutes; a day where runs of two days are never nearer. */
function shortestGap(minutes: Set<number>, hours: Set<number>, { everyDay }: { everyDay: boolean }): number {
  const times = [...hours].flatMap((hour) => [...minutes].map((minute) => hour * 60 + minute)).sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  // From the last run of a day to the first of the next.
  const around = MINUTES - times.at(-1)! + times[0]!;
  return Math.min(...gaps, everyDay || times.length > 1 ? around : MINUTES);
}

function invalid(text: string, why: string, fix: string): UserError {
  return new UserError({ code: "schedule-invalid", what: `schedule: "${text}" can't be used.`, why, fix });
}
