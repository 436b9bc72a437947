/** Every variant of the generated package is clean Python, and passes the tests that are generated with it. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { test } from "uvu";
import type { StatusFacts } from "../../../generators/status/files.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { writeTree } from "../../support/temp.ts";
import { renderStatus } from "./render.ts";

const LOGINS = ["none", "flask-login", "flask-jwt-extended"] as const;
const ACCESS = ["extensions", "default", "module"] as const;
const variants: Partial<StatusFacts>[] = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
  package: `variant${bits}`,
  testsDir: `tests/variant${bits}/`,
  cancel: Boolean(bits & 1),
  stream: Boolean(bits & 2),
  page: Boolean(bits & 4),
  login: LOGINS[bits % 3]!,
  celery: { access: ACCESS[(bits + 1) % 3]!, module: `variant${bits}.tasks`, name: "celery_app" },
  urlPrefix: bits === 3 ? "/api/v1/background-tasks" : "/tasks",
}));

const root = writeTree({
  ...Object.assign({}, ...variants.map((variant) => renderStatus(variant))),
  ...Object.fromEntries(variants.map(({ package: name }) => [`${name}/__init__.py`, ""])),
});
const { bin, python } = await pythonEnv();
const run = (command: string, ...args: string[]) => execa(command, args, { cwd: root, all: true, reject: false });

test("ruff finds nothing, and would format nothing", async () => {
  const packages = variants.map(({ package: name }) => name!);
  const lint = await run(`${bin}/ruff`, "check", "--isolated", "--output-format", "concise", ...packages, "tests");
  assert.equal(lint.exitCode, 0, lint.all);
  const format = await run(`${bin}/ruff`, "format", "--isolated", "--diff", ...packages, "tests");
  assert.equal(format.exitCode, 0, format.all);
  const long = await run(
    `${bin}/ruff`,
    "check",
    "--isolated",
    "--output-format",
    "concise",
    "--select",
    "E501",
    ...packages,
    "tests",
  );
  assert.equal(long.exitCode, 0, long.all);
});

test("mypy --strict finds nothing", async () => {
  const packages = variants.flatMap(({ package: name }) => ["-p", name!]);
  const types = await run(`${bin}/mypy`, "--strict", ...packages);
  assert.equal(types.exitCode, 0, types.all);
  const tests = await run(`${bin}/mypy`, "--strict", "tests/variant7/test_task_status.py");
  assert.equal(tests.exitCode, 0, tests.all);
});

for (const bits of [0, 1, 2, 3, 4, 5, 6, 7]) {
  test(`variant ${bits} passes its own tests, warnings being errors`, async () => {
    // The generated file finds the project one folder above its own, so its folder is moved there.
    const folder = `tests/variant${bits}`;
    const options = ["-q", "-p", "no:cacheprovider", "--rootdir", root, `${folder}/test_task_status.py`];
    const { exitCode, all } = await execa(python, ["-W", "error", "-m", "pytest", ...options], {
      cwd: root,
      all: true,
      reject: false,
      env: { PYTHONPATH: root },
    });
    assert.equal(exitCode, 0, all);
  });
}

test("no variant imports what it does not use at run time", async () => {
  const plain = renderStatus({ cancel: false, stream: false, page: false, testsDir: null });
  assert.deepEqual(Object.keys(plain).sort(), [
    "shop/task_status/__init__.py",
    "shop/task_status/handles.py",
    "shop/task_status/progress.py",
    "shop/task_status/reader.py",
  ]);
  const text = Object.values(plain).join("\n");
  for (const word of ["threading", "cancel", "render_template", "EventSource"]) assert.ok(!text.includes(word), word);
});

test.run();
