import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { planInstall } from "../../lib/dependencies/plan-install.ts";
import { runInstall } from "../../lib/dependencies/run-install.ts";
import { UserError } from "../../lib/errors/index.ts";
import { snapshotTree, tempDir, writeTree } from "../support/temp.ts";
import { surveyTree } from "./dependency-trees.ts";
import { makeFakeTools, makeFakeVenv } from "./fake-tools.ts";

const CELERY = "celery[redis]>=5.4,<6";

for (const name of ["uv", "poetry", "pdm", "pipenv"]) {
  test(`${name} gets the arguments one by one, in the project's folder`, async () => {
    const tools = makeFakeTools([name]);
    const cwd = tempDir("a folder; with $(odd) 'signs' ");
    await withPath(tools.bin, () => runInstall({ command: [name, "add", CELERY, "$(touch x)"], cwd }));
    const [call] = tools.calls();
    assert.equal(call?.argv, [name, "add", CELERY, "$(touch x)"]);
    assert.is(call?.cwd, cwd);
    assert.is(snapshotTree(cwd).size, 0);
  });
}

test("progress is told line by line; nothing else is printed", async () => {
  const tools = makeFakeTools(["uv"]);
  const lines: string[] = [];
  await withPath(tools.bin, () =>
    runInstall({ command: ["uv", "sync"], cwd: tools.bin }, { onProgress: (line) => lines.push(line) }),
  );
  assert.equal(lines.sort(), ["Collecting kombu", "Resolving celery"]);
});

test("pip runs with a guard against a system's Python and asks nothing", async () => {
  const root = writeTree({ "requirements.txt": "flask\n" });
  const tools = makeFakeTools([]);
  makeFakeVenv(root, ".venv", path.join(tools.bin, "calls.jsonl"));
  const step = planInstall(surveyTree(root, { "requirements.txt": "" }), [CELERY], root, {});
  assert.ok(step);
  await runInstall(step);
  const [call] = tools.calls();
  assert.equal(call?.argv, ["python", "-m", "pip", "install", CELERY]);
  assert.is(call?.env.PIP_REQUIRE_VIRTUALENV, "1");
  assert.is(call?.env.PIP_NO_INPUT, "1");
});

test("a failure keeps the files, shows the output and names the command to run again", async () => {
  const tools = makeFakeTools(["uv"], 3);
  const root = writeTree({ "requirements.txt": `flask\n${CELERY}\n` });
  const before = snapshotTree(root);
  const error = await withPath(tools.bin, () => failure({ command: ["uv", "add", CELERY], cwd: root }));
  assert.is(error.code, "install-failed");
  assert.match(error.why, "exit code 3");
  assert.match(error.fix, `uv add '${CELERY}'`);
  assert.match(error.fix, root);
  assert.equal([...error.details].sort(), ["Collecting kombu", "Resolving celery"]);
  assert.equal(snapshotTree(root), before);
});

test("a program that is not there is named", async () => {
  const error = await withPath(tempDir(), () => failure({ command: ["poetry", "install"], cwd: tempDir() }));
  assert.is(error.code, "install-failed");
  assert.match(error.why, "poetry was not found");
});

test("a folder that is gone is a failure, not a crash", async () => {
  const error = await failure({ command: [process.execPath, "--version"], cwd: path.join(tempDir(), "gone") });
  assert.is(error.code, "install-failed");
});

test("stopping stops the package manager", async () => {
  const controller = new AbortController();
  const install = { command: [process.execPath, "-e", "setTimeout(() => {}, 60000)"], cwd: tempDir() };
  setTimeout(() => controller.abort(), 200);
  const started = performance.now();
  const error = await failure(install, controller.signal);
  assert.is(error.code, "install-failed");
  assert.ok(performance.now() - started < 10_000);
});

test("for real: pip installs into a fresh virtual environment", async () => {
  const root = writeTree({ "requirements.txt": "flask\n" });
  mkdirSync(path.join(root, ".git"));
  execFileSync("python3", ["-m", "venv", path.join(root, ".venv")]);
  const deps = surveyTree(root, { "requirements.txt": "" });
  const step = planInstall(deps, ["blinker>=1.8,<2"], root, {});
  assert.ok(step);
  await runInstall(step);
  const version = execFileSync(path.join(root, ".venv/bin/python"), [
    "-c",
    "import blinker, importlib.metadata as m; print(m.version('blinker'))",
  ]);
  assert.match(version.toString(), /^1\./);
  assert.match(surveyTree(root, { "requirements.txt": "" }).installed?.get("blinker") ?? "", /^1\./);
});

async function failure(install: { command: string[]; cwd: string }, signal?: AbortSignal): Promise<UserError> {
  try {
    await runInstall(install, signal ? { signal } : {});
  } catch (error) {
    assert.instance(error, UserError);
    return error as UserError;
  }
  throw new Error("the installation did not fail");
}

async function withPath<T>(bin: string, run: () => Promise<T>): Promise<T> {
  const before = process.env.PATH;
  process.env.PATH = bin;
  try {
    return await run();
  } finally {
    process.env.PATH = before;
  }
}

test.run();
