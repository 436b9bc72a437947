/** Files that nobody should have, in a project that is read: no hang, no crash, nothing written but what was asked for. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "uvu";
import { tempDir, writeTree } from "../support/temp.ts";
import { type Done, type Job, runJobs } from "./support/jobs.ts";

const app = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";
const limit = 30;

const jobs: Job[] = [];
const wanted = new Map<string, string[]>();
const closing: (() => void)[] = [];

/** A project with something odd in it; `codes` are the ends that are right, "" for an end without an error. */
function project(name: string, codes: string[], prepare: (root: string) => void, generator = "celery-factory"): void {
  const root = writeTree({ "app.py": app, "requirements.txt": "flask\n" }, path.join(tempDir("hostile-"), "project"));
  prepare(root);
  jobs.push({ name, root, generator });
  wanted.set(name, codes);
}

const put = (file: string, text: string | Uint8Array) => (root: string) => void writeTree({ [file]: text }, root);
const replace = (file: string, make: (at: string) => void) => (root: string) => {
  const at = path.join(root, file);
  mkdirSync(path.dirname(at), { recursive: true });
  rmSync(at, { recursive: true, force: true });
  make(at);
};
const fifo = (at: string) => void execFileSync("mkfifo", [at]);
const makeZero = (at: string) => spawnSync("mknod", [at, "c", "1", "5"]).status === 0;
/** Only root may, and not in every container; elsewhere links to /dev/zero stand for it. */
const makesDevices = makeZero(path.join(tempDir("device-"), "zero"));
const socket = (at: string) => {
  // Made elsewhere: a path of a socket has 107 bytes at the most, and closing it removes what stands at the path then.
  const made = path.join(tempDir("s-"), "s");
  const server = createServer().listen(made);
  renameSync(made, at);
  closing.push(() => server.close());
};

const huge = `# flask\n${"x = 1\n".repeat(8_400_000)}`;
project("50 MB of Python beside the application", [""], put("data.py", huge));
project("50 MB of Python that is the application", ["source-too-large"], put("app.py", app + huge));
project("50 MB of comments with the word celery", [""], put("data.py", `# celery\n${"# x\n".repeat(12_500_000)}`));
for (const [name, open, close] of [
  ["brackets", "[", "]"],
  ["parentheses", "(", ")"],
  ["unary operators", "-", ""],
  ["calls", "f(", ")"],
  ["dicts", "{1:", "}"],
  ["conditional expressions", "1 if ", " else 2"],
  ["lambdas", "lambda: ", ""],
] as const) {
  const deep = `import flask\n\nx = ${open.repeat(5000)}1${close.repeat(5000)}\n`;
  project(`5,000 ${name} beside the application`, [""], put("deep.py", deep));
  project(`5,000 ${name} in the application`, ["", "source-syntax", "source-too-deep"], put("app.py", app + deep));
}
const nested = Array.from({ length: 1500 }, (_, depth) => `${" ".repeat(depth)}if flask:\n`).join("");
project(
  "1,500 nested blocks",
  ["", "source-syntax", "source-too-deep"],
  put("app.py", `${app}\n${nested}${" ".repeat(1500)}pass\n`),
);
project("5,000 chained attributes", [""], put("deep.py", `import flask\nx = flask${".a".repeat(5000)}\n`));
project("5,000 chained operators", [""], put("deep.py", `import flask\nx = 1${" + 1".repeat(5000)}\n`));
project(
  "a million brackets that are never closed",
  ["", "source-syntax"],
  put("deep.py", `import flask\nx = ${"[".repeat(1e6)}\n`),
);
project("a single line of 1 MB", [""], put("line.py", `import flask\nx = "${"y".repeat(1e6)}"\n`));
project("a single line of 300 kB in the application", [""], put("app.py", `${app}\nx = [${"1, ".repeat(100_000)}]\n`));
project("NUL", ["source-syntax"], put("app.py", `${app}\nx = "\0"\n`));
project("NUL beside the application", [""], put("other.py", `import flask\n\0\0\0`));
project("carriage returns only", ["source-line-ends"], put("app.py", app.replaceAll("\n", "\r")));
project("line ends of every kind", [""], put("app.py", app.replace("\n", "\r\n").replace("\n\n\n", "\n\r\n\n")));
project(
  "lone surrogates",
  ["source-encoding"],
  put("app.py", Buffer.concat([Buffer.from(app), Buffer.from([0xed, 0xa0, 0x80])])),
);
project("an empty file of a megabyte of blanks", [""], put("blank.py", `import flask\n${" ".repeat(1e6)}`));
project("half a million short lines", [""], put("many.py", `import flask\n${"a=1\n".repeat(500_000)}`));
project(
  "60 factories",
  ["answers-needed", "answer-missing"],
  put("many.py", `from flask import Flask\n${"def f():\n    app = Flask('x')\n    return app\n".repeat(60)}`),
);
project(
  "a regular expression's nightmare in requirements.txt",
  [""],
  put("requirements.txt", `flask${" ".repeat(100_000)}x\n${"-".repeat(100_000)}\n`),
);
project(
  "a nightmare in pyproject.toml",
  ["", "dependency-file-unreadable"],
  put("pyproject.toml", `[project]\ndependencies = ${"[".repeat(20_000)}\n`),
);
project(
  "a nightmare in setup.py",
  ["manual-steps"],
  put(
    "setup.py",
    `from setuptools import setup\nsetup(install_requires=${"[".repeat(3000)}"flask"${"]".repeat(3000)})\n`,
  ),
);
project(
  "a nightmare in .env.example",
  [""],
  put(".env.example", `A="${"\\".repeat(100_001)}\n${"A=".repeat(100_000)}\n`),
);
project(
  "a nightmare in .gitignore",
  [""],
  put(".gitignore", `${"*a".repeat(200)}\n${"**/".repeat(200)}x\n[[[[\n\\\n!\n${"a".repeat(1e5)}\n`),
);

const files = [
  "app.py",
  "other.py",
  "requirements.txt",
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "Pipfile",
  "uv.lock",
  "poetry.lock",
  ".env",
  ".env.example",
  ".gitignore",
  "package.json",
  "celery_app.py",
  "tasks.py",
  "CELERY.md",
  "make_celery.py",
  ".plop-flask-celery",
  ".git/info/exclude",
  ".venv/pyvenv.cfg",
  "pytest.ini",
  "tests",
];
for (const file of files) {
  project(`${file} is a pipe`, ["any"], replace(file, fifo));
  project(`${file} is a socket`, ["any"], replace(file, socket));
  if (makesDevices) project(`${file} is an endless device`, ["any"], replace(file, makeZero));
  project(
    `${file} is a folder`,
    ["any"],
    replace(file, (at) => mkdirSync(at)),
  );
  project(
    `${file} is a link to itself`,
    ["any"],
    replace(file, (at) => symlinkSync(path.basename(at), at)),
  );
  project(
    `${file} is a link to an endless device`,
    ["any"],
    replace(file, (at) => symlinkSync("/dev/zero", at)),
  );
  project(`${file} is a link to a pipe`, ["any"], (root) => {
    fifo(path.join(root, "a-pipe"));
    replace(file, (at) => symlinkSync(path.join(root, "a-pipe"), at))(root);
  });
}
project(".gitignore of the repository around it is a pipe", ["any"], (root) => {
  mkdirSync(path.join(root, "../.git"));
  fifo(path.join(root, "../.gitignore"));
});

let done: Map<string, Done>;
test.before(async () => {
  done = await runJobs(jobs, limit);
  console.log(`hostile projects read: ${done.size}`);
});
test.after(() => {
  for (const close of closing) close();
});

for (const { name } of jobs) {
  test(name, () => {
    const { code, printed, spawned, seconds } = done.get(name)!;
    assert.ok(!["hangs", "crash", "bug"].includes(code), `${code} after ${seconds} s: ${printed}`);
    const codes = wanted.get(name)!;
    assert.ok(codes[0] === "any" || codes.includes(code), `${code}\n${printed}`);
    assert.deepEqual(spawned, []);
  });
}

test.run();
