/** Through Plop's own command, without a terminal. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fakePlopfile, plopCommand, runCommand } from "../support/command.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";

const hello = (...args: string[]) => runCommand(plopCommand(fakePlopfile, "hello", ...args));
const team = path.join(path.dirname(fakePlopfile), "team.js");
const loaded = (config: object, ...args: string[]) =>
  runCommand(plopCommand(team, ...args), { env: { PACK_CONFIG: JSON.stringify(config) } });
const read = (root: string) => readFileSync(path.join(root, "hello.txt"), "utf8");

test("positions, placeholders and names answer prompts", async () => {
  const root = tempDir();
  const { code, stdout, stderr } = await hello("_", "rabbitmq", "--dest", root, "--", "--task", "sendWelcome");
  assert.is(code, 0, stderr);
  assert.is(read(root), "hello from send_welcome over rabbitmq, results embedded\n");
  assert.match(stdout, "created  hello.txt");
  assert.match(stderr, "hello: 1 file created");
});

test("everything that is missing or wrong is one error on stderr, and nothing is written", async () => {
  const root = writeTree({ "two.txt": "" });
  const before = snapshotTree(root);
  const { code, stdout, stderr } = await hello("--dest", root, "--", "--broker", "kafka");
  assert.is(code, 1);
  assertSameTree(before, snapshotTree(root));
  assert.is(stdout, "");
  assert.match(stderr, "3 answers are missing or wrong");
  assert.match(stderr, "--target b.py:app");
  assert.match(stderr, 'broker: "kafka" is not one of redis, rabbitmq, embedded.');
  assert.is(stderr.match(/kafka/g)?.length, 1);
  assert.not.match(stderr, "    at ");
});

test("an answer by name before the two dashes, which Plop does not take for one, writes nothing", async () => {
  const root = tempDir();
  for (const answer of [["--preview=diff"], ["--preview", "diff"]]) {
    const { code, stderr } = await hello(...answer, "--dest", root);
    assert.is(code, 1);
    assert.match(stderr, "--preview must stand after a --: nothing was written. [answer-misplaced]");
    assert.match(stderr, "npx plop hello -- --preview <value>");
  }
  assert.is(snapshotTree(root).size, 0);
});

test("an answer by name without a value", async () => {
  const { code, stderr } = await hello("--dest", tempDir(), "--", "--broker");
  assert.is(code, 1);
  assert.match(stderr, "--broker has no value. [answer-invalid]");
});

test("preview json: stdout is one object and nothing else", async () => {
  const { code, stdout } = await hello("--dest", tempDir(), "--", "--preview", "json");
  assert.is(code, 0);
  assert.is(JSON.parse(stdout).generator, "hello");
  assert.ok(stdout.startsWith("{") && stdout.endsWith("}\n"));
});

test("bad names are refused, and none of them is a path or code", async () => {
  const root = tempDir();
  for (const bad of ["../x", "{{x}}", "class"]) {
    const { code, stderr } = await hello("--dest", root, "--", "--task", bad);
    assert.is(code, 1, bad);
    assert.match(stderr, /\[(name|answer)-invalid\]/);
  }
  assert.is(snapshotTree(root).size, 0);
});

test("--force overwrites, also when the pack is loaded into a team's plopfile; presets and prefix apply there", async () => {
  const root = writeTree({ "hello.txt": "mine\n" });
  const config = { prefix: "fc-", defaults: { broker: "embedded" } };
  const refused = await loaded(config, "fc-hello", "--dest", root);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, "[files-exist]");
  const shown = await loaded(config, "fc-hello", "--dest", root, "--", "--preview", "diff");
  assert.match(shown.stderr, "1 in conflict; this was a preview");
  assert.is(read(root), "mine\n");
  const forced = await loaded(config, "fc-hello", "-f", "--dest", root);
  assert.is(forced.code, 0, forced.stderr);
  assert.is(read(root), "hello from say_hello over embedded, results embedded\n");
});

test("a team's own generator runs beside the pack", async () => {
  const { code, stderr } = await loaded({}, "component");
  assert.is(code, 0, stderr);
  assert.match(stderr, "theirs ran");
});

test("presets with a typing mistake are told when the pack is loaded, with exit 1", async () => {
  const { code, stderr } = await loaded({ defaults: { brokr: "redis" } }, "component");
  assert.is(code, 1);
  assert.match(stderr, 'there is no prompt "brokr". Did you mean "broker"? [defaults-unknown]');
  const option = await loaded({ default: { broker: "redis" } }, "component");
  assert.is(option.code, 1);
  assert.match(option.stderr, 'there is no option "default". Did you mean "defaults"? [load-option-unknown]');
});

test("a folder that this user may not write to", async () => {
  const root = tempDir();
  const script = path.join(root, "check.mjs");
  const dest = pathToFileURL(path.resolve(import.meta.dirname, "../../lib/run/dest.ts")).href;
  // Root may write everywhere.
  const lines = [
    `const { checkDest } = await import(${JSON.stringify(dest)});`,
    "if (process.getuid() === 0) process.setuid(65534);",
    `try { checkDest(${JSON.stringify(root)}); } catch (error) { console.log(error.code); }`,
  ];
  writeFileSync(script, lines.join("\n"));
  chmodSync(root, 0o555);
  const { stdout, stderr } = await runCommand([process.execPath, "--import", import.meta.resolve("tsx"), script]);
  assert.is(stdout.trim(), "dest-unwritable", stderr);
  chmodSync(root, 0o755);
});

test("our own bin: the same names and prompts, without two dashes", async () => {
  const bin = path.join(path.dirname(fakePlopfile), "bin.js");
  const run = (cwd: string, ...args: string[]) =>
    runCommand([process.execPath, "--import", import.meta.resolve("tsx"), bin, ...args], { cwd });
  const root = tempDir();
  const made = await run(root, "hello", "_", "rabbitmq", "--task", "sendWelcome");
  assert.is(made.code, 0, made.stderr);
  assert.is(read(root), "hello from send_welcome over rabbitmq, results embedded\n");
  const json = await run(root, "hello", "--preview=json", "--force");
  assert.is(JSON.parse(json.stdout).changes[0].action, "edit");
  const help = await run(root, "hello", "--help");
  assert.match(help.stdout, "[here: app.py:create_app]");
  assert.match(help.stdout, /rabbitmq\s+durable/);
  const version = await run(root, "--version");
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const overall = await run(root, "--help");
  assert.match(overall.stdout, /hello\s+writes a greeting/);
  assert.is(overall.code, 0);
  const nothing = await run(root);
  assert.is(nothing.code, 1);
  assert.match(nothing.stderr, "Usage:");
  const generator = await run(root, "helo");
  assert.is(generator.code, 1);
  assert.match(generator.stderr, 'There is no generator "helo". Did you mean "hello"?');
  const prompt = await run(root, "hello", "--brokr", "redis");
  assert.is(prompt.code, 1);
  assert.match(prompt.stderr, 'hello has no prompt "brokr". Did you mean "broker"?');
  const many = await run(root, "hello", ..."abcdefg");
  assert.match(many.stderr, "[answers-too-many]");
  const elsewhere = await run("/", "hello", "--dest", root);
  assert.match(elsewhere.stderr, "[files-exist]");
  assert.ok(existsSync(path.join(root, "hello.txt")));
});

test.run();
