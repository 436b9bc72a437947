/** A connection string given as an answer: it stands in .env, which only its owner reads and Git ignores, and nowhere else. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Writable } from "node:stream";
import fc from "fast-check";
import { test } from "uvu";
import { generator } from "../../generators/celery-factory.ts";
import { commit } from "../../lib/changes/commit.ts";
import { disk } from "../../lib/changes/fs.ts";
import { UserError } from "../../lib/errors/index.ts";
import { explain } from "../../lib/run/explain.ts";
import { runGenerator } from "../../lib/run/run.ts";
import { stages } from "../../lib/run/stages.ts";
import { snapshotTree, tempDir, writeTree } from "../support/temp.ts";

const secret = "s3cretPw";
const url = `redis://:${secret}@host:6379/0`;
const app = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";

function project(files: Record<string, string> = {}, git = true): string {
  const root = writeTree(
    { "app.py": app, "requirements.txt": "flask\n", ...files },
    path.join(tempDir("secret-"), "project"),
  );
  if (git) execFileSync("git", ["-C", root, "init", "--quiet"]);
  return root;
}

/** What a user reads, and what the commit wrote on the way. */
async function run(root: string, given: Record<string, string>) {
  let printed = "";
  const stream = () =>
    new Writable({
      write(chunk, _encoding, done) {
        printed += chunk;
        done();
      },
    }) as NodeJS.WriteStream;
  const onDisk: { path: string; text: string; mode: number }[] = [];
  const ignoredFirst: boolean[] = [];
  const fs = {
    ...disk,
    rename(from: string, to: string) {
      const at = statSync(from);
      onDisk.push({ path: from, text: readFileSync(from, "utf8"), mode: at.mode & 0o777 });
      if (path.basename(to) === ".env") ignoredFirst.push(ignored(root));
      if (path.basename(to) === "journal.json")
        onDisk.push({ path: path.dirname(to), text: "", mode: statSync(path.dirname(to)).mode & 0o777 });
      disk.rename(from, to);
    },
  };
  const use = {
    ...stages,
    commit: (folder: string, changes: Parameters<typeof commit>[1]) => commit(folder, changes, fs),
  };
  let code = "";
  try {
    await runGenerator(generator, { root, given, output: { out: stream(), err: stream() }, stages: use });
  } catch (error) {
    code = error instanceof UserError ? error.code : "bug";
    printed += explain(error);
  }
  return { code, printed, onDisk, ignoredFirst };
}

function ignored(root: string): boolean {
  try {
    execFileSync("git", ["-C", root, "check-ignore", "--quiet", "--no-index", ".env"]);
    return true;
  } catch {
    return false;
  }
}

function filesWith(root: string, text: string): string[] {
  const tree = snapshotTree(root, { skip: [".git"] });
  return [...tree].filter(([, { bytes }]) => bytes.includes(text)).map(([name]) => name);
}

test("it lands in .env alone, which is ignored by Git before it is there", async () => {
  const root = project();
  const { code, printed, onDisk, ignoredFirst } = await run(root, { broker: url });
  assert.equal(code, "", printed);
  assert.deepEqual(filesWith(root, secret), [".env"]);
  assert.equal(statSync(path.join(root, ".env")).mode & 0o777, 0o600);
  assert.ok(!printed.includes(secret), printed);
  assert.deepEqual(ignoredFirst, [true]);
  for (const { path: file, text, mode } of onDisk) {
    if (file.includes("/.plop-flask-celery/") || file.endsWith("/.plop-flask-celery")) {
      assert.ok(!text.includes(secret), file);
      assert.equal(mode & 0o077, 0, file);
    } else if (text.includes(secret)) assert.equal(mode, 0o600, file);
  }
  assert.ok(!existsSync(path.join(root, ".plop-flask-celery")));
});

for (const preview of ["diff", "json"]) {
  test(`preview ${preview} masks it, and writes nothing`, async () => {
    const root = project();
    const { code, printed } = await run(root, { broker: url, preview });
    assert.equal(code, "");
    assert.match(printed, /CELERY_BROKER_URL=redis:\/\/:\*\*\*@host/);
    assert.ok(!printed.includes(secret));
    assert.ok(!existsSync(path.join(root, ".env")));
  });
}

for (const version of ["2", "4"]) {
  test(`.env that Git tracks is a refusal (index version ${version})`, async () => {
    const root = project({ ".env": "DEBUG=1\n", ".editorconfig": "", ".envrc": "" });
    execFileSync("git", ["-C", root, "-c", `index.version=${version}`, "add", "-f", "."]);
    execFileSync("git", ["-C", root, "update-index", `--index-version=${version}`]);
    const { code, printed } = await run(root, { broker: url });
    assert.equal(code, "env-tracked", printed);
    assert.ok(!printed.includes(secret));
    assert.equal(readFileSync(path.join(root, ".env"), "utf8"), "DEBUG=1\n");
    // The kind alone holds no secret.
    assert.equal((await run(root, { broker: "redis" })).code, "");
  });
}

test("files of similar names that Git tracks are no reason, nor is .env of another folder", async () => {
  const root = project({ ".env.example": "A=\n", "sub/.env": "A=\n", "x.env": "" });
  execFileSync("git", ["-C", root, "add", "-f", "."]);
  assert.equal((await run(root, { broker: url })).code, "");
});

test("an application below the top of its repository: its own .env counts", async () => {
  const top = path.dirname(project({}, false));
  execFileSync("git", ["-C", top, "init", "--quiet"]);
  const root = path.join(top, "project");
  writeTree({ ".env": "A=1\n" }, root);
  execFileSync("git", ["-C", top, "add", "-f", "project/.env"]);
  assert.equal((await run(root, { broker: url })).code, "env-tracked");
});

test("an .env that others can read keeps its permissions, and that is said", async () => {
  const root = project({ ".env": "DEBUG=1\n" });
  chmodSync(path.join(root, ".env"), 0o644);
  const { printed } = await run(root, { broker: url });
  assert.match(printed, /warning: \.env .* chmod 600 \.env/);
  assert.equal(readFileSync(path.join(root, ".env"), "utf8"), `DEBUG=1\nCELERY_BROKER_URL=${url}\n`);
});

test("a URL that is there already stays, and that is said", async () => {
  const root = project({ ".env": "CELERY_BROKER_URL=redis://other/0\n" });
  const { printed } = await run(root, { broker: url });
  assert.match(printed, /warning: \.env: CELERY_BROKER_URL has a value/);
  assert.equal(readFileSync(path.join(root, ".env"), "utf8"), "CELERY_BROKER_URL=redis://other/0\n");
});

test("whatever the password is and however broken the URL, it is not printed", async () => {
  const root = project();
  const password = fc
    .tuple(
      fc.string({ unit: "binary", maxLength: 6 }),
      fc.constantFrom("", "\n", '"', "'", "@", "/", " ", "{{", "`", "\0", "x".repeat(500)),
      fc.string({ maxLength: 6 }),
    )
    .map(([a, b, c]) => `${a}Zq9Wv7${b}Zq9Wv7${c}`);
  const start = fc.constantFrom(
    "redis://:",
    "redis://user:",
    "rediss://:",
    "amqp://u:",
    "http://u:",
    "REDIS://:",
    "redis:///:",
  );
  const end = fc.constantFrom("@host/0", "@host:6379/0", "", "@", "@[::1]/0", "@host/0?x=@");
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(start, password, end, async (one, two, three) => {
      tried++;
      const { code, printed } = await run(root, { broker: one + two + three, preview: "json" });
      assert.notEqual(code, "bug", printed);
      // Without an "@" it is no password but a host and a port.
      if (code !== "" || three.includes("@")) assert.ok(!printed.includes("Zq9Wv7"), `${code} ${printed}`);
    }),
    { numRuns: 150, seed: 7 },
  );
  console.log(`hostile broker URLs: ${tried}`);
});

test.run();
