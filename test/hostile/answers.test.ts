/** Whatever is given as an answer, preset or partial: files below --dest alone, no command, and Python that says what was meant. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import { UserError } from "../../lib/errors/index.ts";
import { runGenerator } from "../../lib/run/run.ts";
import { generate, makeApp } from "../generators/verify/support/apps.ts";
import { generatorNamed, refusal, silent } from "../support/generators.ts";
import { assertSameTree, copyTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";
import { watchProcesses } from "./support/watch.ts";

const bare = await makeApp("package", "none");
const ready = copyTree(bare, path.join(tempDir("ready-"), "project"));
await generate(ready, "celery-factory", {});

const nasty = fc.constantFrom(
  ...[
    "../x",
    "/etc/passwd",
    "..\\x",
    "C:\\x",
    "a/b",
    "__init__",
    "class",
    "None",
    "a\nb",
    "a\0b",
    'a"b',
    "a'b",
    "{{7*7}}",
    "{{{x}}}",
  ],
  ...[
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "-rf",
    "--force",
    "{% x %}",
    "%s",
    "<%= 1 %>",
    "\u202e",
    "é",
    "ﬁ",
  ],
  ...[
    "\ud800",
    "a".repeat(10_000),
    " ",
    "",
    "_",
    "send_welcome",
    "sendWelcome",
    "send-welcome",
    "import os",
    "os.system('x')",
    "__proto__",
  ],
  ...[
    "constructor",
    "toString",
    "/tasks",
    "/a/b",
    "//evil.org",
    "/<path:x>",
    "/a?b",
    "/a#b",
    '/"',
    "/'",
    "/\\",
    "/{{x}}",
    "http://x",
    "/..",
    "/a b",
  ],
  ...[
    "shop/__init__.py:create_app",
    "../x.py:f",
    "/x.py:f",
    "shop/__init__.py:create_app(__import__('os').system('touch pwned'))",
  ],
  ...[
    'shop/__init__.py:create_app("x")',
    "redis://:p@h/0",
    "amqp://h",
    "sqla+sqlite:///../../x",
    "sqla+sqlite:////etc/x",
    "file:///etc/passwd",
  ],
);
const value = fc.oneof(
  { weight: 4, arbitrary: nasty },
  { weight: 3, arbitrary: fc.stringMatching(/^\/?[A-Za-z][A-Za-z0-9_ -]{0,20}$/) },
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.tuple(nasty, nasty).map(([a, b]) => a + b),
);

/** Python that was written in any run, parsed all together in the end. */
const written = new Map<string, string>();
let [applied, refused] = [0, 0];

type Options = Partial<Record<"given" | "defaults" | "partials", Record<string, string>>>;

async function attempt(name: string, from: string, options: Options) {
  const top = writeTree({ "outside/keep": "" }, tempDir("hostile-"));
  const root = copyTree(from, path.join(top, "project"));
  const outside = () => new Map([...snapshotTree(top)].filter(([file]) => !file.startsWith("project")));
  const [before, around] = [snapshotTree(root), outside()];
  const watch = watchProcesses();
  try {
    await runGenerator(generatorNamed(name), { root, ...options, output: silent() });
    applied++;
  } catch (error) {
    assert.ok(error instanceof UserError, `a bug: ${error instanceof Error ? error.stack : error}`);
    for (const part of [error.code, error.what, error.why, error.fix]) assert.notEqual(part.trim(), "", error.message);
    assert.match(error.code, /^[a-z]+(-[a-z]+)*$/);
    if (error.code !== "manual-steps") assertSameTree(before, snapshotTree(root), error.code);
    refused++;
  } finally {
    assert.deepEqual(watch.stop(), []);
  }
  assertSameTree(around, outside());
  for (const [file, { kind, bytes }] of snapshotTree(root)) {
    if (kind === "file" && file.endsWith(".py") && !before.get(file)?.bytes.equals(bytes))
      written.set(bytes.toString("utf8"), file);
  }
  return root;
}

test("answers of every generator, from the command line and as a team's presets", async () => {
  const one = fc
    .constantFrom(
      "celery-factory",
      "celery-direct",
      "blueprint-task",
      "status-endpoint",
      "periodic-task",
      "celery-setup",
      "celery-adopt",
    )
    .chain((name) => {
      const { prompts } = generatorNamed(name);
      const free = prompts
        .filter(({ name: prompt }) => !["preview", "install"].includes(prompt))
        .map((prompt) => prompt.name);
      const valid: Record<string, string> = { blueprint: "users", task: "send_mail" };
      return fc
        .tuple(
          fc.uniqueArray(fc.constantFrom(...free), { minLength: 1, maxLength: 2 }),
          fc.array(value, { minLength: 2, maxLength: 2 }),
          fc.boolean(),
        )
        .map(([picked, values, preset]) => {
          const hostile = Object.fromEntries(picked.map((prompt, index) => [prompt, values[index]!]));
          const base = name === "blueprint-task" ? valid : {};
          return {
            name,
            ...(preset ? { given: {}, defaults: { ...base, ...hostile } } : { given: { ...base, ...hostile } }),
          };
        });
    });
  await fc.assert(
    fc.asyncProperty(one, ({ name, ...options }) =>
      attempt(name, name.startsWith("celery") ? bare : ready, options).then(() => {}),
    ),
    { numRuns: Number(process.env.HOSTILE_RUNS ?? 300), seed: 11 },
  );
});

test("partials of other plopfiles: text of any kind", async () => {
  const names = fc.constantFrom(
    "celery_app_docstring",
    "flask_task",
    "discovery",
    "example_task",
    "no_such_partial",
    "../../x",
    "__proto__",
  );
  const text = fc.constantFrom(
    "",
    "{{",
    "{{{x}}}",
    "{{> nothing}}",
    "{{lookup this 'constructor'}}",
    "{{#with this}}{{constructor.constructor}}{{/with}}",
    "{{> celery_app_docstring}}",
    "# \u0000",
    '"""',
    "{{py project}}",
    "{{log 1}}",
    "import os",
  );
  await fc.assert(
    fc.asyncProperty(names, text, async (name, template) => {
      const kept = new Map(written);
      await attempt("celery-factory", bare, { partials: { [name]: template } });
      // What a team puts into its own templates is the team's.
      written.clear();
      for (const [source, file] of kept) written.set(source, file);
    }),
    { numRuns: 50, seed: 12 },
  );
});

test("a partial that would break a file of the user's is refused, and nothing is written", async () => {
  const root = copyTree(bare, path.join(tempDir("partial-"), "project"));
  const before = snapshotTree(root);
  const error = await refusal("celery-factory", { root, partials: { celery_items: "((((" } });
  assert.equal(error.code, "edit-breaks-syntax");
  assertSameTree(before, snapshotTree(root));
});

test("files of odd names, links out, and folders of our own that lead elsewhere", async () => {
  const hostile = copyTree(bare, path.join(tempDir("odd-"), "project"));
  for (const name of ['qu"ote', "new\nline", "back\\slash", "{{x}}", "-rf", "$(touch pwned)", "\u202e"]) {
    writeTree(
      {
        [`shop/${name}.py`]: "import flask\n",
        [`shop/${name}/__init__.py`]: "from flask import Blueprint\nbp = Blueprint('x\\ny', __name__)\n",
      },
      hostile,
    );
  }
  await attempt("celery-factory", hostile, {});
  for (const link of [
    "celery_app.py",
    "shop/celery_app.py",
    "shop/tasks.py",
    ".env.example",
    "CELERY.md",
    ".plop-flask-celery",
    "requirements.txt",
  ]) {
    const root = copyTree(bare, path.join(tempDir("link-"), "project"));
    execFileSync("rm", ["-rf", path.join(root, link)]);
    const goal = link === ".plop-flask-celery" ? "../outside" : "../outside/keep";
    mkdirSync(path.dirname(path.join(root, link)), { recursive: true });
    symlinkSync(link.includes("/") ? `../${goal}` : goal, path.join(root, link));
    await attempt("celery-factory", root, {});
  }
});

test("strings in the Python are what was given, and all of it parses", async () => {
  const prefixes = ["/it-is", "/a.b~c", "/x_y"];
  for (const urlPrefix of prefixes) {
    const root = await attempt("status-endpoint", ready, { given: { urlPrefix } });
    const module = readFileSync(
      path.join(root, "shop/task_status.py".replace("task_status.py", "__init__.py")),
      "utf8",
    );
    assert.match(module, /init_task_status/);
  }
  const code = [
    "import ast, json, sys",
    "found = set()",
    "for text in json.load(sys.stdin):",
    "    tree = ast.parse(text)",
    "    found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}",
    "    calls = [ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)]",
    "    assert not any(c in ('eval', 'exec', 'os.system', '__import__') for c in calls), calls",
    "print(json.dumps(sorted(found)))",
  ].join("\n");
  const strings: string[] = JSON.parse(
    execFileSync("python3", ["-c", code], {
      input: JSON.stringify([...written.keys()]),
      encoding: "utf8",
      maxBuffer: 1e8,
    }),
  );
  for (const prefix of prefixes) assert.ok(strings.includes(prefix), `${prefix} is in no literal`);
  console.log(`hostile answers: ${applied} applied, ${refused} refused; ${written.size} Python files parsed`);
  assert.ok(applied > 20 && refused > 100);
});

test.run();
