/**
 * The corners of the matrix: the oldest Flask and Celery on the oldest Python that is there, and the newest on the newest.
 * `npm run test:versions` tries what lies between.
 */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generateApps } from "./apps.ts";
import { checkApp } from "./check.ts";
import { makeEnvironment } from "./environment.ts";
import { type Combination, celeryVersions, findPythons, flaskVersions, nameOf } from "./matrix.ts";

// The first application has everything; the others are for the whole matrix.
const [app] = await generateApps(["redis"]);
const interpreters = findPythons();
const pythons = [...interpreters.keys()];
const corners: Combination[] = [
  { python: pythons[0]!, flask: flaskVersions[0], celery: celeryVersions[0] },
  { python: pythons.at(-1)!, flask: flaskVersions.at(-1)!, celery: celeryVersions.at(-1)! },
];

// Side by side: pip waits for the registry most of the time.
const outcomes = corners.map(async (combination) => {
  const environment = await makeEnvironment(combination, interpreters.get(combination.python)!);
  if ("impossible" in environment) throw new Error(environment.impossible);
  return checkApp(app!, environment.python);
});
// Each is awaited in a test of its own.
for (const outcome of outcomes) outcome.catch(() => {});

for (const [index, combination] of corners.entries()) {
  test(nameOf(combination), async () => {
    const findings = await outcomes[index]!;
    assert.is(findings.length, 4);
    for (const { check, ok, output } of findings) assert.ok(ok, `${check}\n${output}`);
  });
}

test.run();
