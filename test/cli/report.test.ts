/** `--report json` prints what docs/report.schema.json says, and a terminal without a person is asked nothing. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { ensureBuilt } from "../e2e/project.ts";
import { runCommand, runInTerminal } from "../support/command.ts";
import { tempDir, writeTree } from "../support/temp.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const bin = path.join(repository, "dist/bin.js");
const { $defs } = JSON.parse(readFileSync(path.join(repository, "docs/report.schema.json"), "utf8"));
const FACTORY = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";
const shop = () => writeTree({ "requirements.txt": "flask\n", "app.py": FACTORY }, tempDir());

test.before(ensureBuilt);

async function report(root: string, ...words: string[]) {
  const { stdout, code } = await runCommand([process.execPath, bin, ...words, "--dest", root, "--report", "json"]);
  return { code, object: JSON.parse(stdout) };
}

test("done, and done again", async () => {
  const root = shop();
  const first = await report(root, "celery-factory");
  assert.equal(first.code, 0);
  check(first.object, $defs.done);
  assert.ok(first.object.changes.length > 8);
  const again = await report(root, "celery-factory");
  check(again.object, $defs.done);
  assert.deepEqual(again.object.changes, []);
});

test("refused, misspelt, and steps that are left", async () => {
  const root = shop();
  for (const [words, code] of [
    [["celery-direct"], "wrong-generator"],
    [["celery-factor"], "generator-unknown"],
    [["celery-factory", "--brokr", "redis"], "prompt-unknown"],
    [["blueprint-task"], "celery-missing"],
  ] as const) {
    const { object, code: exit } = await report(root, ...words);
    assert.equal(exit, 1);
    check(object, $defs.refused);
    assert.equal(object.error.code, code);
  }
});

test("the prompts of every generator", async () => {
  const root = shop();
  for (const name of [
    "celery-factory",
    "celery-direct",
    "blueprint-task",
    "status-endpoint",
    "periodic-task",
    "failed-tasks",
    "celery-monitoring",
    "celery-setup",
    "celery-adopt",
    "celery-update",
    "celery-verify",
  ]) {
    const { object } = await report(root, name, "--help");
    check(object, $defs.prompts);
  }
});

test("a terminal that nobody sits at: nothing is asked", async () => {
  const root = writeTree({ "requirements.txt": "flask\n", "app.py": FACTORY, "b/web.py": FACTORY }, tempDir());
  const flagged = await runInTerminal(
    [process.execPath, bin, "celery-factory", "--dest", root, "--no-interactive"],
    [],
  );
  assert.equal(flagged.code, 1);
  assert.match(flagged.shown, /answer-missing/);
  const told = await runInTerminal([process.execPath, bin, "celery-factory", "--dest", root], [], {
    env: { NONINTERACTIVE: "1" },
  });
  assert.match(told.shown, /answer-missing/);
});

test("uncommitted changes in a file that is edited are warned of", async () => {
  const root = shop();
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", root, "-c", "user.name=t", "-c", "user.email=t@example.invalid", ...words]);
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "first");
  const clean = await report(root, "celery-factory", "--preview", "no");
  assert.deepEqual(clean.object.warnings, []);
  const dirty = shop();
  execFileSync("cp", ["-r", path.join(root, ".git"), dirty]);
  appendFileSync(path.join(dirty, "app.py"), "\n# mine\n");
  const { object } = await report(dirty, "celery-factory");
  assert.match(object.warnings.join(), /^Git has uncommitted changes in app\.py:/);
});

test.run();

interface Schema {
  const?: unknown;
  enum?: unknown[];
  type?: string | string[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
}

/** As much of JSON Schema as the file uses. */
function check(value: unknown, schema: Schema, at = "report"): void {
  if ("const" in schema) assert.equal(value, schema.const, at);
  if (schema.enum) assert.ok(schema.enum.includes(value), `${at}: ${value}`);
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (schema.type) assert.ok([schema.type].flat().includes(type), `${at} is ${type}`);
  if (schema.items && Array.isArray(value)) for (const item of value) check(item, schema.items, `${at}[]`);
  if (type !== "object") return;
  const object = value as Record<string, unknown>;
  for (const name of schema.required ?? []) assert.ok(name in object, `${at} lacks ${name}`);
  for (const [name, inner] of Object.entries(object)) {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    assert.ok(known, `${at} has ${name}`);
    if (typeof known === "object") check(inner, known, `${at}.${name}`);
  }
}
