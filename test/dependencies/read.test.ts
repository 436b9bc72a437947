import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { planDependencies } from "../../lib/dependencies/edit.ts";
import { surveyDependencies } from "../../lib/dependencies/read.ts";
import { parseRequirement, readRequirements } from "../../lib/dependencies/requirements.ts";
import { writeTree } from "../support/temp.ts";
import { CELERY, LINE, planTree, surveyTree } from "./dependency-trees.ts";

type Files = Record<string, string>;
const survey = (files: Files) => surveyTree(writeTree(files), files);
const PEP621 = '[project]\nname = "x"\ndependencies = ["flask>=3", "Flask_SQLAlchemy"]\n';
const POETRY = '[tool.poetry.dependencies]\npython = "^3.9"\nflask = "^3.0"\n';

/** [manager, why, files] */
const MANAGERS: [string, string, Files][] = [
  ["uv", "lock", { "pyproject.toml": PEP621, "uv.lock": "" }],
  ["uv", "section", { "pyproject.toml": `${PEP621}[tool.uv.sources]\n` }],
  ["poetry", "section", { "pyproject.toml": POETRY }],
  ["poetry", "lock with PEP 621", { "pyproject.toml": PEP621, "poetry.lock": "" }],
  ["pdm", "lock", { "pyproject.toml": PEP621, "pdm.lock": "" }],
  ["pdm", "section", { "pyproject.toml": `${PEP621}[tool.pdm]\ndistribution = false\n` }],
  ["pipenv", "Pipfile", { Pipfile: "[packages]\n", "requirements.txt": "flask\n" }],
  ["pip", "requirements", { "requirements.txt": "flask\n" }],
  ["pip", "a pyproject for tools", { "pyproject.toml": "[tool.uv]\n[tool.black]\n", "requirements.txt": "flask\n" }],
  ["pip", "plain PEP 621", { "pyproject.toml": PEP621 }],
  ["pip", "nothing", { "app.py": "" }],
];

for (const [manager, why, files] of MANAGERS) {
  test(`${manager} by ${why}`, () => assert.is(survey(files).manager, manager));
}

/** [what, files, targets]; more of them are in test/settings/dependencies.test.ts */
const TARGETS: [string, Files, string[]][] = [
  [
    "both of dev and prod when neither includes the other",
    { "requirements/dev.txt": "flask\npytest\n", "requirements/prod.txt": "flask\ngunicorn\n" },
    ["requirements/dev.txt", "requirements/prod.txt"],
  ],
  [
    "an extension of Flask counts where Flask is not named",
    { "requirements.txt": "gunicorn\n", "requirements/web.txt": "Flask-Login\n" },
    ["requirements/web.txt"],
  ],
  [
    "a file of another name that is included",
    { "requirements.txt": "-r deps/web.list\n", "deps/web.list": "flask\n" },
    ["deps/web.list"],
  ],
  [
    "the root before a folder, when both have Flask",
    { "requirements.txt": "flask\n", "plugin/requirements.txt": "flask\n" },
    ["requirements.txt"],
  ],
  [
    "a folder with Flask before a root without",
    { "requirements.txt": "ansible\n", "web/requirements.txt": "flask\n" },
    ["web/requirements.txt"],
  ],
  [
    "PEP 621 and a hand-kept requirements.txt in step",
    { "pyproject.toml": PEP621, "requirements.txt": "flask\ngunicorn\n" },
    ["pyproject.toml", "requirements.txt"],
  ],
  [
    "the source in requirements/",
    { "requirements/main.in": "flask\n", "requirements/main.txt": "flask==3.0\n" },
    ["requirements/main.in"],
  ],
  [
    "no constraint file",
    { "constraints.txt": "flask==3\n", "requirements.txt": "-c constraints.txt\nflask\n" },
    ["requirements.txt"],
  ],
  [
    "a pyproject that is no TOML is nothing",
    { "pyproject.toml": "[project\n", "requirements.txt": "flask\n" },
    ["requirements.txt"],
  ],
  [
    "includes that go round in a circle",
    { "requirements.txt": "-r a-requirements.txt\nflask\n", "a-requirements.txt": "-r requirements.txt\n" },
    ["requirements.txt"],
  ],
];

for (const [what, files, targets] of TARGETS) {
  test(`target: ${what}`, () => {
    const found = survey(files).files.filter(({ target }) => target);
    assert.equal(found.map(({ path: name }) => name).sort(), targets);
  });
}

test("versions: lock before pin before what is installed", () => {
  const root = writeTree({
    "pyproject.toml": '[project]\ndependencies = ["flask==3.0.0", "celery==5.3.1", "Redis", "kombu"]\n',
    "uv.lock": 'version = 1\n\n[[package]]\nname = "flask"\nversion = "3.0.3"\nsource = { registry = "x" }\n',
    ".venv/pyvenv.cfg": "home = /usr/bin\n",
    ".venv/bin/python": "",
    ".venv/lib/python3.11/site-packages/redis-5.0.1.dist-info/METADATA": "",
    ".venv/lib/python3.11/site-packages/Flask_Login-0.6.3.dist-info/METADATA": "",
    ".venv/lib/python3.11/site-packages/flask-2.0.0.dist-info/METADATA": "",
  });
  const { versions, installed } = surveyTree(root, { "pyproject.toml": "", "uv.lock": "" });
  const all = Object.fromEntries(versions);
  assert.equal(all, { flask: "3.0.3", celery: "5.3.1", redis: "5.0.1", kombu: null });
  assert.is(installed?.get("flask-login"), "0.6.3");
});

test("versions: poetry.lock, Pipfile.lock, pins with extras, hashes and markers", () => {
  const lock =
    '[[package]]\nname = "Flask-Login"\nversion = "0.6.3"\ndescription = ""\n\n[package.dependencies]\nflask = ">=1"\n';
  assert.is(survey({ "pyproject.toml": POETRY, "poetry.lock": lock }).versions.get("flask-login"), "0.6.3");
  const json = JSON.stringify(
    { default: { flask: { hashes: ["sha256:0"], version: "==3.0.3" }, x: { git: "y" } } },
    null,
    4,
  );
  assert.is(survey({ Pipfile: '[packages]\nflask = "*"\n', "Pipfile.lock": json }).versions.get("flask"), "3.0.3");
  const pins = "celery[redis]==5.4.0; python_version > '3.8'  # queue\nflask==3.0.3 \\\n  --hash=sha256:00\nclick>=8\n";
  assert.equal(Object.fromEntries(survey({ "requirements.txt": pins }).versions), {
    celery: "5.4.0",
    flask: "3.0.3",
    click: null,
  });
});

test("dependency files one folder up are told about and never written", () => {
  const top = writeTree({ "requirements.txt": "gunicorn\nflask\n", "backend/app.py": "" });
  mkdirSync(path.join(top, ".git"));
  const root = path.join(top, "backend");
  const deps = surveyDependencies(root, () => null, ["app.py"]);
  assert.equal(
    deps.files.map((file) => [file.path, file.target]),
    [["../requirements.txt", true]],
  );
  const { edits, manual } = planDependencies(deps, [CELERY], () => null);
  assert.equal(edits, []);
  assert.is(manual.length, 1);
  assert.equal([manual[0]!.path, manual[0]!.line, manual[0]!.snippet], ["../requirements.txt", 2, LINE]);
});

test("a folder without Flask gives way to a file above that names it; a file in the root does not", () => {
  const top = writeTree({ "requirements.txt": "flask\n", "web/app.py": "" });
  mkdirSync(path.join(top, ".git"));
  const targets = (files: Files) => {
    const deps = surveyDependencies(
      path.join(top, "web"),
      (name) => (name in files ? Buffer.from(files[name] ?? "") : null),
      Object.keys(files),
    );
    return deps.files.filter(({ target }) => target).map((file) => file.path);
  };
  assert.equal(targets({ "regression/requirements.txt": "selenium\n" }), ["../requirements.txt"]);
  assert.equal(targets({ "requirements.txt": "gunicorn\n" }), ["requirements.txt"]);
});

test("files above: what is declared there is declared; beyond the repository nothing counts", () => {
  const top = writeTree({
    "pyproject.toml": '[project]\ndependencies = ["flask", "celery[redis]"]\n',
    "backend/app.py": "",
  });
  const root = path.join(top, "backend");
  const plan = planDependencies(
    surveyDependencies(root, () => null, ["app.py"]),
    [CELERY],
    () => null,
  );
  assert.equal([plan.edits, plan.manual], [[], []]);
  mkdirSync(path.join(root, ".git"));
  assert.equal(surveyDependencies(root, () => null, ["app.py"]).files, []);
});

test("a lock is read though .gitignore hides it", () => {
  const files = { "pyproject.toml": PEP621, "uv.lock": "version = 1\n" };
  assert.is(surveyTree(writeTree(files), { "pyproject.toml": "" }).manager, "uv");
});

test("a generated file without a source is left to its command", () => {
  const header =
    "# This file was autogenerated by uv via the following command:\n#    uv pip compile deps.ini -o requirements.txt\n";
  const { edits, manual } = planTree({ "requirements.txt": `${header}flask==3.0.3\n` });
  assert.equal(edits, []);
  assert.is(manual[0]?.snippet, "uv pip compile deps.ini -o requirements.txt");
});

test("a requirement is read as pip reads it", () => {
  const read = (text: string) => {
    const found = parseRequirement(text);
    return found && [found.key, found.extras, found.specifier];
  };
  assert.equal(read("Flask_SQLAlchemy >= 3.0 , < 4"), ["flask-sqlalchemy", [], ">=3.0,<4"]);
  assert.equal(read("celery [Redis,  SQS]~=5.4 ; python_version<'4'"), ["celery", ["redis", "sqs"], "~=5.4"]);
  assert.equal(read("flask(>=2)"), ["flask", [], ">=2"]);
  assert.is(read("./local/package"), null);
  assert.is(read("https://example.org/flask.whl"), null);
  const { lines } = readRequirements(
    "-e git+https://x.org/y.git#egg=My_Flask\n-rother.txt\n--index-url https://x\nflask\\\n==1",
  );
  assert.equal(
    lines.map(({ kind, requirement }) => [kind, requirement?.key]),
    [
      ["link", "my-flask"],
      ["include", undefined],
      ["option", undefined],
      ["requirement", "flask"],
    ],
  );
});

test.run();
