/** celery-update: what was generated becomes what is generated today, and what its owner has made of it stays. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { mergeText } from "../../../generators/common/merge.ts";
import { describeRun, RECORD, readRecord } from "../../../lib/contract/record.ts";
import { packVersion } from "../../../lib/templates/pack-version.ts";
import { templatesOf } from "../../../lib/templates/versions.ts";
import { runEarlier } from "../../support/earlier.ts";
import { refusal, run } from "../../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../../support/temp.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const FIRST = "0.1.0";
const SETTINGS = "app/celery_settings.py";

const STEPS: [name: string, given: Record<string, string>][] = [
  ["celery-factory", { broker: "redis" }],
  ["status-endpoint", {}],
  ["periodic-task", { blueprint: "app", task: "tidy", schedule: "5m" }],
  ["blueprint-task", { blueprint: "main", task: "mail", context: "request" }],
  ["celery-monitoring", {}],
  ["failed-tasks", { store: "redis" }],
  ["celery-setup", { compose: "yes", procfile: "yes" }],
];

/** An application that an earlier version has made, with everything that is kept up to date. */
async function made(version: string): Promise<string> {
  const root = tempDir();
  for (const [name, given] of STEPS) await runEarlier(version, name, root, given);
  return root;
}

function edit(root: string, name: string, from: string | RegExp, to: string): void {
  const file = path.join(root, name);
  const before = readFileSync(file, "utf8");
  const after = before.replace(from, to);
  assert.notEqual(after, before, `${name} has no ${from}`);
  writeFileSync(file, after);
}

const read = (root: string, name: string) => readFileSync(path.join(root, name), "utf8");

test("a run with other answers leaves each file to one run, and the record repeats", async () => {
  const root = tempDir();
  await run("celery-factory", { root, given: { broker: "redis" } });
  await run("celery-monitoring", { root, given: { metrics: "opentelemetry" } });
  await run("celery-monitoring", { root, given: { metrics: "none", logs: "json" } });
  const before = snapshotTree(root);
  await run("celery-update", { root });
  assertSameTree(before, snapshotTree(root));
  const files = readRecord(readFileSync(path.join(root, RECORD))).flatMap((one) => Object.keys(one.files));
  assert.equal(new Set(files).size, files.length);
  assert.ok(files.includes("app/celery_telemetry.py"));
});

test("files that nobody edited become what today's generators write, and a second run has nothing to change", async () => {
  const [root, fresh] = [await made(FIRST), tempDir()];
  for (const [name, given] of STEPS) await run(name, { root: fresh, given });
  assert.notEqual(read(root, SETTINGS), read(fresh, SETTINGS));
  const due = await refusal("celery-update", { root, given: { check: "yes" } });
  assert.equal(due.code, "update-due");
  assert.ok(due.details.includes(SETTINGS));
  const { written } = await run("celery-update", { root });
  assert.ok(written.length >= 2);
  assertSameTree(snapshotTree(root), snapshotTree(fresh));
  assert.deepEqual((await run("celery-update", { root, given: { check: "yes" } })).written, []);
  for (const [name, given] of STEPS) assert.deepEqual((await run(name, { root, given })).written, [], name);
});

test("an edit elsewhere in the file stays, also with Windows' line ends", async () => {
  const root = await made(FIRST);
  edit(root, SETTINGS, '"task_time_limit": 300', '"task_time_limit": 900');
  edit(root, "make_celery.py", "    return celery\n", "    celery.log  # mine\n    return celery\n");
  writeFileSync(path.join(root, SETTINGS), read(root, SETTINGS).replaceAll("\n", "\r\n"));
  await run("celery-update", { root });
  const text = read(root, SETTINGS);
  assert.match(text, /"task_time_limit": 900/);
  assert.doesNotMatch(text, /difflib/);
  assert.doesNotMatch(text, /[^\r]\n/);
  assert.match(read(root, "make_celery.py"), /celery\.log {2}# mine/);
  assert.deepEqual((await run("celery-update", { root })).written, []);
});

test("lines that both have changed are shown, and nothing is written until a side is named", async () => {
  const root = await made(FIRST);
  edit(root, SETTINGS, "    too_old = NEWER_SETTINGS - KNOWN\n", "    too_old = set()  # mine\n");
  const before = snapshotTree(root);
  const error = await refusal("celery-update", { root });
  assert.equal(error.code, "update-conflicts");
  assert.match(
    error.details.join("\n"),
    /app\/celery_settings\.py:\d+\n(?: {2}mine {3}\| .*\n)*? {2}mine {3}\| .*too_old = set\(\) {2}# mine/,
  );
  assert.match(error.details.join("\n"), /theirs \| .*settings = dict\(DEFAULTS\)/);
  assertSameTree(before, snapshotTree(root));

  await run("celery-update", { root, given: { conflicts: "mine" } });
  assert.match(read(root, SETTINGS), /# mine/);
  assert.doesNotMatch(read(root, SETTINGS), /difflib/);
  // What was decided is not asked again.
  assert.deepEqual((await run("celery-update", { root })).written, []);

  const other = await made(FIRST);
  edit(other, SETTINGS, "    too_old = NEWER_SETTINGS - KNOWN\n", "    too_old = set()  # mine\n");
  await run("celery-update", { root: other, force: true });
  assert.doesNotMatch(read(other, SETTINGS), /# mine/);
});

test("a file that its owner has removed stays away, and other runs go on where one can't be made again", async () => {
  const root = await made(FIRST);
  rmSync(path.join(root, "CELERY.md"));
  // Nobody wrote the second run's application.
  edit(root, RECORD, /("generator": "status-endpoint",\s*"target": ")[^"]+/, "$1gone/__init__.py:create_app");
  const { plan } = await run("celery-update", { root });
  assert.ok(!existsSync(path.join(root, "CELERY.md")));
  assert.match(plan!.warnings.join("\n"), /CELERY\.md was removed, and stays so/);
  assert.match(
    plan!.warnings.join("\n"),
    /status-endpoint \(gone\/__init__\.py:create_app\) could not be made again: /,
  );
  assert.doesNotMatch(read(root, SETTINGS), /difflib/);
  await run("celery-update", { root });
  assert.ok(!existsSync(path.join(root, "CELERY.md")));
  // What was not looked at is not up to date.
  const unseen = await refusal("celery-update", { root, given: { check: "yes" } });
  assert.match(unseen.what, /can't be told/);
  assert.match(unseen.details.join("\n"), /status-endpoint \(gone/);
});

test("without a record, or with one that a merge has broken, nothing is done", async () => {
  const root = await made(FIRST);
  edit(root, RECORD, '"runs"', "<<<<<<< HEAD\n");
  assert.equal((await refusal("celery-update", { root })).code, "record-unreadable");
  assert.equal((await refusal("celery-update", { root: tempDir() })).code, "record-missing");
});

test("files that were made before there was a record are known again by what they hold", async () => {
  const [root, known] = [tempDir(), tempDir()];
  for (const folder of [root, known]) {
    await runEarlier(FIRST, "celery-factory", folder, { broker: "rabbitmq", results: "database", tasks: "mixed" });
    await runEarlier(FIRST, "status-endpoint", folder, { page: "no" });
    edit(folder, SETTINGS, '"task_time_limit": 300', '"task_time_limit": 900');
  }
  rmSync(path.join(root, RECORD));
  for (const folder of [root, known]) await run("celery-update", { root: folder });
  assert.match(read(root, SETTINGS), /"task_time_limit": 900/);
  assert.doesNotMatch(read(root, SETTINGS), /difflib/);
  assertSameTree(snapshotTree(root), snapshotTree(known));
  // Where everything is edited, nothing is certain.
  rmSync(path.join(root, RECORD));
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (/\.(py|md)$/.test(name)) writeFileSync(path.join(root, name), `${read(root, name)}\n# mine\n`);
  }
  assert.equal((await refusal("celery-update", { root })).code, "record-missing");
});

test("the record holds answers and no secret, and belongs to who wrote a file last", async () => {
  const root = writeTree({ "requirements.txt": "flask\n" }, tempDir());
  await run("celery-factory", { root, given: { broker: "redis://:hunter2@redis.internal:6379/0" } });
  assert.doesNotMatch(read(root, RECORD), /hunter2|redis\.internal/);
  const [first] = readRecord(readFileSync(path.join(root, RECORD)));
  assert.equal(first!.answers.broker, "redis");
  await run("celery-factory", { root, given: { broker: "rabbitmq", results: "none" }, force: true });
  const runs = readRecord(readFileSync(path.join(root, RECORD)));
  assert.deepEqual(
    runs.map(({ answers }) => answers.broker),
    ["rabbitmq"],
  );
});

test("an answer that may be a secret is not recorded", () => {
  const prompt = (name: string) => ({ name, message: "", detect: () => ({ value: "", certain: true }) });
  const prompts = ["blueprint", "apiToken", "db_password", "key"].map(prompt);
  const answers = Object.fromEntries(prompts.map(({ name }) => [name, "hunter2"]));
  const run = describeRun({ generator: "acme", target: "", version: "1.0.0" }, prompts, answers, new Map());
  assert.deepEqual(run.answers, { blueprint: "hunter2" });
});

test("without the text that was generated, an edit can't be told from it", () => {
  const sides = { path: "a.py", mine: "a = 1\n", base: null, theirs: "a = 2\n" };
  assert.equal(mergeText(sides, "stop").conflicts.length, 1);
  assert.equal(mergeText(sides, "mine").text, "a = 1\n");
  // Merged line by line, this would be no Python any more.
  const cut = {
    path: "a.py",
    base: "a = [\n1,\n2,\n3,\n4,\n]\n",
    mine: "a = (\n1,\n2,\n3,\n4,\n)\n",
    theirs: "a = [\n1,\n2], [\n3,\n4,\n]\n",
  };
  assert.equal(mergeText(cut, "stop").conflicts.length, 1);
});

test("every version before this one is kept, and this one is not kept before it is final", () => {
  const kept = readdirSync(path.join(repository, "templates/versions")).map((name) => name.replace(".json.gz", ""));
  const released = [...read(repository, "CHANGELOG.md").matchAll(/^## \[(\d+\.\d+\.\d+)\]/gm)].map(([, one]) => one!);
  assert.deepEqual(kept.sort(), released.filter((version) => version !== packVersion()).sort());
  for (const version of kept) assert.ok(templatesOf(version)!.names.length > 50, version);
});

test.run();
