/** Applications as our published generators make them, once for all combinations. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { packTarball, unpackInto } from "../../package/tarball.ts";
import { layOutApp } from "../../support/case-files.ts";
import { type Ran, runCommand } from "../../support/command.ts";
import { snapshotTree, tempDir } from "../../support/temp.ts";

export interface GeneratedApp {
  name: string;
  /** Absolute path. */
  root: string;
  /** Dotted names of every module that is not a test: those that must not use anything deprecated. */
  modules: string[];
  /** Dotted name of the module with `example_task`. */
  tasks: string;
  /** Imports that give `app`, the Flask application. */
  application: string;
  /** Broker and result backend; nothing where the application needs no server by itself. */
  env: Record<string, string>;
}

const inMemory = { CELERY_BROKER_URL: "memory://", CELERY_RESULT_BACKEND: "cache+memory://" };
const shop = "from shop import create_app; app = create_app('production')";
const variants = [
  {
    name: "redis",
    from: "shop",
    commands: [
      ["celery-factory", "--broker", "redis"],
      ["blueprint-task", "orders", "send_receipt", "--endpoint", "yes", "--context", "request"],
      ["status-endpoint"],
    ],
    tasks: "shop.tasks",
    application: shop,
    env: inMemory,
  },
  {
    name: "database",
    from: "shop",
    commands: [
      ["celery-factory", "--results", "database", "--config", "environment"],
      ["blueprint-task", "orders", "send_receipt", "--endpoint", "yes"],
    ],
    tasks: "shop.tasks",
    application: shop,
    env: { CELERY_BROKER_URL: "memory://", CELERY_RESULT_BACKEND: "db+sqlite:///results.db" },
  },
  {
    name: "embedded",
    from: "notes",
    commands: [["celery-direct", "--broker", "embedded"], ["status-endpoint"]],
    tasks: "tasks",
    application: "from notes_app import app; app.secret_key = 'only for tests'",
    env: {},
  },
];

let command: string[] | undefined;

/** Our own command from the package as it would be published, so that a build in the meantime changes nothing. */
export function ours(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  command ??= [process.execPath, path.join(unpackInto(tempDir("published-"), packTarball()), "dist/bin.js")];
  return runCommand([...command, ...args], { env });
}

/** @param names `redis`, `database`, `embedded`; all of them when left out */
export async function generateApps(names?: readonly string[]): Promise<GeneratedApp[]> {
  const apps: GeneratedApp[] = [];
  for (const { from, commands, ...variant } of variants.filter(({ name }) => !names || names.includes(name))) {
    const root = path.join(tempDir("versions-"), variant.name);
    layOutApp(path.resolve(import.meta.dirname, "../../e2e/apps", `${from}.txt`), root);
    writeFileSync(path.join(root, "requirements.txt"), "flask\nflask-sqlalchemy\npytest\n");
    for (const args of commands) {
      const ran = await ours([...args, "--dest", root]);
      assert.equal(ran.code, 0, `${args.join(" ")}\n${ran.stdout}${ran.stderr}`);
    }
    const sources = [...snapshotTree(root).keys()].filter((name) => name.endsWith(".py") && !name.startsWith("tests/"));
    const modules = sources.map((name) => name.replace(/(\/__init__)?\.py$/, "").replaceAll("/", "."));
    apps.push({ ...variant, root, modules });
  }
  return apps;
}
