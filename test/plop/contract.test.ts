/** The names that teams rely on, as the real plopfile registers them; changing one is a major version. */
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
type Shown = { name: string; when?: unknown; choices?: unknown };

const integration = ["target", "broker", "results", "database", "config", "tasks", "install", "preview"];
const contract: Record<string, string[]> = {
  "celery-factory": integration,
  "celery-direct": ["mode", ...integration],
  "blueprint-task": ["blueprint", "task", "endpoint", "context", "database", "preview", "target"],
  "status-endpoint": ["urlPrefix", "cancel", "stream", "page", "preview", "target"],
  "celery-verify": ["target", "live", "report"],
};

const plop = await load();

test("the generators are these", () => {
  assert.equal(
    plop
      .getGeneratorList()
      .map(({ name }) => name)
      .sort(),
    Object.keys(contract).sort(),
  );
});

for (const [name, prompts] of Object.entries(contract)) {
  test(`${name} has its prompts in their order, and without a terminal asks none`, () => {
    const shown = plop.getGenerator(name).prompts as Shown[];
    assert.equal(
      shown.map((prompt) => prompt.name),
      prompts,
    );
    for (const prompt of shown) assert.is(prompt.when, false);
  });
}

const values: Record<string, string[]> = {
  mode: ["direct", "hybrid"],
  broker: ["redis", "rabbitmq", "sqs", "sentinel", "valkey", "embedded"],
  results: ["redis", "database", "embedded", "none"],
  database: ["none", "flask-sqlalchemy", "sqlalchemy"],
  config: ["object", "environment", "namespace"],
  tasks: ["blueprint", "centralized", "mixed"],
  endpoint: ["no", "yes"],
  context: ["app", "request"],
  cancel: ["no", "yes"],
  stream: ["no", "yes"],
  page: ["no", "yes"],
  live: ["no", "yes"],
  report: ["json", "text"],
  install: ["no", "yes"],
  preview: ["diff", "json", "no"],
};

for (const name of Object.keys(contract)) {
  test(`${name}: the values of its prompts`, () => {
    for (const prompt of plop.getGenerator(name).prompts as Shown[]) {
      if (!values[prompt.name]) continue;
      assert.ok(Array.isArray(prompt.choices), `${prompt.name} has choices`);
      const shown = (prompt.choices as { value: string }[]).map((choice) => choice.value);
      assert.equal(shown.sort(), [...values[prompt.name]!].sort(), prompt.name);
    }
  });
}

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
