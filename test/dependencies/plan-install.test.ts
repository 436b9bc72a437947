import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { explainNoInstall, formatCommand, planInstall } from "../../lib/dependencies/plan-install.ts";
import { tempDir, writeTree } from "../support/temp.ts";
import { surveyTree } from "./dependency-trees.ts";
import { makeFakeVenv } from "./fake-tools.ts";

const CELERY = "celery[redis]>=5.4,<6";
const PEP621 = '[project]\nname = "x"\ndependencies = ["flask"]\n';
const POETRY = '[tool.poetry.dependencies]\npython = "^3.9"\nflask = "*"\n';

/** [what, files, command] */
const COMMANDS: [string, Record<string, string>, string[]][] = [
  ["uv by its lock", { "pyproject.toml": PEP621, "uv.lock": "version = 1\n" }, ["uv", "sync", "--inexact"]],
  [
    "uv by its section",
    { "pyproject.toml": `${PEP621}[tool.uv]\ndev-dependencies = []\n` },
    ["uv", "sync", "--inexact"],
  ],
  ["Poetry", { "pyproject.toml": POETRY }, ["poetry", "update", "celery"]],
  ["Poetry 2 with PEP 621", { "pyproject.toml": PEP621, "poetry.lock": "" }, ["poetry", "update", "celery"]],
  ["PDM", { "pyproject.toml": PEP621, "pdm.lock": "" }, ["pdm", "install"]],
  ["Pipenv", { Pipfile: '[packages]\nflask = "*"\n' }, ["pipenv", "install"]],
];

for (const [what, files, command] of COMMANDS) {
  test(what, () => {
    const root = writeTree(files);
    assert.equal(planInstall(surveyTree(root, files), [CELERY], root), { command, cwd: root });
  });
}

test("pip in the project's virtual environment, whatever its name", () => {
  const files = { "requirements.txt": "flask\n" };
  for (const name of [".venv", "venv", "my-env"]) {
    const root = writeTree(files);
    makeFakeVenv(root, name, path.join(root, "log"));
    const step = planInstall(surveyTree(root, files), [CELERY], root, {});
    assert.equal(step?.command, [path.join(root, name, "bin/python"), "-m", "pip", "install", CELERY]);
  }
});

test("an environment that uv made holds no pip: uv fills it", () => {
  const root = writeTree({ "requirements.txt": "flask\n" });
  makeFakeVenv(root, ".venv", path.join(root, "log"), { pip: false, config: "home = /usr/bin\nuv = 0.8.0\n" });
  const step = planInstall(surveyTree(root, { "requirements.txt": "" }), [CELERY], root, {});
  assert.equal(step?.command, ["uv", "pip", "install", "--python", path.join(root, ".venv/bin/python"), CELERY]);
});

test("an environment one up, inside the repository, is the project's; beyond it is not", () => {
  const top = tempDir();
  const root = writeTree({ "requirements.txt": "flask\n" }, path.join(top, "repository", "backend"));
  makeFakeVenv(top, ".venv", path.join(top, "log"));
  mkdirSync(path.join(top, "repository", ".git"));
  const deps = surveyTree(root, { "requirements.txt": "" });
  assert.is(planInstall(deps, [CELERY], root, {})?.command[0], path.join(root, ".venv/bin/python"));
  makeFakeVenv(path.join(top, "repository"), "venv", path.join(top, "log"));
  assert.is(planInstall(deps, [CELERY], root, {})?.command[0], path.join(top, "repository/venv/bin/python"));
});

test("the activated environment serves when the project has none of its own", () => {
  const elsewhere = tempDir();
  makeFakeVenv(elsewhere, "active", path.join(elsewhere, "log"));
  const root = writeTree({ "requirements.txt": "flask\n" });
  const step = planInstall(surveyTree(root, { "requirements.txt": "" }), [CELERY], root, {
    VIRTUAL_ENV: path.join(elsewhere, "active"),
  });
  assert.is(step?.command[0], path.join(elsewhere, "active/bin/python"));
});

test("no virtual environment: one is made in the project, with all that it declares", () => {
  const root = writeTree({ "requirements.txt": "flask\n" });
  const step = planInstall(surveyTree(root, { "requirements.txt": "" }), [CELERY], root, {});
  assert.equal(step, {
    command: [path.join(root, ".venv/bin/python"), "-m", "pip", "install", "-r", "requirements.txt", CELERY],
    environment: ["python3", "-m", "venv", ".venv"],
    cwd: root,
  });
});

test("conda's environment is left alone, and the command is told", () => {
  const root = writeTree({ "requirements.txt": "flask\n" });
  const conda = { CONDA_PREFIX: "/opt/conda" };
  assert.is(planInstall(surveyTree(root, { "requirements.txt": "" }), [CELERY], root, conda), null);
  assert.match(explainNoInstall(surveyTree(root, { "requirements.txt": "" }), [CELERY]).reason, "conda");
});

test("a tool that would write above the folder is not run", () => {
  const top = writeTree({ "pyproject.toml": PEP621, "uv.lock": "version = 1\n", "backend/app.py": "" });
  mkdirSync(path.join(top, ".git"));
  const root = path.join(top, "backend");
  const deps = surveyTree(root, { "app.py": "" });
  assert.is(planInstall(deps, [CELERY], root, {}), null);
  const { reason, commands } = explainNoInstall(deps, [CELERY]);
  assert.match(reason, "uv manages this project from ..");
  assert.equal(commands, ["cd ..", `uv add '${CELERY}'`]);
});

test("a command is shown as a shell takes it", () => {
  assert.is(formatCommand(["uv", "add", CELERY, "it's"]), `uv add '${CELERY}' 'it'\\''s'`);
});

test.run();
