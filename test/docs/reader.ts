/** Follows a page as a reader does: types its commands one after the other, in a folder of its own. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureBuilt, projectEnv, type Running, startIn } from "../e2e/project.ts";
import { runCommand } from "../support/command.ts";
import { pythonEnv } from "../support/python-env.ts";
import { copyTree, tempDir } from "../support/temp.ts";
import { type Block, type Command, showsOutput } from "./blocks.ts";

export const repository = path.resolve(import.meta.dirname, "../..");

/** What long-running programs print when they can be used. */
const ready = / ready\.|Running on |Listening at|beat: Starting/;

export interface Reader {
  follow(block: Block): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a reader in a new folder.
 *
 * @param start `example` (a copy of docs/example), `single` (docs/single), `empty`, or `clone` (this repository)
 * @param more environment variables, such as the URL of a private broker
 */
export async function startReader(start: string, more: Readonly<Record<string, string>>): Promise<Reader> {
  await ensureBuilt();
  const above = tempDir("docs-");
  let folder = path.join(above, start === "clone" ? "plop-pack-flask-celery" : "shop");
  if (start === "clone") cloneRepository(folder);
  else {
    installPack(above);
    if (start === "empty") mkdirSync(folder);
    else copyTree(path.join(repository, "docs", start), folder);
  }
  const shop = path.join(above, "shop");
  // npm's own npx takes a second each time; a clone of the repository, the README's case, has it.
  const quick = start === "clone" ? {} : { PATH: `${installNpx(above)}:${(await projectEnv()).PATH}` };
  const env = await projectEnv({ ...quick, ...more, NO_COLOR: "1", npm_config_update_notifier: "false" });
  const running: Running[] = [];

  async function type({ line, shown }: Command): Promise<void> {
    const change = /^cd (\S+)$/.exec(line);
    if (change) {
      folder = path.resolve(folder, change[1]!);
      return;
    }
    await addEnvironment(shop);
    if (line.endsWith(" &")) {
      running.push(await startIn(folder, line.slice(0, -2).split(" "), ready, env));
      return;
    }
    const unset = {
      CELERY_BROKER_URL: undefined,
      CELERY_RESULT_BACKEND: undefined,
      PYTHONPATH: undefined,
      CI: undefined,
    };
    // bash, with both outputs in one stream, as a terminal shows them.
    const { code, stdout } = await runCommand(["bash", "-c", `exec 2>&1\n${line}`], {
      cwd: folder,
      env: { ...unset, ...env, npm_config_offline: "true" },
    });
    const printed = tidy(stdout, above);
    // A page that shows a refusal shows an exit code of 1, too.
    const refused = shown.some((one) => /\[[a-z-]+\]$/.test(one));
    assert.equal(code, refused ? 1 : 0, `$ ${line}\n${printed.join("\n")}`);
    assert.ok(
      showsOutput(shown, printed),
      `$ ${line}\nprinted\n${printed.join("\n")}\n\nbut the page shows\n${shown.join("\n")}`,
    );
  }

  return {
    async follow(block) {
      for (const command of block.commands) await type(command);
    },
    async stop() {
      for (const one of running) await one.stop();
    },
  };
}

/** A clone in which `npm ci` has run. */
function cloneRepository(folder: string): void {
  mkdirSync(folder);
  for (const name of readdirSync(repository)) {
    if (name !== "docs" && name !== ".git") symlinkSync(path.join(repository, name), path.join(folder, name));
  }
  copyTree(path.join(repository, "docs"), path.join(folder, "docs"));
}

/** What `npx plop-pack-flask-celery` would download lies above the project. */
function installPack(above: string): void {
  const bins = path.join(above, "node_modules/.bin");
  mkdirSync(bins, { recursive: true });
  symlinkSync(repository, path.join(above, "node_modules/plop-pack-flask-celery"));
  symlinkSync(path.join(repository, "dist/bin.js"), path.join(bins, "plop-pack-flask-celery"));
}

/** Runs what is installed above the project, which is what npx does when it finds it there. */
function installNpx(above: string): string {
  const file = path.join(above, "bin/npx");
  mkdirSync(path.dirname(file));
  writeFileSync(file, `#!/bin/sh\nname=$1; shift; exec "${above}/node_modules/.bin/$name" "$@"\n`, { mode: 0o755 });
  return path.dirname(file);
}

/** The virtual environment that every page tells to make: the tests have one ready. */
async function addEnvironment(project: string): Promise<void> {
  const environment = path.join(project, ".venv");
  if (existsSync(project) && !existsSync(environment)) symlinkSync(path.dirname((await pythonEnv()).bin), environment);
}

/** Leaves out what differs from run to run, or comes from the machine's own npm. */
function tidy(output: string, above: string): string[] {
  const lines = output.replaceAll(`${above}/`, "../").split("\n");
  return lines
    .map((line) => line.trimEnd())
    .filter((line) => !/^npm (warn|notice)|^- ?$/.test(line))
    .join("\n")
    .trimEnd()
    .split("\n");
}
