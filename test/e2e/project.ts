/** A user's project in a temporary folder: our commands on it as they are typed, and its own programs. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { layOutApp } from "../support/case-files.ts";
import { type Ran, runCommand } from "../support/command.ts";
import { withLock } from "../support/lock.ts";
import { pythonEnv } from "../support/python-env.ts";
import { guard } from "../support/servers.ts";
import { tempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";

const repository = path.resolve(import.meta.dirname, "../..");

/** Lays test/e2e/apps/<name>.txt out; without a name the folder is empty. */
export function makeProject(name?: string): string {
  const root = path.join(tempDir("e2e-"), "project");
  if (name) return layOutApp(path.join(import.meta.dirname, "apps", `${name}.txt`), root);
  mkdirSync(root);
  return root;
}

/** `npx plop …` as in a clone: Plop's own program finds the built plopfile, nothing is transpiled on the way. */
export async function plop(root: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  await ensureBuilt();
  const [generator, ...answers] = args;
  const program = path.join(repository, "node_modules/plop/bin/plop.js");
  const given = answers.length > 0 ? ["--", ...answers] : [];
  return runCommand([process.execPath, program, generator!, "--dest", root, ...given], { env });
}

/** The same, and it must work. */
export async function apply(root: string, ...args: string[]): Promise<Ran> {
  const ran = await plop(root, args);
  assert.equal(ran.code, 0, `plop ${args.join(" ")}\n${ran.stdout}${ran.stderr}`);
  return ran;
}

/** `npm ci` builds; after an edit of the sources the tests must not run yesterday's code. */
export async function ensureBuilt(): Promise<void> {
  const sources = ["generators", "lib", "templates", "plopfile.ts", "build.mjs"];
  mkdirSync(path.join(repository, ".cache"), { recursive: true });
  await withLock(path.join(repository, ".cache/build.lock"), async () => {
    const built = statSync(path.join(repository, "dist/plopfile.js"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Math.max(...sources.map((name) => newest(path.join(repository, name)))) < built) return;
    const ran = await runCommand([process.execPath, "build.mjs"]);
    assert.equal(ran.code, 0, ran.stderr);
  });
}

function newest(file: string): number {
  const own = statSync(file);
  if (!own.isDirectory()) return own.mtimeMs;
  const inside = readdirSync(file).filter((name) => name !== "__pycache__");
  return Math.max(0, ...inside.map((name) => newest(path.join(file, name))));
}

/** What a program of the project sees: its environment's programs first, and nothing of ours. */
export async function projectEnv(more: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  const { bin } = await pythonEnv();
  return { PATH: `${bin}:${process.env.PATH}`, HOME: tempDir("home-"), LANG: "C.UTF-8", ...more };
}

/** Runs a program of the project's environment in its folder, e.g. `python -m pytest`; of another one where a whole path is given. */
export async function runIn(
  root: string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { bin } = await pythonEnv();
  const [program, ...args] = command;
  const unset = { CELERY_BROKER_URL: undefined, CELERY_RESULT_BACKEND: undefined, PYTHONPATH: undefined };
  return runCommand([path.resolve(bin, program!), ...args], {
    cwd: root,
    env: { ...unset, ...(await projectEnv(env)) },
  });
}

/** The project's own tests, and how many of them passed. */
export async function runPytest(root: string, env: Readonly<Record<string, string>> = {}): Promise<number> {
  const { code, stdout, stderr } = await runIn(root, ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider"], env);
  assert.equal(code, 0, stdout + stderr);
  return Number(/(\d+) passed/.exec(stdout)?.[1] ?? 0);
}

/** Runs Python in a process of its own and returns what it printed last, as JSON. */
export async function python<T>(root: string, code: string, env: Readonly<Record<string, string>> = {}): Promise<T> {
  const ran = await runIn(root, ["python", "-c", code], env);
  assert.equal(ran.code, 0, ran.stdout + ran.stderr);
  return JSON.parse(ran.stdout.trim().split("\n").pop()!) as T;
}

/** Sends the example task from a process that is not the worker, and waits for its result. */
export function sendExample(
  root: string,
  tasks: string,
  argument: string,
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const code = [
    "import json, make_celery",
    `from ${tasks} import example_task`,
    `print(json.dumps(example_task.delay(${JSON.stringify(argument)}).get(timeout=20)))`,
  ].join("\n");
  return python(root, code, env);
}

export interface Running {
  readonly pid: number;
  output(): string;
  /** Asks it to end, as an operator does; kills it when it does not. */
  stop(): Promise<void>;
}

/** Starts a program of the project that goes on running until `ready` is in its output; it ends with the test process. */
export async function startIn(
  root: string,
  command: readonly string[],
  ready: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const { bin } = await pythonEnv();
  const log = tempDir("log-");
  writeFileSync(path.join(log, "output"), "");
  const [program, ...args] = command;
  // `guard` runs in its log folder; the program itself belongs into the project's.
  const inProject = ["/usr/bin/env", "-C", root, path.resolve(bin, program!), ...args];
  const started = await guard(inProject, await projectEnv({ PYTHONUNBUFFERED: "1", ...env }), log);
  const output = () => readFileSync(path.join(log, "output"), "utf8");
  const stop = async () => {
    if (!started.ended()) process.kill(started.pid, "SIGTERM");
    for (let waited = 0; !started.ended() && waited < 300; waited++) await sleep(50);
    await started.end();
  };
  const running: Running = { pid: started.pid, output, stop };
  try {
    await until(() => ready.test(output()) || started.ended(), 60, output);
    assert.ok(ready.test(output()), `${command.join(" ")} ended early:\n${output().slice(-3000)}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return running;
}

/** The worker, started as CELERY.md says. */
export function startWorker(
  root: string,
  env: Readonly<Record<string, string>> = {},
  ...options: string[]
): Promise<Running> {
  const command = ["celery", "-A", "make_celery", "worker", "--loglevel", "INFO", "--concurrency", "1", ...options];
  return startIn(root, command, / ready\./, env);
}
