import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Writable } from "node:stream";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Generator } from "../../lib/contract/generator.ts";
import { UserError } from "../../lib/errors/index.ts";
import { explain } from "../../lib/run/explain.ts";
import { type RunOptions, runGenerator } from "../../lib/run/run.ts";
import type { Stages } from "../../lib/run/stages.ts";
import { fakeStages, generator } from "../support/fake-flow.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";

class Sink extends Writable {
  text = "";
  isTTY = false;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

async function run(root: string, options: Partial<RunOptions> = {}, which: Generator = generator) {
  const output = { out: new Sink(), err: new Sink() };
  const outcome = runGenerator(which, { root, stages: fakeStages, output, ...options });
  const error = await outcome.then(
    () => null,
    (reason: unknown) => reason,
  );
  return {
    outcome: error ? null : await outcome,
    error: error as UserError,
    out: output.out.text,
    err: output.err.text,
  };
}

const read = (root: string, name: string) => readFileSync(path.join(root, name), "utf8");

test("a change is written and told", async () => {
  const root = tempDir();
  const { outcome, out, err } = await run(root, { given: { broker: "rabbitmq" } });
  assert.is(read(root, "hello.txt"), "hello from say_hello over rabbitmq, results embedded\n");
  assert.is(outcome?.summary, "hello: 1 file created");
  assert.match(out, /created {2}hello\.txt/);
  assert.match(out, "celery -A make_celery worker");
  assert.is(err, "");
});

test("twice is once", async () => {
  const root = tempDir();
  await run(root);
  const before = snapshotTree(root);
  const { outcome } = await run(root);
  assert.is(outcome?.summary, "hello: nothing to change, all of it is in place");
  assert.equal(outcome?.written, []);
  assertSameTree(before, snapshotTree(root));
});

test("a file with other content is never overwritten unasked", async () => {
  const root = writeTree({ "hello.txt": "mine\n", "notes.md": "mine too\n" });
  const { error } = await run(root);
  assert.is(error.code, "files-exist");
  assert.match(error.message, "hello.txt");
  assert.match(error.message, "--force (-f)");
  assert.is(read(root, "hello.txt"), "mine\n");
  assert.is(read(root, "notes.md"), "mine too\n");
  const forced = await run(root, { force: true });
  assert.is(forced.outcome?.summary, "hello: 2 files edited");
  assert.match(read(root, "hello.txt"), "hello from");
});

test("preview json is one object with exactly these keys, and writes nothing", async () => {
  const root = writeTree({ "notes.md": "mine\n", "hello.txt": "mine\n", "manual.txt": "" });
  const before = snapshotTree(root);
  const { out, err, outcome } = await run(root, { given: { preview: "json", install: "yes" } });
  assertSameTree(before, snapshotTree(root));
  const plan = JSON.parse(out);
  assert.equal(Object.keys(plan), ["generator", "target", "answers", "changes", "manual", "install", "next"]);
  assert.is(plan.generator, "hello");
  assert.is(plan.target, "app.py:create_app");
  assert.is(plan.answers.broker, "redis");
  assert.equal(
    plan.changes.map(({ path: name, action }: { path: string; action: string }) => `${action} ${name}`),
    ["conflict hello.txt", "edit notes.md"],
  );
  assert.match(plan.changes[0].diff, "-mine\n+hello from");
  assert.equal(Object.keys(plan.manual[0]), ["path", "line", "snippet", "why"]);
  assert.equal(plan.install, { command: ["pip", "install", "celery[redis]"] });
  assert.equal(plan.next, ["celery -A make_celery worker"]);
  assert.is(err, "");
  assert.match(outcome!.summary, "nothing was written");
});

test("preview json has no install unless it was asked for, and unchanged files without a diff", async () => {
  const root = tempDir();
  await run(root);
  const plan = JSON.parse((await run(root, { given: { preview: "json" } })).out);
  assert.is(plan.install, null);
  assert.equal(plan.changes, [{ path: "hello.txt", action: "unchanged", diff: "" }]);
});

test("preview diff is plain without a terminal and coloured in one", async () => {
  const root = tempDir();
  const plain = await run(root, { given: { preview: "diff" } });
  assert.match(plain.out, "+++ b/hello.txt\n@@");
  assert.not.match(plain.out, "\u001b");
  assert.not.ok(existsSync(path.join(root, "hello.txt")));
  const output = { out: new Sink(), err: new Sink() };
  output.out.isTTY = true;
  const noColor = process.env.NO_COLOR;
  delete process.env.NO_COLOR;
  await run(root, { given: { preview: "diff" }, output });
  if (noColor !== undefined) process.env.NO_COLOR = noColor;
  assert.match(output.out.text, "\u001b[32m+hello");
});

test("preview diff tells what a real run would stop at, and what it would leave to the user", async () => {
  const root = writeTree({ "hello.txt": "mine\n", "manual.txt": "" });
  const { outcome, err } = await run(root, { given: { preview: "diff" } });
  assert.is(outcome?.summary, "hello: 1 in conflict; this was a preview, nothing was written");
  assert.match(err, "only --force writes:\n  hello.txt\n");
  assert.match(err, "left to do by hand:\n  requirements.txt:3  pip compiles this file.\n      celery[redis]==5.6.3\n");
});

test("no output has a password in it", async () => {
  const root = writeTree({ "notes.md": "redis://:hunter2@example.org/1\n" });
  for (const preview of ["json", "diff"]) {
    const { out } = await run(root, { given: { preview } });
    assert.match(out, "redis://:***@example.org/0");
    assert.not.match(out, "hunter2");
  }
});

test("steps left to the user fail the run with the exact text and place, after the rest is written", async () => {
  const root = writeTree({ "manual.txt": "" });
  const { error } = await run(root);
  assert.is(error.code, "manual-steps");
  assert.match(error.message, "requirements.txt:3  pip compiles this file.");
  assert.match(error.message, "    celery[redis]==5.6.3");
  assert.ok(existsSync(path.join(root, "hello.txt")));
});

test("install runs after the files are written, and only when asked for", async () => {
  const root = tempDir();
  const seen: string[] = [];
  const stages: Stages = {
    ...fakeStages,
    async install(step) {
      seen.push(step.command.join(" "));
      assert.ok(existsSync(path.join(root, "hello.txt")));
    },
  };
  await run(root, { stages });
  assert.equal(seen, []);
  await run(root, { stages, given: { install: "yes" } });
  assert.equal(seen, ["pip install celery[redis]"]);
});

test("a failed install leaves the files and fails the run", async () => {
  const root = tempDir();
  const stages: Stages = {
    ...fakeStages,
    async install() {
      throw new UserError({ code: "install-failed", what: "w", why: "y", fix: "f" });
    },
  };
  const { error } = await run(root, { stages, given: { install: "yes" } });
  assert.is(error.code, "install-failed");
  assert.ok(existsSync(path.join(root, "hello.txt")));
});

test("what an interrupted run left is taken back before the project is read", async () => {
  const root = writeTree({ ".left-over": "" });
  const order: string[] = [];
  const stages: Stages = {
    ...fakeStages,
    recover: async (folder) => {
      order.push("recover");
      return fakeStages.recover(folder);
    },
    survey: async (folder) => {
      order.push("survey");
      return fakeStages.survey(folder);
    },
  };
  const { err } = await run(root, { stages });
  assert.equal(order, ["recover", "survey"]);
  assert.match(err, "An earlier run was taken back.");
});

test("a bug of ours says so, with what a report needs, and nothing is written", async () => {
  const root = writeTree({ "crash.txt": "" });
  const before = snapshotTree(root);
  const { error } = await run(root);
  assertSameTree(before, snapshotTree(root));
  const text = explain(error);
  assert.match(text, "This is a bug in plop-pack-flask-celery: undefined is not a function [bug]");
  assert.match(text, process.version);
  assert.match(text, /version \d+\.\d+\.\d+/);
  assert.not.match(text, "    at ");
  process.env.DEBUG = "1";
  assert.match(explain(error), "    at ");
  delete process.env.DEBUG;
});

test("celery-verify is named among what to do next, once", async () => {
  const root = tempDir();
  const { out } = await run(root, { verifyCommand: "npx plop fc-celery-verify", given: { preview: "json" } });
  const dest = path.relative(process.cwd(), root).length < root.length ? path.relative(process.cwd(), root) : root;
  assert.equal(JSON.parse(out).next, ["celery -A make_celery worker", `npx plop fc-celery-verify --dest ${dest}`]);
});

test("what comes afterwards happens only when something was written", async () => {
  const root = tempDir();
  let times = 0;
  const afterwards = async () => {
    times++;
  };
  await run(root, { afterwards, given: { preview: "diff" } });
  assert.is(times, 0);
  await run(root, { afterwards });
  await run(root, { afterwards });
  assert.is(times, 1);
});

const checker = (passed: boolean): Generator => ({
  name: "celery-verify",
  description: "",
  prompts: [],
  verify: async () => ({ passed, text: "ok  starts", json: { passed, url: "redis://:hunter2@h" } }),
});

test("a checklist that fails is an exit with 1, after its lines", async () => {
  const good = await run(tempDir(), {}, checker(true));
  assert.is(good.outcome?.summary, "celery-verify: every check holds");
  assert.is(good.out, "ok  starts\n");
  const bad = await run(tempDir(), {}, checker(false));
  assert.is(bad.error.code, "verify-failed");
  assert.is(bad.out, "ok  starts\n");
});

test("what a checklist begins before the project is read is ended, whatever comes of the answers", async () => {
  const order: string[] = [];
  const generator: Generator = {
    ...checker(true),
    prompts: [{ name: "target", message: "", detect: () => ({ value: String(order.push("detect")), certain: true }) }],
    begin: async () => {
      order.push("begin");
      return () => order.push("end");
    },
  };
  await run(tempDir(), {}, generator);
  assert.equal(order, ["begin", "detect", "end"]);
  order.length = 0;
  const { error } = await run(tempDir(), { given: { target: "{{" } }, generator);
  assert.is(error.code, "answer-invalid");
  assert.equal(order, ["begin", "end"]);
});

test("--dest must be a folder that exists and is not our own clone", async () => {
  const root = writeTree({ "file.txt": "" });
  assert.is((await run(path.join(root, "nope"))).error.code, "dest-missing");
  assert.is((await run(path.join(root, "file.txt"))).error.code, "dest-not-a-folder");
  writeFileSync(path.join(root, "package.json"), '{"name": "plop-pack-flask-celery"}');
  const own = await run(root);
  assert.is(own.error.code, "dest-is-the-pack");
  assert.match(own.error.message, "--dest path/to/flask/app");
});

test.run();
