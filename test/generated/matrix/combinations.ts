/** Every combination of shape and answers, made by the real generators without the disk being written. */
import assert from "node:assert/strict";
import path from "node:path";
import { ChangeSet } from "../../../lib/changes/change-set.ts";
import { Context } from "../../../lib/contract/context.ts";
import type { Plan } from "../../../lib/contract/plan.ts";
import { UserError } from "../../../lib/errors/index.ts";
import { settleAnswers } from "../../../lib/run/answers.ts";
import { findGenerators } from "../../../lib/run/find.ts";
import { makePlan } from "../../../lib/run/run.ts";
import { type Stages, stages } from "../../../lib/run/stages.ts";
import { Templates } from "../../../lib/templates/render.ts";
import { ours } from "../../../ours.ts";
import { tempDir, writeTree } from "../../support/temp.ts";
import { type Database, databases, type Shape } from "./shapes.ts";

export const brokers = ["redis", "rabbitmq", "embedded"] as const;
export const results = ["redis", "database", "embedded", "none"] as const;
export const configs = ["object", "environment", "namespace"] as const;
export const tasks = ["blueprint", "centralized", "mixed"] as const;

export interface Answers {
  broker: (typeof brokers)[number];
  results: (typeof results)[number];
  database: Database;
  config: (typeof configs)[number];
  tasks: (typeof tasks)[number];
}

/** One application with Celery in it. */
export interface Tree {
  name: string;
  shape: Shape;
  answers: Answers;
  /** Folder below which the project's modules are imported: "" or "src/". */
  importRoot: string;
  /** Every file of the project, the user's and ours. */
  files: ReadonlyMap<string, string>;
}

/** As in a run, but templates are compiled once and not for every tree. */
const templates = new Templates();
const reused: Stages = {
  ...stages,
  context: async (project, { force }) => {
    const changes = new ChangeSet({ read: (file: string) => project.read(file), force });
    return new Context({ project, changes, templates, force });
  },
};

/** The projects sort their imports and name their own modules to ruff. */
const ruffConfig = 'src = [".", "src"]\nlint.extend-select = ["I"]\n';

const generators = await findGenerators(ours);

function* allAnswers(): Generator<Answers> {
  for (const broker of brokers)
    for (const result of results)
      for (const database of databases)
        for (const config of configs)
          for (const task of tasks) yield { broker, results: result, database, config, tasks: task };
}

/** All trees of one shape. Each application is read once for each database; its plans differ by the answers. */
export async function makeTrees(shape: Shape): Promise<Tree[]> {
  const trees: Tree[] = [];
  for (const database of databases) {
    const plan = await readProject(shape, database);
    for (const answers of allAnswers()) if (answers.database === database) trees.push(await plan(answers));
  }
  return trees;
}

/** One of them. */
export async function makeTree(shape: Shape, answers: Answers): Promise<Tree> {
  return (await readProject(shape, answers.database))(answers);
}

async function readProject(shape: Shape, database: Database): Promise<(answers: Answers) => Promise<Tree>> {
  const generator = generators.find(({ name }) => name === shape.generator);
  assert.ok(generator);
  const own = { ...shape.files(database), "ruff.toml": ruffConfig };
  const project = await stages.survey(writeTree(own, path.join(tempDir("matrix-"), "project")));
  const detected = settleAnswers(generator.prompts, project, {}, {});
  assert.equal(detected.database, database, `${shape.name}: what reading finds`);
  return async (answers) => {
    const given = { ...answers, ...(shape.mode ? { mode: shape.mode } : {}) };
    const settled = settleAnswers(generator.prompts, project, given, {});
    const name = [shape.name, ...Object.values(answers)].join(" ");
    const plan: Plan = await makePlan(generator, project, settled, { stages: reused }).catch((error: unknown) => {
      // uvu takes the details of a UserError for a diff.
      throw error instanceof UserError ? new Error(`${name}: ${error.message}`) : error;
    });
    assert.deepEqual(plan.manual, [], name);
    const files = new Map(Object.entries(own));
    for (const change of plan.changes.changes) {
      assert.notEqual(change.action, "conflict", `${name}: ${change.path}`);
      files.set(change.path, Buffer.from(change.after).toString("utf8"));
    }
    return { name, shape, answers, importRoot: shape.name === "factory-src" ? "src/" : "", files };
  };
}

/** The fewest trees (about) in which every different Python file that any tree has occurs in one of them. */
export function cover(trees: readonly Tree[]): Tree[] {
  const rest = new Map<string, number>();
  const keys = (tree: Tree) => [...tree.files].filter(([file]) => file.endsWith(".py")).map(([, text]) => text);
  for (const tree of trees) for (const key of keys(tree)) rest.set(key, (rest.get(key) ?? 0) + 1);
  // Rare files first: the trees that hold them hold the common ones, too.
  const chosen: Tree[] = [];
  while (rest.size > 0) {
    const [rarest] = [...rest].reduce((least, entry) => (entry[1] < least[1] ? entry : least));
    const holders = trees.filter((tree) => keys(tree).includes(rarest));
    const gain = (tree: Tree) => keys(tree).filter((key) => rest.has(key)).length;
    const best = holders.reduce((most, tree) => (gain(tree) > gain(most) ? tree : most));
    for (const key of keys(best)) rest.delete(key);
    chosen.push(best);
  }
  return chosen;
}
