/** What the generators make is green in celery-verify: pairs of shape and answers, with tasks and status routes as well. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { checklist } from "../../../generators/verify/checks.ts";
import type { VerifyReport } from "../../../generators/verify/report.ts";
import { loadParser } from "../../../lib/python/index.ts";
import { survey } from "../../../lib/survey/index.ts";
import { ensureBuilt } from "../../e2e/project.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { type Database, databases, generate, generatorOf, makeApp, type Shape, shapes } from "./support/apps.ts";
import { redChecks, verify } from "./support/twin.ts";

const values = {
  shape: shapes,
  config: ["object", "environment", "namespace"],
  broker: ["redis", "rabbitmq", "embedded"],
  results: ["redis", "database", "embedded", "none"],
  database: databases,
  tasks: ["blueprint", "centralized", "mixed"],
} as const;
type Name = keyof typeof values;
type Combination = Record<Name, string>;

const names = Object.keys(values) as Name[];
const most = 14;

/** Pairs of values; a scaffold has no database, and its answer is none. */
function pairsOf(combination: Combination): string[] {
  return names.flatMap((one, index) =>
    names.slice(index + 1).map((other) => `${one}=${combination[one]} ${other}=${combination[other]}`),
  );
}

function* all(): Generator<Combination> {
  const dimensions = names.map((name) => values[name] as readonly string[]);
  const count = dimensions.reduce((product, { length }) => product * length, 1);
  for (let number = 0; number < count; number++) {
    let rest = number;
    const entries = names.map((name, index) => {
      const dimension = dimensions[index]!;
      const value = dimension[rest % dimension.length]!;
      rest = Math.floor(rest / dimension.length);
      return [name, value] as const;
    });
    const combination = Object.fromEntries(entries) as Combination;
    if (combination.shape !== "scaffold" || combination.database === "none") yield combination;
  }
}

/** Each next combination is the one with the most pairs that have not been seen yet. */
function choose(): { chosen: Combination[]; missed: string[] } {
  const combinations = [...all()];
  const missing = new Set(combinations.flatMap(pairsOf));
  const chosen: Combination[] = [];
  while (missing.size > 0 && chosen.length < most) {
    let best = combinations[0]!;
    let gain = -1;
    for (const combination of combinations) {
      const fresh = pairsOf(combination).filter((pair) => missing.has(pair));
      // Pairs of answers come first: a shape changes less of what is generated than an answer does.
      const found = fresh.length + 2 * fresh.filter((pair) => !pair.startsWith("shape=")).length;
      if (found > gain) [best, gain] = [combination, found];
    }
    for (const pair of pairsOf(best)) missing.delete(pair);
    chosen.push(best);
  }
  return { chosen, missed: [...missing] };
}

const { chosen, missed } = choose();
const reports = new Map<string, Promise<{ root: string; report: VerifyReport }>>();
/** Two at a time, begun before the first test: each test then only waits for its own. */
const chains = [Promise.resolve(), Promise.resolve()];

function begin(name: string, work: () => Promise<{ root: string; report: VerifyReport }>): void {
  const turn = reports.size % 2;
  const result = chains[turn]!.then(work);
  result.catch(() => {});
  reports.set(name, result);
  chains[turn] = result.then(
    () => {},
    () => {},
  );
}

async function make(combination: Combination): Promise<string> {
  const { shape, ...answers } = combination;
  const root = await makeApp(shape as Shape, combination.database as Database);
  const { name, mode } = generatorOf(shape as Shape);
  await generate(root, name, { ...mode, ...answers });
  return root;
}

function assertGreen(report: VerifyReport): void {
  const told = report.checks.filter(({ verdict }) => verdict === "failed").map(({ id, detail }) => `${id}: ${detail}`);
  assert.deepEqual(redChecks(report), [], `${told.join("\n")}\n${report.output}`);
  assert.equal(report.ok, true, told.join("\n"));
  assert.equal(report.checks.length, checklist.length);
}

await loadParser();
for (const combination of chosen) {
  const name = names.map((one) => combination[one]).join(" ");
  begin(name, async () => {
    const root = await make(combination);
    return { root, report: await verify(root) };
  });
  test(`green: ${name}`, async () => assertGreen((await reports.get(name)!).report));
}

test("the combinations hold every pair of answers that so few can hold", () => {
  assert.ok(chosen.length <= most);
  // Five shapes with four backends alone make twenty pairs.
  assert.deepEqual(
    missed.filter((pair) => !pair.startsWith("shape=")),
    [],
  );
  assert.ok(missed.length <= 19, missed.join("\n"));
});

/** Answers under which every part of the later generators is used. */
const grown: readonly { shape: Shape; database: Database; blueprint: string; tasks: string }[] = [
  { shape: "package", database: "flask-sqlalchemy", blueprint: "users", tasks: "blueprint" },
  { shape: "flat", database: "sqlalchemy", blueprint: "pages", tasks: "mixed" },
  { shape: "direct", database: "none", blueprint: "pages", tasks: "centralized" },
  { shape: "scaffold", database: "none", blueprint: "invoices", tasks: "blueprint" },
];
for (const { shape, database, blueprint, tasks } of grown) {
  const name = `grown ${shape}`;
  begin(name, async () => {
    const root = await make({ shape, config: "object", broker: "redis", results: "redis", database, tasks });
    const task = { blueprint, endpoint: "yes" };
    await generate(root, "blueprint-task", { ...task, task: "send_welcome", context: "app" });
    await generate(root, "status-endpoint", {});
    await generate(root, "blueprint-task", { ...task, task: "send_bill", context: "request" });
    return { root, report: await verify(root) };
  });
  test(`green with tasks, routes and status routes: ${shape}`, async () => {
    const { report } = await reports.get(name)!;
    assertGreen(report);
    const registered = report.checks.find(({ id }) => id === "tasks-registered")!.detail;
    for (const task of ["example_task", "send_welcome", "send_bill"])
      assert.match(registered, new RegExp(`\\b${task}\\b`));
  });
}

test("the command prints one object and ends with 0; with something broken in it, with 1", async () => {
  await ensureBuilt();
  const { root } = await reports.get("grown package")!;
  const bin = path.resolve(import.meta.dirname, "../../../dist/bin.js");
  const run = () =>
    execa(process.execPath, [bin, "celery-verify", "--report", "json", "--dest", root], {
      env: { CELERY_VERIFY_PYTHON: python },
      reject: false,
      stdin: "ignore",
    });
  const { python } = await pythonEnv();
  const green = await run();
  assert.equal(green.exitCode, 0, green.stderr);
  const object = JSON.parse(green.stdout);
  assert.equal(object.ok, true);
  assert.deepEqual(Object.keys(object.checks[0]), ["id", "title", "ok", "verdict", "detail", "fix"]);

  const project = await survey(root);
  const tasks = project.paths.find((name) => name === "shop/users/tasks.py")!;
  writeFileSync(path.join(root, tasks), `import a_library_that_is_not_there\n`, { flag: "a" });
  const red = await run();
  assert.equal(red.exitCode, 1);
  const broken = JSON.parse(red.stdout);
  assert.equal(broken.ok, false);
  assert.match(red.stderr, /\[verify-failed\]/);
  const failed = broken.checks.find(({ verdict }: { verdict: string }) => verdict === "failed");
  assert.match(failed.detail, /^shop\/users\/tasks\.py:\d+: .*a_library_that_is_not_there/);
  rmSync(root, { recursive: true, force: true });
});

test.run();
