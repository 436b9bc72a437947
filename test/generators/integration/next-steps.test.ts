/** The last lines of a run: what to type next, for the .env file and the virtual environment that there are. */
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generator } from "../../../generators/celery-factory.ts";
import { settleAnswers } from "../../../lib/run/answers.ts";
import { makePlan } from "../../../lib/run/run.ts";
import { survey } from "../../../lib/survey/index.ts";
import { tempDir, writeTree } from "../../support/temp.ts";

const app = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";
const before = { VIRTUAL_ENV: process.env.VIRTUAL_ENV, CONDA_PREFIX: process.env.CONDA_PREFIX };

async function nextSteps(files: Record<string, string>, given: Record<string, string>): Promise<string[]> {
  const root = writeTree({ "shop/__init__.py": app, "requirements.txt": "flask\n", ...files }, tempDir("next-"));
  const project = await survey(root);
  const answers = settleAnswers(generator.prompts, project, given, {});
  const { next } = await makePlan(generator, project, answers, {});
  const way = path.relative(process.cwd(), root);
  return next.map((line) => line.replaceAll(way.length < root.length ? way : root, "."));
}

test.before.each(() => {
  delete process.env.VIRTUAL_ENV;
  delete process.env.CONDA_PREFIX;
});

test.after(() => {
  for (const [name, value] of Object.entries(before)) if (value !== undefined) process.env[name] = value;
});

test("an environment is made, entered, or neither where one is active", async () => {
  const [make] = await nextSteps({}, {});
  assert.is(make, "python3 -m venv ./.venv && . ./.venv/bin/activate");
  const [enter] = await nextSteps({ "venv/pyvenv.cfg": "", "venv/bin/python": "" }, {});
  assert.is(enter, ". ./venv/bin/activate");
  process.env.VIRTUAL_ENV = "/srv/venv";
  const [install] = await nextSteps({}, {});
  assert.is(install, "(cd . && python -m pip install -r requirements.txt)");
});

test("a .env that is there gets what it lacks, and no example copied over it; without python-dotenv nobody reads it", async () => {
  const fill = async (files: Record<string, string>, given: Record<string, string>) =>
    (await nextSteps(files, given)).filter((line) => line.includes(".env ") || line.endsWith(".env"));
  const url = "redis://:secret@broker.example.org:6379/0";
  assert.equal(await fill({}, { broker: url }), ["add CELERY_RESULT_BACKEND to .env"]);
  assert.equal(await fill({ ".env": "CELERY_RESULT_BACKEND=redis://results.example.org/0\n" }, { broker: url }), []);
  assert.equal(await fill({}, { broker: "redis", config: "environment" }), ["copy .env.example to .env"]);
  assert.equal(await fill({ ".env": "DEBUG=1\n" }, { broker: "redis", config: "environment" }), [
    "add CELERY_BROKER_URL and CELERY_RESULT_BACKEND to .env",
  ]);
  const dotenv = { "requirements.txt": "flask\npython-dotenv\n" };
  assert.equal(await fill(dotenv, { broker: "redis" }), ["copy .env.example to .env"]);
  assert.equal(await fill(dotenv, { broker: "rabbitmq" }), ["copy .env.example to .env and fill in CELERY_BROKER_URL"]);
  assert.equal(await fill({}, { broker: "redis" }), []);
  const [set] = await fill({}, { broker: "rabbitmq" });
  assert.match(set ?? "", /^set CELERY_BROKER_URL where the web and the worker start: nothing here reads a \.env/);
});

test("the worker's command names debug mode where only that takes this machine's servers", async () => {
  const last = async (files: Record<string, string>, given: Record<string, string>) =>
    (await nextSteps(files, given)).at(-1)?.includes("FLASK_DEBUG=1 celery");
  assert.is(await last({}, {}), true);
  assert.is(await last({}, { broker: "embedded" }), false);
  assert.is(await last({ "requirements.txt": "flask\npython-dotenv\n" }, {}), false);
});

test("the formatter and the import sorter that are told otherwise are run over the new files", async () => {
  const commands = async (files: Record<string, string>) =>
    (await nextSteps(files, {})).flatMap(
      (line) => /(?:&& |^)((?:ruff|black|isort)\b.*?) (?:make_celery|shop\/)/.exec(line)?.[1] ?? [],
    );
  assert.equal(await commands({ "pyproject.toml": "[tool.ruff.lint]\nselect = ['I']\n" }), []);
  assert.equal(
    await commands({ "pyproject.toml": "[tool.isort]\nprofile = 'black'\nknown_first_party = ['x']\n" }),
    [],
  );
  assert.equal(await commands({ "pyproject.toml": "[tool.isort]\nforce_single_line = true\n" }), ["isort"]);
  assert.equal(await commands({ "setup.cfg": "[isort]\nmulti_line_output = 3\n" }), ["isort"]);
  assert.equal(await commands({ ".isort.cfg": "[settings]\nprofile=black\n" }), []);
  assert.equal(
    await commands({ "ruff.toml": "line-length = 100\n[lint.isort]\nforce-sort-within-sections = true\n" }),
    ["ruff check --select I --fix", "ruff format"],
  );
});

test.run();
