/** The real command: what a preview tells is what a run does, and a run that breaks half-way leaves nothing behind. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { test } from "uvu";
import { assertSameTree, copyTree, snapshotTree, tempDir } from "../support/temp.ts";
import { apply, makeProject, plop } from "./project.ts";

interface Preview {
  generator: string;
  target: string;
  answers: Record<string, string>;
  changes: { path: string; action: string; diff: string }[];
  manual: unknown[];
  install: { command: string[] } | null;
  next: string[];
}

const journal = ".plop-flask-celery";

test("--preview json is one object on stdout; patched in, it gives what the run gives; the run again changes nothing", async () => {
  const root = makeProject("shop");
  const before = snapshotTree(root);
  const { stdout } = await apply(root, "celery-factory", "--preview", "json");
  assertSameTree(before, snapshotTree(root), "a preview wrote something");
  const preview: Preview = JSON.parse(stdout);
  assert.equal(preview.generator, "celery-factory");
  assert.equal(preview.target, "shop/__init__.py:create_app");
  assert.deepEqual(preview.manual, []);
  assert.equal(preview.install, null);

  const patched = copyTree(root);
  const diffs = preview.changes.map(({ diff }) => diff).join("");
  await execa("git", ["apply", "-p1", "--whitespace=nowarn", "-"], { cwd: patched, input: diffs });
  const { stdout: listed } = await apply(root, "celery-factory");
  const after = snapshotTree(root, { skip: [journal] });
  assertSameTree(after, snapshotTree(patched), "the preview told something else than the run did");
  for (const { path: name, action } of preview.changes) {
    assert.equal(action, before.has(name) ? "edit" : "create", name);
    assert.match(listed, new RegExp(`${action === "edit" ? "edited  " : "created "} ${name.replaceAll(".", "\\.")}\n`));
  }

  const again = await apply(root, "celery-factory");
  assertSameTree(after, snapshotTree(root, { skip: [journal] }), "the second run changed something");
  assert.match(again.stderr, /nothing to change/);
  const unchanged: Preview = JSON.parse((await apply(root, "celery-factory", "--preview", "json")).stdout);
  assert.deepEqual([...new Set(unchanged.changes.map(({ action }) => action))], ["unchanged"]);
});

test("a commit that fails at its first, middle or last rename leaves every byte; one that is killed is undone by the next run", async () => {
  const clean = makeProject("shop");
  const before = snapshotTree(clean);
  const log = path.join(tempDir(), "count");
  await broken(clean, { BREAK_LOG: log });
  const after = snapshotTree(clean);
  const renames = Number(readFileSync(log, "utf8"));
  assert.ok(renames > 1, "the commit renames nothing, so this test breaks nothing");

  for (const at of new Set([1, Math.ceil(renames / 2), renames])) {
    const root = makeProject("shop");
    const ran = await broken(root, { BREAK_AT: String(at) });
    assert.equal(ran.code, 1, `rename ${at} of ${renames}: ${ran.stdout}${ran.stderr}`);
    assertSameTree(before, snapshotTree(root), `rename ${at} of ${renames}`);
    assert.doesNotMatch(ran.stderr, /\n\s+at /, "a stack reached the user");
  }

  const root = makeProject("shop");
  const killed = await broken(root, { BREAK_AT: String(Math.ceil(renames / 2)), BREAK_HOW: "kill" });
  assert.notEqual(killed.code, 0);
  const { stderr } = await apply(root, "celery-factory");
  assert.match(stderr, /An earlier run was interrupted/);
  assertSameTree(after, snapshotTree(root));
  assert.ok(!existsSync(path.join(root, journal)), "the journal was left behind");
});

test.run();

function broken(root: string, env: Record<string, string>) {
  const preload = pathToFileURL(path.join(import.meta.dirname, "break-rename.mjs")).href;
  return plop(root, ["celery-factory"], { NODE_OPTIONS: `--import=${preload}`, BREAK_ROOT: `${root}/`, ...env });
}
