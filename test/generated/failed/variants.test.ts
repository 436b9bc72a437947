/** Every variant of the generated package is clean Python, and passes the tests that are generated with it. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { test } from "uvu";
import type { FailedFacts } from "../../../generators/failed/files.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { writeTree } from "../../support/temp.ts";
import { renderFailed } from "./render.ts";

const variants: Record<string, Partial<FailedFacts>> = {
  plain: { store: "redis", page: false },
  table: { urlPrefix: "/api/v1/failed" },
  people: { store: "redis", login: "flask-login" },
  tokens: { login: "flask-jwt-extended", page: false },
};
const names = Object.keys(variants);
const root = writeTree({
  ...Object.assign({}, ...names.map((name) => renderFailed(name, variants[name]))),
  ...Object.fromEntries(names.map((name) => [`${name}/__init__.py`, ""])),
});
const { bin, python } = await pythonEnv();
const run = (command: string, ...args: string[]) => execa(command, args, { cwd: root, all: true, reject: false });

test("ruff finds nothing, and would format nothing", async () => {
  const select = ["--extend-select", "E501", "--isolated", "--output-format", "concise"];
  const lint = await run(`${bin}/ruff`, "check", ...select, ...names, "tests");
  assert.equal(lint.exitCode, 0, lint.all);
  const format = await run(`${bin}/ruff`, "format", "--isolated", "--diff", ...names, "tests");
  assert.equal(format.exitCode, 0, format.all);
});

test("mypy --strict finds nothing", async () => {
  const types = await run(`${bin}/mypy`, "--strict", ...names.flatMap((name) => ["-p", name]));
  assert.equal(types.exitCode, 0, types.all);
  const tests = await run(`${bin}/mypy`, "--strict", "tests/table/test_failed_tasks.py");
  assert.equal(tests.exitCode, 0, tests.all);
});

for (const name of names) {
  test(`${name} passes its own tests, warnings being errors`, async () => {
    // The generated file finds the project one folder above its own, so its folder is moved there.
    const options = ["-q", "-p", "no:cacheprovider", "--rootdir", root, `tests/${name}/test_failed_tasks.py`];
    const { exitCode, all } = await execa(python, ["-W", "error", "-m", "pytest", ...options], {
      cwd: root,
      all: true,
      reject: false,
      env: { PYTHONPATH: root },
    });
    assert.equal(exitCode, 0, all);
  });
}

test.run();
