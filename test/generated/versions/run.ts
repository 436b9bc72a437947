/**
 * npm run test:versions — generated applications on every Python found × Flask × Celery, as a Markdown table.
 *
 * Words choose combinations: `npm run test:versions -- python3.9 flask2.2`. Without them the table is written to the documentation.
 * `minutes=20` starts nothing more after that time; the first quarter covers every pair of versions. `parallel=4` takes more
 * than one at a time for each core. Environments stay under .cache/versions.
 */
import { availableParallelism } from "node:os";
import { generateApps } from "./apps.ts";
import { checkApp } from "./check.ts";
import { makeEnvironment } from "./environment.ts";
import { type Combination, celeryVersions, findPythons, flaskVersions, nameOf, pythonVersions } from "./matrix.ts";
import { type Row, tabulate, type Verdict, writeTable } from "./table.ts";

const words = process.argv.slice(2);
const pythons = findPythons();
const missing = pythonVersions.filter((version) => !pythons.has(version));
for (const version of missing) console.log(`skipped: Python ${version} is not on this machine`);

const chosen: Combination[] = [...pythons.keys()]
  .flatMap((python) =>
    flaskVersions.flatMap((flask) => celeryVersions.map((celery): Combination => ({ python, flask, celery }))),
  )
  .filter(({ python, flask, celery }) => {
    const names = [`python${python}`, `flask${flask}`, `celery${celery}`];
    const kinds = ["python", "flask", "celery"];
    // Of each kind that is named, one of those named.
    return kinds.every((kind) => {
      const named = words.filter((word) => word.startsWith(kind));
      return named.length === 0 || named.some((word) => names.includes(word));
    });
  });
const numberOf = (name: string) => Number(words.find((word) => word.startsWith(`${name}=`))?.split("=")[1]);
const minutes = numberOf("minutes") || Number.POSITIVE_INFINITY;
if (chosen.length === 0) {
  console.error("no such combination: say for example python3.11 flask3.1 celery5.7");
  process.exit(1);
}

const apps = await generateApps();
const rows: Row[] = [];
const begun = performance.now();
// A Latin square first: each Python with each Flask, each with each Celery, and all pairs of those two.
const queue = [0, 1, 2, 3].flatMap((part) => chosen.filter((one) => squareOf(one) === part));
await Promise.all(Array.from({ length: numberOf("parallel") || availableParallelism() }, worker));

function squareOf({ python, flask, celery }: Combination): number {
  const index = flaskVersions.indexOf(flask as never) + celeryVersions.indexOf(celery as never);
  return (index + [...pythons.keys()].indexOf(python)) % celeryVersions.length;
}

async function worker(): Promise<void> {
  for (;;) {
    const next = performance.now() - begun < minutes * 60_000 ? queue.shift() : undefined;
    if (!next) return;
    rows.push({ ...next, verdict: await tryOne(next) });
  }
}

async function tryOne(combination: Combination): Promise<Verdict> {
  const started = performance.now();
  const tell = (what: string) => {
    console.log(`${nameOf(combination)}: ${what} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
  };
  const environment = await makeEnvironment(combination, pythons.get(combination.python)!);
  if ("impossible" in environment) {
    tell(`can't be installed: ${environment.impossible}`);
    return "impossible";
  }
  const findings = [];
  for (const app of apps) findings.push(...(await checkApp(app, environment.python)));
  const failed = findings.filter(({ ok }) => !ok);
  for (const { app, check, output } of failed) console.log(`--- ${app}, ${check}\n${output}`);
  tell(failed.length ? `FAILED: ${failed.map(({ app, check }) => `${check} of ${app}`).join(", ")}` : "passed");
  return failed.length ? "failed" : "passed";
}

const order = (row: Row) => chosen.findIndex((one) => nameOf(one) === nameOf(row));
const table = tabulate(
  rows.sort((a, b) => order(a) - order(b)),
  [...new Set(chosen.map(({ python }) => python))],
);
console.log(`\n${table}`);
const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
if (queue.length > 0) console.log(`${queue.length} of ${chosen.length} combinations were not tried: out of time`);
console.log(`${count("impossible")} of ${rows.length} combinations can't be installed`);
const isNarrowed = words.some((word) => !word.includes("="));
if (!isNarrowed && missing.length === 0) console.log(`written to ${writeTable(table)}`);
console.log(`${count("passed")} passed, ${count("failed")} failed`);
process.exitCode = count("failed") > 0 || count("passed") === 0 ? 1 : 0;
