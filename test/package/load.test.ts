/** The package's code as V8 has compiled it: kept at the first start, used at the next, and never needed. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { ensureBuilt } from "../e2e/project.ts";
import { runCommand } from "../support/command.ts";
import { pythonEnv } from "../support/python-env.ts";
import { tempDir, writeTree } from "../support/temp.ts";

await ensureBuilt();
const repository = path.resolve(import.meta.dirname, "../..");
const root = tempDir("installed-");
for (const name of ["dist", "templates", "package.json"])
  cpSync(path.join(repository, name), path.join(root, name), { recursive: true });
symlinkSync(path.join(repository, "node_modules"), path.join(root, "node_modules"));
const dist = path.join(root, "dist");
const hash = createHash("sha256")
  .update(readFileSync(path.join(dist, "pack.cjs")))
  .digest("hex")
  .slice(0, 12);
const kept = path.join(dist, `pack-${hash}-${process.version}-${process.arch}.cache`);

const caches = () => readdirSync(dist).filter((name) => name.includes(".cache"));

async function start(): Promise<void> {
  const { code, stdout, stderr } = await runCommand([process.execPath, path.join(dist, "bin.js"), "--help"]);
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes("celery-factory"));
}

test.before.each(() => {
  for (const name of caches()) rmSync(path.join(dist, name), { recursive: true });
});

test("the first start keeps what it has compiled, and the next one takes it as it is", async () => {
  await start();
  assert.deepEqual(caches(), [path.basename(kept)]);
  const before = statSync(kept, { bigint: true });
  await start();
  assert.equal(statSync(kept, { bigint: true }).ino, before.ino);
});

test("what V8 can't use is made anew", async () => {
  await start();
  const whole = readFileSync(kept);
  for (const broken of [Buffer.from("rubbish"), whole.subarray(0, whole.length / 2), Buffer.alloc(0)]) {
    writeFileSync(kept, broken);
    await start();
    assert.ok(statSync(kept).size > whole.length / 2);
  }
});

test("several that start at once leave one", async () => {
  await Promise.all([start(), start(), start(), start()]);
  assert.deepEqual(caches(), [path.basename(kept)]);
});

test("where nothing can be kept, everything works", async () => {
  mkdirSync(path.join(kept, "in the way"), { recursive: true });
  await start();
  assert.deepEqual(caches(), [path.basename(kept)]);
});

test("celery-verify compiles its own Python once, and does without where it can't keep it", async () => {
  const { python } = await pythonEnv();
  const app = tempDir("app-");
  writeTree({ "app.py": "from flask import Flask\n\napp = Flask(__name__)\n", ".gitignore": ".env\n" }, app);
  const bin = (...args: string[]) =>
    runCommand([process.execPath, path.join(dist, "bin.js"), ...args, "--dest", app], {
      env: { CELERY_VERIFY_PYTHON: python, FLASK_DEBUG: "1" },
    });
  assert.equal((await bin("celery-direct")).code, 0);
  const compiled = path.join(dist, "verify/python/celery_verify/__pycache__");
  rmSync(compiled, { recursive: true, force: true });
  writeFileSync(compiled, "in the way");
  const { code, stdout } = await bin("celery-verify");
  assert.equal(code, 0, stdout);
  rmSync(compiled);
  await bin("celery-verify");
  const kept = () => readdirSync(compiled).map((name) => statSync(path.join(compiled, name)).mtimeMs);
  const before = kept();
  assert.ok(before.length > 20);
  await bin("celery-verify");
  assert.deepEqual(kept(), before);
  assert.equal(readdirSync(app).includes("__pycache__"), false);
});

test.run();
