/** The list and the functions behind it: adding a check touches both, and nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { checklist, completeChecks, fails, holds, isNotApplicable } from "../../../generators/verify/checks.ts";
import { reportAsText } from "../../../generators/verify/report.ts";
import { staticChecks } from "../../../generators/verify/static/index.ts";

const python = path.resolve(import.meta.dirname, "../../../generators/verify/python/celery_verify");

test("each check has one function, in Python or here", () => {
  for (const { id, python: named } of checklist) {
    assert.equal(named === undefined, id in staticChecks, id);
    if (named === undefined) continue;
    const [module, name] = named.split(".");
    const text = readFileSync(path.join(python, `${module}.py`), "utf8");
    assert.ok(text.includes(`def ${name}(run: Verification) -> str:`), `${named} of ${id}`);
  }
  const ids = checklist.map(({ id }) => id);
  assert.deepEqual(Object.keys(staticChecks).sort(), ids.filter((id) => id in staticChecks).sort());
  assert.equal(new Set(ids).size, ids.length);
  for (const { needs } of checklist) assert.ok(needs === undefined || ids.includes(needs), needs);
});

test("a check that says it is not applicable has a sentence", () => {
  for (const { id, python: named, notApplicable } of checklist) {
    if (named === undefined || notApplicable !== undefined) continue;
    const [module, name] = named.split(".");
    const text = readFileSync(path.join(python, `${module}.py`), "utf8");
    const body = text.slice(text.indexOf(`def ${name}(`)).split(/\n\n\n/)[0]!;
    assert.doesNotMatch(body, /raise NotApplicable$/m, id);
  }
  assert.throws(() => isNotApplicable("json-only"), /no sentence for json-only/);
  assert.equal(isNotApplicable("env-files").detail, "no .env file is used here");
});

test("what was not applicable and what was not reached are counted apart from what holds", () => {
  const found = [fails("flask-starts", "app.py:1: broken", "Mend it."), isNotApplicable("no-credentials")];
  const checks = completeChecks([...found, holds("worker-documented", "README.md:1")]);
  const text = reportAsText({ ok: false, python: "python", mode: "in-memory", checks, output: "" });
  assert.match(text, /^ {2}FAIL Flask application starts +app\.py:1: broken\n +do: Mend it\.$/m);
  assert.match(text, /^ {2}n\/a {2}No credential in tracked files +not applicable: there is no file to look at$/m);
  assert.match(text, /^ {2}-- {3}Celery is initialised and shared +not checked: flask-starts failed$/m);
  assert.match(text, new RegExp(`\\n1 of ${checklist.length - 1} checks hold, 1 not applicable\\.$`));
  assert.equal(checks.filter(({ verdict }) => verdict === "not-checked").length, checklist.length - 3);
});

test.run();
