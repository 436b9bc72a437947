/**
 * Every sensible combination of application shape, broker, results, database, config and tasks, through the real generators.
 * Files that differ are looked at once each: linted, type-checked, and run on the in-memory transport in a tree that has them.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { pythonEnv } from "../../support/python-env.ts";
import { tempDir, writeTree } from "../../support/temp.ts";
import { cover, makeTrees, type Tree } from "./combinations.ts";
import { shapes } from "./shapes.ts";

const trees: Tree[] = [];
const folder = tempDir("matrix-trees-");
let chosen: { tree: Tree; name: string; root: string }[] = [];

for (const shape of shapes) {
  test(`${shape.name}: all answers give a complete plan`, async () => {
    const made = await makeTrees(shape);
    assert.equal(made.length, 324);
    trees.push(...made);
  });
}

test("some trees hold every different file", () => {
  chosen = cover(trees).map((tree, number) => {
    const name = `tree_${number}`;
    const root = path.join(folder, name);
    writeTree(Object.fromEntries(tree.files), root);
    return { tree, name, root };
  });
  assert.ok(chosen.length >= 60 && chosen.length < 200, `${chosen.length} trees`);
  assert.deepEqual(new Set(chosen.map(({ tree }) => tree.shape)), new Set(shapes));
});

test("ruff check, imports in order, and ruff format", async () => {
  await mustPass("ruff", ["check", "--no-cache", "--output-format=concise", "."], folder);
  await mustPass("ruff", ["format", "--no-cache", "--check", "."], folder);
});

test("mypy --strict", async () => {
  const typed = tempDir("matrix-typed-");
  for (const { tree, name } of chosen) writeTree(asPackage(tree), path.join(typed, name));
  await mustPass("mypy", ["--strict", "--no-incremental", "."], typed);
});

test("the generated tests pass in every one of them, with warnings as errors", async () => {
  const { python } = await pythonEnv();
  const script = path.join(import.meta.dirname, "run_trees.py");
  const cwd = path.join(folder, "nowhere");
  mkdirSync(cwd);
  const roots = chosen.map(({ root }) => root);
  const env = { PYTHONPATH: path.resolve(import.meta.dirname, "../../support") };
  const { all, exitCode } = await execa(python, [script, ...roots], { cwd, env, all: true, reject: false });
  assert.equal(exitCode, 0, explain(all));
  assert.match(all, new RegExp(`${roots.length} run, 0 failed`));
});

test.run();

/**
 * One program can't have a hundred modules called `app`. For the type checker alone each tree becomes a package, and
 * imports of its own modules become relative: what they mean, and so every type, stays the same.
 */
function asPackage(tree: Tree): Record<string, string> {
  const files = [...tree.files].filter(([name]) => name.endsWith(".py"));
  const stripped = files.map(([name, text]) => [name.replace(tree.importRoot, ""), text] as const);
  const own = new Set(stripped.map(([name]) => name.split("/")[0]!.replace(/\.py$/, "")));
  const line = new RegExp(`^(\\s*from )((?:${[...own].join("|")})(?:\\.[\\w.]+)? import )`, "gm");
  const result: Record<string, string> = { "__init__.py": "" };
  for (const [name, text] of stripped) {
    const parts = name.split("/");
    for (const depth of parts.keys()) if (depth > 0) result[`${parts.slice(0, depth).join("/")}/__init__.py`] ??= "";
    result[name] = text.replace(line, `$1${".".repeat(parts.length)}$2`);
  }
  return result;
}

async function mustPass(program: string, args: string[], cwd: string): Promise<void> {
  const { bin } = await pythonEnv();
  const { all, exitCode } = await execa(path.join(bin, program), args, { cwd, all: true, reject: false });
  assert.equal(exitCode, 0, `${program} ${args.join(" ")}\n${explain(all)}`);
}

/** The start of what a tool says, with the answers of the first tree that it names. */
function explain(output: string): string {
  const named = /tree_(\d+)/.exec(output);
  return `${named ? chosen[Number(named[1])]?.tree.name : ""}\n${output.slice(0, 6000)}`;
}
