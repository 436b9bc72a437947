/** What somebody in front of a terminal meets, in a real pseudo-terminal. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fakePlopfile, keys, plopCommand, runInTerminal, type Typed } from "../support/command.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";

const hello = (root: string, steps: readonly (readonly [string, string])[], ...answers: string[]): Promise<Typed> =>
  runInTerminal(plopCommand(fakePlopfile, "hello", "--dest", root, ...answers), steps);

test("only what reading left open is asked, then what will be written is confirmed", async () => {
  const root = tempDir();
  const { code, shown } = await hello(root, [
    ["Which broker?", keys.down + keys.enter],
    ["Write this change?", keys.enter],
  ]);
  assert.is(code, 0, shown);
  assert.match(shown, "rabbitmq — durable");
  assert.match(shown, /1 file to create\r\n\s+create\s+hello\.txt/);
  assert.not.match(shown, "Which application?");
  assert.not.match(shown, "Where do results go?");
  assert.is(
    readFileSync(path.join(root, "hello.txt"), "utf8"),
    "hello from say_hello over rabbitmq, results embedded\n",
  );
});

test("candidates are offered, free text is checked as it is typed, the diff writes nothing", async () => {
  const root = writeTree({ "two.txt": "" });
  const before = snapshotTree(root);
  const { code, shown } = await hello(
    root,
    [
      ["Which application?", keys.down + keys.enter],
      ["Name of the task?", `class${keys.enter}`],
      ["is a word of the Python language", `\u0015sayHi${keys.enter}`],
      ["Write this change?", keys.down + keys.enter],
    ],
    "--",
    "--broker",
    "redis",
  );
  assert.is(code, 0, shown);
  assert.match(shown, "+hello from say_hi over redis");
  assert.match(shown, "nothing was written");
  assertSameTree(before, snapshotTree(root));
});

test("Ctrl-C in a question: not 0, and nothing is written", async () => {
  const root = tempDir();
  const { code } = await hello(root, [["Which broker?", keys.controlC]]);
  assert.ok(code === 130 || code === 1, String(code));
  assert.not.ok(existsSync(path.join(root, "hello.txt")));
});

test("input that ends in a question: 1, and it says that nothing was written", async () => {
  const root = tempDir();
  const { code, shown } = await hello(root, [["Which broker?", keys.controlD]]);
  assert.is(code, 1);
  assert.match(shown, "nothing was written. [input-closed]");
  assert.not.ok(existsSync(path.join(root, "hello.txt")));
});

test("a wrong value on the command line is told before the first question", async () => {
  const { code, shown } = await hello(tempDir(), [], "--", "--broker", "kafka");
  assert.is(code, 1);
  assert.match(shown, 'broker: "kafka" is not one of redis, rabbitmq, embedded.');
  assert.not.match(shown, "?");
});

test("a folder that does not exist, and files that are in the way, are told before anything is confirmed", async () => {
  const missing = await hello(path.join(tempDir(), "nope"), []);
  assert.is(missing.code, 1);
  assert.match(missing.shown, "[dest-missing]");
  const root = writeTree({ "hello.txt": "mine\n" });
  const conflict = await hello(root, [["Which broker?", keys.enter]]);
  assert.is(conflict.code, 1);
  assert.match(conflict.shown, "[files-exist]");
  assert.is(readFileSync(path.join(root, "hello.txt"), "utf8"), "mine\n");
});

test("chosen from Plop's menu, it asks the same questions", async () => {
  const root = tempDir();
  const { code, shown } = await runInTerminal(plopCommand(fakePlopfile, "--dest", root), [
    ["choose a generator", keys.enter],
    ["Which broker?", keys.enter],
    ["Write this change?", keys.enter],
  ]);
  assert.is(code, 0, shown);
  assert.ok(existsSync(path.join(root, "hello.txt")));
});

test("after a change it offers to prove it, and runs the checks on a yes", async () => {
  const root = tempDir();
  const command = plopCommand(fakePlopfile, "hello", "--dest", root);
  const steps = [
    ["Which broker?", keys.enter],
    ["Write this change?", keys.enter],
    ["Prove now that it works", keys.enter],
  ] as const;
  const env = { FAKE_VERIFY: "1", CELERY_VERIFY_PYTHON: "python3" };
  const { code, shown } = await runInTerminal(command, steps, { env });
  assert.is(code, 0, shown);
  assert.match(shown, "npx plop celery-verify");
  assert.match(shown, "ok    greeting");
});

test("without a Python of the project nothing is offered; inside our own command the next step is one of it", async () => {
  const command = plopCommand(fakePlopfile, "hello", "--dest", tempDir());
  const steps = [
    ["Which broker?", keys.enter],
    ["Write this change?", keys.enter],
  ] as const;
  const env = {
    FAKE_VERIFY: "1",
    CELERY_VERIFY_PYTHON: "",
    VIRTUAL_ENV: "",
    CONDA_PREFIX: "",
    PLOP_PACK_FLASK_CELERY_COMMAND: "npx plop-pack-flask-celery",
  };
  const { code, shown } = await runInTerminal(command, steps, { env });
  assert.is(code, 0, shown);
  assert.not.match(shown, "Prove now");
  assert.match(shown, "npx plop-pack-flask-celery celery-verify");
});

test("an answer before the two dashes is told before anything is asked or confirmed", async () => {
  const root = tempDir();
  const { code, shown } = await runInTerminal(plopCommand(fakePlopfile, "hello", "--dest", root, "--preview=diff"), []);
  assert.is(code, 1, shown);
  assert.match(shown, "[answer-misplaced]");
  assert.not.match(shown, "Which broker?");
});

test("in CI nothing is asked, terminal or not", async () => {
  const root = tempDir();
  const command = plopCommand(fakePlopfile, "hello", "--dest", root);
  const { code, shown } = await runInTerminal(command, [], { env: { CI: "1" } });
  assert.is(code, 0, shown);
  assert.ok(existsSync(path.join(root, "hello.txt")));
});

test.run();
