/** Runs the pytest files in python/ against generated packages: progress in tasks, who may see what, and reading without noise. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { pythonEnv } from "../../support/python-env.ts";
import { writeTree } from "../../support/temp.ts";
import { renderStatus } from "./render.ts";

const root = writeTree({
  ...renderStatus({ testsDir: null }),
  ...renderStatus({ testsDir: null, package: "with_login", login: "flask-login" }),
  ...renderStatus({ testsDir: null, package: "with_jwt", login: "flask-jwt-extended" }),
  ...Object.fromEntries(["shop", "with_login", "with_jwt"].map((name) => [`${name}/__init__.py`, ""])),
});

for (const name of ["test_progress.py", "test_login.py", "test_reader.py"]) {
  test(name, async () => {
    writeTree({ [name]: readFileSync(path.join(import.meta.dirname, "python", name)) }, root);
    const { python } = await pythonEnv();
    const command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", name];
    const { exitCode, all } = await execa(python, command, {
      cwd: root,
      env: { PYTHONPATH: root },
      all: true,
      reject: false,
    });
    assert.equal(exitCode, 0, all);
  });
}

test.run();
