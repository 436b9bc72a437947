/** What the real plopfile registers with Plop. The names themselves are held by test/package/api.snap.json. */
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { NodePlopAPI, PlopCfg } from "plop";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { tempDir } from "../support/temp.ts";

const fromPlop = createRequire(import.meta.resolve("plop"));
const { default: nodePlop } = (await import(pathToFileURL(fromPlop.resolve("node-plop")).href)) as {
  default: (plopfile?: string, config?: Partial<PlopCfg>) => Promise<NodePlopAPI>;
};
const plopfile = path.resolve(import.meta.dirname, "../../plopfile.ts");
const load = async (config: object = {}, include?: object) => {
  const plop = await nodePlop("", { destBasePath: tempDir() });
  await plop.load(plopfile, config as Partial<PlopCfg>, include as never);
  return plop;
};
type Shown = { name: string; when?: unknown };

const plop = await load();

test("without a terminal no prompt asks", () => {
  for (const { name } of plop.getGeneratorList()) {
    const prompts = plop.getGenerator(name).prompts as Shown[];
    assert.ok(prompts.length > 0, name);
    for (const prompt of prompts) assert.is(prompt.when, false, `${name}: ${prompt.name}`);
  }
});

test("a prefix goes before every name", async () => {
  const prefixed = await load({ prefix: "acme-" });
  for (const { name } of prefixed.getGeneratorList()) assert.match(name, /^acme-/);
});

test("partials and helpers are not included unasked; asked for, they render Python, not HTML", async () => {
  assert.equal(plop.getPartialList(), []);
  assert.equal(plop.getHelperList(), []);
  assert.equal(plop.getActionTypeList(), ["flask-celery"]);
  const all = await load({}, { partials: true, helpers: true });
  assert.ok(all.getPartialList().includes("flask_task"));
  assert.is(all.renderString("{{py value}}", { value: "it's <b>" }), `"it's <b>"`);
  assert.is(all.renderString("{{#if (eq a 1)}}one{{/if}}", { a: 1 }), "one");
});

test("a partial or preset that does not exist is told when the pack is loaded", async () => {
  const reason = (config: object) => load(config).then(String, (error: Error) => error.message);
  assert.match(
    await reason({ partials: { flask_tusk: "" } }),
    'no partial "flask_tusk" to replace. Did you mean "flask_task"?',
  );
  assert.match(
    await reason({ defaults: { broker: "kafka" } }),
    '"kafka" is not one of redis, rabbitmq, sqs, sentinel, valkey, embedded',
  );
  process.exitCode = 0;
});

test.run();
