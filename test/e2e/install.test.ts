/** `install yes` for once with the real pip, into a fresh virtual environment of the project. */
import assert from "node:assert/strict";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { runCommand } from "../support/command.ts";
import { pythonEnv } from "../support/python-env.ts";
import { apply, makeProject } from "./project.ts";

test("pip puts Celery, and what a new application needs, into the project's own virtual environment, and nowhere else", async () => {
  const root = makeProject();
  const base = await pythonEnv();
  await execa(base.python, ["-m", "venv", path.join(root, ".venv")]);
  const python = path.join(root, ".venv/bin/python");
  const hasAll = async () =>
    (await runCommand([python, "-c", "import celery, redis, flask, pytest"], { cwd: root })).code === 0;
  assert.equal(await hasAll(), false);
  await apply(root, "celery-factory", "--install", "yes");
  assert.equal(await hasAll(), true);
  const { stdout } = await runCommand([python, "-c", "import celery; print(celery.__file__)"], { cwd: root });
  assert.ok(stdout.startsWith(path.join(root, ".venv")), stdout);
});

test.run();
