/**
 * Everything that teams name in their own code, held in api.snap.json. A name or value that goes away, or a prompt that moves, is a
 * major version; a new one is a minor version. `UPDATE_API=1` writes the snapshot anew: the diff then says which it is.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { NodePlopAPI, PlopCfg } from "plop";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findGenerators } from "../../lib/run/find.ts";
import { ours } from "../../ours.ts";
import { tempDir } from "../support/temp.ts";
import { repository } from "./tarball.ts";

interface Api {
  /** Importable paths, commands, and the Node versions that they run on. */
  package: { exports: string[]; bin: string[]; node: string };
  values: string[];
  types: string[];
  /** Generator → prompts in their order → values, or `text`. */
  generators: Record<string, Record<string, string[] | "text">>;
  partials: string[];
  helpers: string[];
  actionTypes: string[];
}

const file = path.join(import.meta.dirname, "api.snap.json");
const api = await readApi();

test("the names that teams rely on are those of the snapshot", () => {
  if (process.env.UPDATE_API) writeFileSync(file, `${JSON.stringify(api, null, 2)}\n`);
  assert.ok(existsSync(file), "no snapshot: run this test with UPDATE_API=1");
  const held: Api = JSON.parse(readFileSync(file, "utf8"));
  const [before, now] = [flatten(held), flatten(api)];
  const gone = before.filter((name) => !now.includes(name));
  const added = now.filter((name) => !before.includes(name));
  const hint = "UPDATE_API=1 writes test/package/api.snap.json anew";
  assert.equal(gone, [], `gone, a major version: ${gone.join(", ")}; ${hint}`);
  assert.equal(added, [], `new, a minor version: ${added.join(", ")}; ${hint}`);
  // Words after a generator's name answer its prompts in their order, so the order counts as well.
  assert.equal(JSON.stringify(api), JSON.stringify(held), `the order has changed, a major version; ${hint}`);
});

test("the snapshot has something of everything", () => {
  for (const name of ["celeryFactory", "runGenerator", "UserError", "default"])
    assert.ok(api.values.includes(name), name);
  for (const name of ["Generator", "PackConfig", "Project", "CeleryFactoryAnswers"]) {
    assert.ok(api.types.includes(name), name);
  }
  assert.is(Object.keys(api.generators).length, 11);
  assert.equal(api.generators["celery-factory"]!.broker, [
    "redis",
    "rabbitmq",
    "sqs",
    "sentinel",
    "valkey",
    "embedded",
  ]);
  for (const list of [api.partials, api.helpers, api.actionTypes]) assert.ok(list.length > 0);
});

async function readApi(): Promise<Api> {
  const { exports, bin, engines } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  const generators = await findGenerators(ours);
  const plop = await loadPack();
  const { values, types } = readExports("index.ts");
  const loaded = Object.keys(await import("../../index.ts"));
  assert.equal(values, sorted(loaded), "index.ts has an export that this test does not understand");
  return {
    package: { exports: Object.keys(exports), bin: Object.keys(bin), node: engines.node },
    values,
    types,
    generators: Object.fromEntries(
      [...generators]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, prompts }) => [
          name,
          Object.fromEntries(
            prompts.map((prompt) => [prompt.name, prompt.choices?.map(({ value }) => value) ?? "text"]),
          ),
        ]),
    ),
    partials: sorted(plop.getPartialList()),
    helpers: sorted(plop.getHelperList()),
    actionTypes: sorted(plop.getActionTypeList()),
  };
}

async function loadPack(): Promise<NodePlopAPI> {
  const fromPlop = createRequire(import.meta.resolve("plop"));
  const { default: nodePlop } = (await import(pathToFileURL(fromPlop.resolve("node-plop")).href)) as {
    default: (plopfile?: string, config?: Partial<PlopCfg>) => Promise<NodePlopAPI>;
  };
  const plop = await nodePlop("", { destBasePath: tempDir() });
  const include = { generators: true, partials: true, helpers: true, actionTypes: true };
  await plop.load(path.join(repository, "plopfile.ts"), {}, include);
  return plop;
}

/** Names that a module exports, from its text: types leave no trace at run time. */
function readExports(name: string): { values: string[]; types: string[] } {
  const text = readFileSync(path.join(repository, name), "utf8");
  const values = new Set<string>();
  const types = new Set<string>();
  for (const [, kind, list] of text.matchAll(/^export( type)? \{([^}]*)\}/gm)) {
    for (const item of list!.split(",").flatMap((part) => part.trim() || [])) {
      const [, isType, exported] = /^(type )?(?:\w+ as )?(\w+)$/.exec(item)!;
      (kind || isType ? types : values).add(exported!);
    }
  }
  for (const [, from] of text.matchAll(/^export type \* from "(.+)"/gm)) {
    for (const type of readExports(path.join(path.dirname(name), from!)).types) types.add(type);
  }
  for (const [, type] of text.matchAll(/^export (?:interface|type) (\w+)/gm)) types.add(type!);
  for (const [, value] of text.matchAll(/^export (?:const|let|(?:async )?function|class|enum) (\w+)/gm))
    values.add(value!);
  if (/^export default /m.test(text)) values.add("default");
  return { values: sorted(values), types: sorted(types) };
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}

/** One line for each name or value, such as `generators.celery-factory.broker: redis`. */
function flatten(value: unknown, name = ""): string[] {
  if (Array.isArray(value)) return value.map((item) => `${name}: ${item}`);
  if (typeof value !== "object" || value === null) return [`${name}: ${value}`];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, name ? `${name}.${key}` : key));
}

test.run();
