/** Other versions of Node, from npm's packages of Node's own binaries, and what must work on each. */
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { keys, type Ran, runCommand, runInTerminal } from "../support/command.ts";
import { withLock } from "../support/lock.ts";
import { tempDir, writeTree } from "../support/temp.ts";
import { packageName, repository } from "./tarball.ts";

export const nodeVersions = ["20", "22", "24", "26"] as const;

/**
 * The folder with `node` of a major version: this process's own, or npm's latest, downloaded once (40 to 60 MB) under .cache/nodes.
 * The package `node` would need an install script; those for one platform hold the program itself.
 */
export async function nodeFolder(major: string): Promise<string> {
  if (process.versions.node.split(".")[0] === major) return path.dirname(process.execPath);
  const cache = path.join(repository, ".cache/nodes");
  const folder = path.join(cache, `${process.platform}-${process.arch}-${major}`);
  const bin = path.join(folder, "package/bin");
  mkdirSync(cache, { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(bin)) return;
    const scratch = mkdtempSync(path.join(cache, "get-"));
    try {
      const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}@${major}`;
      const { stdout } = await execa("npm", ["pack", "--json", "--pack-destination", scratch, name]);
      const [packed]: { filename: string }[] = JSON.parse(stdout);
      await execa("tar", ["-xzf", path.join(scratch, packed!.filename), "-C", scratch, "package/bin"]);
      mkdirSync(folder, { recursive: true });
      renameSync(path.join(scratch, "package"), path.join(folder, "package"));
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  });
  return bin;
}

/** A team's project with a plopfile that loads the pack, an application, and a plopfile that tells what Node it runs on. */
export function writeTeam(root: string = tempDir("team-")): string {
  const plopfile = `import { writeFileSync } from "node:fs";
    export default async function (plop) {
      writeFileSync(new URL("ran-on.txt", import.meta.url), process.version);
      await plop.load("${packageName}");
    }`;
  const app = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";
  const manifest = '{ "name": "team", "version": "1.0.0", "private": true, "type": "module", "license": "MIT" }\n';
  return writeTree({ "package.json": manifest, "plopfile.js": plopfile, "site/app.py": app }, root);
}

/** How a program of the project is started. */
export type Start = (program: string, args: readonly string[], env: Record<string, string>) => Promise<Ran>;

/** `npx plop …` as it is typed. */
export const throughNpx =
  (cwd: string): Start =>
  (program, args, env) =>
    runCommand(["npx", "--no-install", program, ...args], { cwd, env });

/** The program's file itself, which is what npx ends up with; saves a second each. */
export const directly =
  (cwd: string): Start =>
  (program, args, env) => {
    const file = program === "plop" ? "plop/bin/plop.js" : `${packageName}/dist/bin.js`;
    return runCommand(["node", path.join(cwd, "node_modules", file), ...args], { cwd, env });
  };

/**
 * Plop with the pack, our own bin, its help and version, on the Node of a folder.
 *
 * @param root of writeTeam, with the package installed
 * @returns the version that all of it ran on
 */
export async function checkNode(root: string, bin: string, start: Start): Promise<string> {
  const env = { PATH: `${bin}${path.delimiter}${process.env.PATH}`, NODE_OPTIONS: "--throw-deprecation" };
  const run = async (program: string, ...args: string[]) => {
    const ran = await start(program, args, env);
    assert.equal(ran.code, 0, `${program} ${args.join(" ")}\n${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  };
  const { stdout: version } = await runCommand(["node", "--version"], { env });
  const ownVersion = JSON.parse(readFileSync(path.join(root, "node_modules", packageName, "package.json"), "utf8"));

  rmSync(path.join(root, "ran-on.txt"), { force: true });
  const site = ["--dest", "site"];
  const preview = JSON.parse(await run("plop", "celery-factory", ...site, "--", "--preview", "json"));
  assert.equal(preview.target, "app.py:create_app");
  assert.equal(readFileSync(path.join(root, "ran-on.txt"), "utf8"), version.trim());
  const own = JSON.parse(await run(packageName, "celery-factory", "--preview", "json", ...site));
  assert.deepEqual(own.changes, preview.changes);

  assert.equal((await run(packageName, "--version")).trim(), ownVersion.version);
  assert.match(await run(packageName, "--help"), /blueprint-task/);
  assert.match(await run(packageName, "celery-factory", "--help", ...site), /app\.py:create_app/);

  // In a terminal our own bin hands over to Plop, which asks.
  const bare = path.join(root, "node_modules", packageName, "dist/bin.js");
  const { shown, waitedFor } = await runInTerminal(
    ["node", bare, "celery-factory", ...site],
    [["Broker: where do tasks wait?", keys.controlC]],
    { cwd: root, env },
  );
  assert.equal(waitedFor, null, shown);

  // To disk, on a copy: the next version starts from the same application.
  const copy = tempDir("site-");
  writeTree({ "app.py": readFileSync(path.join(root, "site/app.py")) }, copy);
  await run("plop", "celery-factory", "--dest", copy);
  assert.match(readFileSync(path.join(copy, "app.py"), "utf8"), /celery_init_app\(app\)/);
  return version.trim();
}
