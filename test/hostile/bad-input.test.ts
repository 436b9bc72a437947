/** Bad input that is more than a folder and a command line (codes.test.ts has those): one clear line, and nothing written. */
import assert from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { stages } from "../../lib/run/stages.ts";
import { ensureBuilt } from "../e2e/project.ts";
import { runCommand } from "../support/command.ts";
import { refusal, run } from "../support/generators.ts";
import { assertSameTree, copyTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";

const app = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";
const bin = path.resolve(import.meta.dirname, "../../dist/bin.js");
const makeProject = () => writeTree({ "app.py": app }, path.join(tempDir("bad-"), "project"));

const names: readonly [kind: string, name: string, code?: string][] = [
  ["no identifier", "2fast"],
  ["a keyword", "class"],
  ["a keyword after snake_case", "Lambda"],
  ["a dunder", "__init__"],
  ["quotes", `a"b'c`],
  ["a line break", "a\nb", "answer-invalid"],
  ["a template", "{{task}}", "answer-invalid"],
  ["a path upwards", "../x"],
  ["an absolute path", "/etc/passwd"],
  ["over-long", "x".repeat(61)],
];
const ready = makeProject();
test.before(async () => {
  await run("celery-factory", { root: ready });
});
for (const [kind, name, code = "name-invalid"] of names) {
  test(`names: ${kind}`, async () => {
    const before = snapshotTree(ready);
    for (const given of [
      { blueprint: name, task: "send" },
      { blueprint: "users", task: name },
    ]) {
      assert.equal((await refusal("blueprint-task", { root: ready, given })).code, code);
      assertSameTree(before, snapshotTree(ready));
    }
  });
}

for (const [link, file] of [
  ["app.py", "app.py"],
  ["shop", "shop/__init__.py"],
  ["requirements.txt", "requirements.txt"],
  [".env.example", ".env.example"],
] as const) {
  test(`${link} is a symlink that leads out of --dest`, async () => {
    const isApp = file.endsWith(".py");
    const root = isApp ? writeTree({ "README.md": "" }, path.join(tempDir("bad-"), "project")) : makeProject();
    const outside = writeTree({ [file]: isApp ? app : "FLASK=1\n" }, path.join(root, "../outside"));
    symlinkSync(`../outside/${link}`, path.join(root, link));
    const [before, around] = [snapshotTree(root), snapshotTree(outside)];
    const error = await refusal("celery-factory", { root });
    assert.equal(error.code, "path-outside");
    assert.ok(error.message.includes(link), error.message);
    assertSameTree(before, snapshotTree(root));
    assertSameTree(around, snapshotTree(outside));
  });
}

test("a file that changed between plan and commit", async () => {
  const root = makeProject();
  const file = path.join(root, "app.py");
  const commit: typeof stages.commit = (...given) => {
    writeFileSync(file, `# somebody saves it just now\n${app}`);
    return stages.commit(...given);
  };
  assert.equal((await refusal("celery-factory", { root, stages: { ...stages, commit } })).code, "changed-since-plan");
  assert.deepEqual([...snapshotTree(root).keys()], ["app.py"]);
  assert.equal(readFileSync(file, "utf8"), `# somebody saves it just now\n${app}`);
});

test("two runs at once: what stands there afterwards is what one of them makes", async () => {
  await ensureBuilt();
  const once = makeProject();
  const start = (root: string) => runCommand([process.execPath, bin, "celery-factory", "--dest", root]);
  assert.equal((await start(once)).code, 0);
  for (let round = 0; round < 3; round++) {
    const root = copyTree(makeProject());
    const ended = await Promise.all([start(root), start(root)]);
    assertSameTree(snapshotTree(once), snapshotTree(root));
    assert.ok(ended.some(({ code }) => code === 0));
    for (const { code, stderr } of ended) {
      if (code !== 0) assert.match(stderr, /^[^\n]+ \[(run-in-progress|changed-since-plan|files-exist)\]\n {2}why: /);
    }
  }
});

test.run();
