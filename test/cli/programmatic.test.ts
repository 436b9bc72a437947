/** Through node-plop, as other tools and a team's own tests use it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { NodePlopAPI, PlopCfg, PlopGenerator } from "plop";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fakePlopfile } from "../support/command.ts";
import { tempDir } from "../support/temp.ts";

// node-plop is a dependency of Plop, not of ours.
const fromPlop = createRequire(import.meta.resolve("plop"));
const { default: nodePlop } = (await import(pathToFileURL(fromPlop.resolve("node-plop")).href)) as {
  default: (plopfile?: string, config?: Partial<PlopCfg>) => Promise<NodePlopAPI>;
};
const read = (root: string) => readFileSync(path.join(root, "hello.txt"), "utf8");

async function runIn(generator: PlopGenerator, bypass: string[] = []) {
  const answers = await generator.runPrompts(bypass);
  return generator.runActions(answers);
}

test("prompts are listed with their names, and can be bypassed by position", async () => {
  const root = tempDir();
  const plop = await nodePlop(fakePlopfile, { destBasePath: root });
  const generator = plop.getGenerator("hello");
  const names = (generator.prompts as { name: string }[]).map((prompt) => prompt.name);
  assert.equal(names, ["target", "broker", "results", "task", "install", "preview"]);
  const { changes, failures } = await runIn(generator, ["_", "rabbitmq"]);
  assert.equal(failures, []);
  assert.equal(changes, [{ type: "flask-celery", path: "hello: 1 file created" }]);
  assert.match(read(root), "over rabbitmq");
});

test("loaded under a prefix with presets; the action type is included and steps in a team's list", async () => {
  const root = tempDir();
  const plop = await nodePlop("", { destBasePath: root });
  await plop.load(fakePlopfile, { prefix: "fc-", defaults: { hello: { broker: "embedded" } } } as Partial<PlopCfg>);
  assert.ok(plop.getGeneratorList().some(({ name }) => name === "fc-hello"));
  const steps: string[] = [];
  plop.setGenerator("both", {
    description: "theirs, then ours",
    prompts: [],
    actions: [
      () => {
        steps.push("theirs");
        return "theirs";
      },
      { type: "flask-celery", generator: "hello", answers: { task: "fromTeam" } } as { type: string },
    ],
  });
  const { failures } = await runIn(plop.getGenerator("both"));
  assert.equal(failures, []);
  assert.equal(steps, ["theirs"]);
  assert.is(read(root), "hello from from_team over embedded, results embedded\n");
});

test("a failing step stops the team's list and tells why", async () => {
  const root = tempDir();
  const plop = await nodePlop("", { destBasePath: root });
  await plop.load(fakePlopfile);
  let after = false;
  plop.setGenerator("both", {
    description: "",
    prompts: [],
    actions: [
      { type: "flask-celery", generator: "hello", answers: { broker: "kafka" } } as { type: string },
      () => {
        after = true;
        return "";
      },
    ],
  });
  const { failures } = await runIn(plop.getGenerator("both"));
  assert.match(failures[0]!.error, 'broker: "kafka" is not one of');
  assert.is(after, false);
});

test("two runs on one Plop each read the project anew", async () => {
  const root = tempDir();
  const plop = await nodePlop(fakePlopfile, { destBasePath: root });
  const generator = plop.getGenerator("hello");
  await runIn(generator);
  const again = await runIn(generator);
  assert.equal(again.changes[0]!.path, "hello: nothing to change, all of it is in place");
});

test.run();
