/** What people write for a schedule, and what beat gets. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseSchedule } from "../../../generators/periodic/schedule.ts";
import { UserError } from "../../../lib/errors/index.ts";

test("intervals and cron lines", () => {
  const read = (text: string) => {
    const { expression, shortest } = parseSchedule(text);
    return [expression, shortest];
  };
  assert.equal(read("30s"), ["timedelta(seconds=30)", 30]);
  assert.equal(read("5m"), ["timedelta(minutes=5)", 300]);
  assert.equal(read("* * * * *"), ["crontab()", 60]);
  assert.equal(read("*/15 * * * *"), ['crontab(minute="*/15")', 900]);
  assert.equal(read("0 3 * * *"), ['crontab(minute="0", hour="3")', 86400]);
  assert.equal(read("0,50 9-17/2 * * mon-fri"), ['crontab(minute="0,50", hour="9-17/2", day_of_week="1-5")', 3000]);
  assert.equal(read("5 0 1 jan,JUL *"), [
    'crontab(minute="5", hour="0", day_of_month="1", month_of_year="1,7")',
    86400,
  ]);
  assert.equal(read("0 0 * * 7"), ['crontab(minute="0", hour="0", day_of_week="0")', 86400]);
});

test("what can't be meant is refused with the reason and what to write", () => {
  const refusal = (text: string) => {
    try {
      parseSchedule(text);
    } catch (error) {
      if (error instanceof UserError) return `${error.why}: ${error.fix}`;
      throw error;
    }
    return "";
  };
  for (const [text, says] of [
    ["soon", /neither an interval nor a cron line/],
    ["0s", /no length/],
    ["400d", /longer than a year.*0 3 1 1 \*/],
    ["0 0 3 * * *", /six fields.*30s/],
    ["60 * * * *", /minute goes from 0 to 59, and "60" does not/],
    ["0 3-1 * * *", /range "3-1" of hour ends before it begins: write it as two: 3-23,0-1/],
    ["5/10 * * * *", /step of "5\/10" \(minute\) has no range/],
    ["*/0 * * * *", /step of "\*\/0"/],
    ["0 0 30 2 *", /never comes/],
    ["0 0 1 * mon", /days of the month and of the week/],
    ["0 0 * * xyz", /"xyz" is no day_of_week/],
    ["a b c d e", /"a" is no minute/],
  ] as const)
    assert.match(refusal(text), says, text);
});

test.run();
