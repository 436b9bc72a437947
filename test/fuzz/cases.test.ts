/**
 * Every case that can run, started by its own entry and by the worker's: the same application, or nothing is written.
 * FUZZ_REASONS=1 lists those that do not start by themselves: libraries that are not here, arguments that nothing gives.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { layOut, readCases } from "../support/case-files.ts";
import { pythonEnv } from "../support/python-env.ts";
import { tempDir } from "../support/temp.ts";
import { Oracle } from "./oracle.ts";

/** Files that start an application by their name alone, the most telling first. */
const ENTRIES = ["wsgi.py", "asgi.py", "run.py", "manage.py", "startup.py", "app.py", "main.py"];

const oracle = new Oracle((await pythonEnv()).python);
test.after(() => oracle.end());

test("the worker of every case that can run has the application of its own entry", async () => {
  const tally = { equal: 0, refused: 0, wrong: 0, broken: 0, "no entry": 0 };
  const wrong: string[] = [];
  for (const one of readCases()) {
    const { generator, answers = {} } = one.wanted;
    // A call that the user names is not the entry's own.
    if (!/^celery-(factory|direct)$/.test(generator) || answers.target?.includes("(")) continue;
    const root = layOut(one, path.join(tempDir(), "project"));
    // A command that names the call is what `entryOf` does not read.
    const start = existsSync(path.join(root, "Procfile")) ? null : entryOf(root);
    if (!start) {
      tally["no entry"]++;
      continue;
    }
    const verdict = await oracle.judge(root, generator, start, answers);
    tally[verdict.kind]++;
    if (verdict.kind === "broken" && process.env.FUZZ_REASONS) console.log(`  ${one.name}: ${verdict.problems[0]}`);
    if (verdict.kind === "wrong") wrong.push(`${one.name} (${start.module}.py): ${verdict.problems.join("; ")}`);
  }
  console.log(JSON.stringify(tally));
  assert.deepEqual(wrong, []);
  assert.ok(tally.equal > 120, "too few cases were started");
});

test.run();

function entryOf(root: string): { folders: string[]; module: string; expression: string } | null {
  for (const inner of ["", "src"]) {
    const found = ENTRIES.find((name) => existsSync(path.join(root, inner, name)));
    if (found) return { folders: [inner], module: found.replace(/\.py$/, ""), expression: "" };
  }
  // `flask --app shop run`, or "shop:create_app()" where a module-level app beside it waits to be configured.
  const [name, ...others] = readdirSync(root).filter((each) => existsSync(path.join(root, each, "__init__.py")));
  if (!name || others.length > 0) return null;
  const isCalled = /\bcreate_app\b/.test(readFileSync(path.join(root, name, "__init__.py"), "latin1"));
  return { folders: [""], module: name, expression: isCalled ? "create_app()" : "" };
}
