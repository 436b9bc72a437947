import assert from "node:assert/strict";
import { chmodSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { findInterpreter } from "../../../generators/verify/interpreter.ts";
import { UserError } from "../../../lib/errors/index.ts";
import { makeEnv, pythonEnv } from "../../support/python-env.ts";
import { copyTree, tempDir, writeTree } from "../../support/temp.ts";
import { redChecks, sound, verify } from "./support/twin.ts";

/** What findInterpreter looks for; no program has to run in it. */
function makeVenv(folder: string): string {
  writeTree({ "pyvenv.cfg": "home = /nowhere\n", "bin/python": "" }, folder);
  return path.join(folder, "bin/python");
}

async function failure(work: Promise<unknown>): Promise<UserError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new assert.AssertionError({ message: "nothing was thrown" });
}

test(".venv, then venv, then env, then $VIRTUAL_ENV", async () => {
  const root = tempDir("interpreter-");
  const active = makeVenv(tempDir("active-"));
  const env = { VIRTUAL_ENV: path.dirname(path.dirname(active)) };
  assert.deepEqual(await findInterpreter(root, () => "", env), { python: active, from: "$VIRTUAL_ENV" });
  for (const name of ["env", "venv", ".venv"]) {
    const python = makeVenv(path.join(root, name));
    assert.deepEqual(await findInterpreter(root, () => "", env), { python, from: name });
  }
});

test("an environment at the top of the repository serves an application below", async () => {
  const top = writeTree({ ".git/HEAD": "", "services/web/app.py": "" }, tempDir("mono-"));
  const python = makeVenv(path.join(top, ".venv"));
  assert.equal((await findInterpreter(path.join(top, "services/web"), () => "", {})).python, python);
});

test("a folder called env that is none is not taken", async () => {
  const root = writeTree({ "env/bin/python": "" }, tempDir("no-env-"));
  assert.equal((await failure(findInterpreter(root, () => "uv sync", {}))).code, "python-not-found");
});

test("the system's Python is never taken unasked, and the error says how to name one", async () => {
  const error = await failure(findInterpreter(tempDir("bare-"), () => "uv sync", { PATH: process.env.PATH }));
  assert.equal(error.code, "python-not-found");
  assert.match(error.fix, /uv sync/);
  assert.match(error.fix, /CELERY_VERIFY_PYTHON/);
  const named = await findInterpreter(tempDir("bare-"), () => "", { CELERY_VERIFY_PYTHON: "/usr/bin/python3" });
  assert.equal(named.python, "/usr/bin/python3");
});

test("an environment without Flask is told, with the command that installs", async () => {
  const folder = path.join(tempDir("empty-venv-"), "venv");
  const { stdout } = await execa((await pythonEnv()).python, ["-c", "import sys; print(sys._base_executable)"]);
  await execa(stdout, ["-m", "venv", "--without-pip", folder]);
  const error = await failure(verify(copyTree(sound), {}, path.join(folder, "bin/python")));
  assert.equal(error.code, "flask-not-installed");
  assert.match(error.fix, /pip install -r requirements\.txt/);
});

test("an environment with Flask and without Celery is told, too", async () => {
  const { python } = await pythonEnv();
  const { stdout } = await execa(python, ["-c", "import flask, os; print(os.path.dirname(flask.__path__[0]))"]);
  // The interpreter that runs the application sees Flask and what it needs, and nothing else.
  const libraries = tempDir("flask-only-");
  for (const name of ["flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker"])
    symlinkSync(path.join(stdout, name), path.join(libraries, name));
  const folder = path.join(tempDir("flask-venv-"), "venv");
  await execa(python, ["-m", "venv", "--without-pip", folder]);
  const own = await execa(path.join(folder, "bin/python"), ["-c", "import site; print(site.getsitepackages()[0])"]);
  writeTree({ "flask.pth": `${libraries}\n` }, own.stdout);
  const error = await failure(verify(copyTree(sound), {}, path.join(folder, "bin/python")));
  assert.equal(error.code, "celery-not-installed");
  assert.match(error.fix, /pip install -r requirements\.txt/);
});

test("Flask that is installed and does not fit Werkzeug is told as that", async () => {
  const { python } = await makeEnv(["flask==2.2.2", "werkzeug>=3", "celery[redis]"]);
  const error = await failure(verify(copyTree(sound), {}, python));
  assert.equal(error.code, "environment-broken");
  assert.match(
    error.why,
    /^Flask 2\.2\.\d+ and Werkzeug 3\.[\d.]+ do not fit together \(ImportError: cannot import name/,
  );
  assert.doesNotMatch(`${error.what} ${error.fix}`, /not installed/);
});

test("a library that does not fit SQLAlchemy is told as that, with the line that imports it", async () => {
  const packages = ["flask<2.3", "werkzeug<3", "flask-sqlalchemy<3", "sqlalchemy>=2.0", "celery[redis]"];
  const { python } = await makeEnv(packages);
  const report = await verify(copyTree(sound), {}, python);
  assert.deepEqual(redChecks(report), ["flask-starts"]);
  const [first] = report.checks;
  assert.match(
    first!.detail,
    /^shop\/database\.py:\d+: Flask-SQLAlchemy 2\.\d\.\d and SQLAlchemy 2\.[\d.]+ do not fit together/,
  );
  assert.match(first!.fix, /^Install versions that fit/);
});

test("an environment that is a symlink elsewhere is run as what it is", async () => {
  const { python } = await pythonEnv();
  const root = copyTree(sound);
  symlinkSync(path.dirname(path.dirname(python)), path.join(root, ".venv"));
  const found = await findInterpreter(root, () => "", {});
  assert.equal(found.from, ".venv");
  assert.equal(realpathSync(path.dirname(found.python)), realpathSync(path.dirname(python)));
});

/** Runs `work` while only a program of this name that runs `script` is on PATH, beside the shell. */
async function withTool<T>(name: string, script: string, work: () => Promise<T>): Promise<T> {
  const bin = writeTree({ [name]: `#!/bin/sh\n${script}\n` }, tempDir("tools-"));
  chmodSync(path.join(bin, name), 0o755);
  const before = process.env.PATH;
  process.env.PATH = bin;
  try {
    return await work();
  } finally {
    process.env.PATH = before;
  }
}

const managed = [
  ["poetry", "Poetry", { "poetry.lock": "" }, "env info --executable"],
  ["poetry", "Poetry", { "pyproject.toml": "[tool.poetry]\nname = 'shop'\n" }, "env info --executable"],
  ["pipenv", "Pipenv", { Pipfile: "" }, "--py"],
] as const;
for (const [tool, from, files, wanted] of managed) {
  test(`${from} is asked where there is ${Object.keys(files)[0]}`, async () => {
    const root = writeTree(files, tempDir("managed-"));
    const python = makeVenv(tempDir("managed-env-"));
    const told = `echo "$PWD $*" > ${root}/asked; echo "Some notice"; echo ${python}`;
    assert.deepEqual(await withTool(tool, told, () => findInterpreter(root, () => "", {})), { python, from });
    assert.equal(readFileSync(path.join(root, "asked"), "utf8"), `${root} ${wanted}\n`);
  });

  test(`${from} without an environment, failing or not installed is no error of its own (${Object.keys(files)[0]})`, async () => {
    const root = writeTree(files, tempDir("managed-"));
    for (const script of ["echo /nowhere/bin/python", "echo No virtualenv >&2; exit 1", "exit 0"]) {
      const error = await withTool(tool, script, () => failure(findInterpreter(root, () => `${tool} install`, {})));
      assert.equal(error.code, "python-not-found");
      assert.match(error.fix, new RegExp(`${tool} install`));
    }
    const error = await withTool("another", "exit 0", () => failure(findInterpreter(root, () => "", {})));
    assert.equal(error.code, "python-not-found");
  });
}

test("uv's environment is .venv, or what $UV_PROJECT_ENVIRONMENT says, seen from the project", async () => {
  const root = writeTree({ "uv.lock": "", "pyproject.toml": "" }, tempDir("uv-"));
  assert.equal((await failure(findInterpreter(root, () => "uv sync", {}))).code, "python-not-found");
  const python = makeVenv(path.join(root, "build/env"));
  const found = await findInterpreter(root, () => "", { UV_PROJECT_ENVIRONMENT: "build/env" });
  assert.deepEqual(found, { python, from: "$UV_PROJECT_ENVIRONMENT" });
});

test("a program that is no Python is told", async () => {
  const error = await failure(verify(copyTree(sound), {}, "/bin/false"));
  assert.equal(error.code, "python-not-runnable");
});

test("a Python that is too old is told by its version", async () => {
  const { python } = await pythonEnv();
  const old = "import sys; sys.version_info = (3, 6, 15); sys.argv = sys.argv[2:]; exec(open(sys.argv[0]).read())";
  const folder = writeTree({ python: `#!/bin/sh\nexec ${python} -c '${old}' "$@"\n` }, tempDir("old-"));
  chmodSync(path.join(folder, "python"), 0o755);
  const error = await failure(verify(copyTree(sound), {}, path.join(folder, "python")));
  assert.equal(error.code, "python-not-runnable");
  assert.match(error.why, /Python 3\.6/);
});

test.run();
