/** The process dies before every single call that changes the disk: after the next run's recover() the project is as before or as planned. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { commit, recover } from "../../lib/changes/commit.ts";
import { bundleChild } from "./support/bundle.ts";
import { discard, makeChanges, makeProject, treeOf, whichTree } from "./support/tree.ts";

const child = bundleChild("child.ts");
const home = ".plop-flask-celery";
const known = new Map<"before" | "after", ReturnType<typeof treeOf>>();
const sample = makeProject();
known.set("before", treeOf(sample));
await commit(sample, makeChanges(sample));
known.set("after", treeOf(sample));
discard(sample);

interface Ended {
  code: number | null;
  signal: string | null;
  output: string;
}

function run(root: string, kind: string, how: string, number: number): Promise<Ended> {
  return new Promise((resolve) => {
    const running = spawn(process.execPath, [child, root, kind, how, String(number)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    running.stdout.on("data", (chunk) => {
      output += chunk;
    });
    running.stderr.on("data", (chunk) => {
      output += chunk;
    });
    running.on("close", (code, signal) => resolve({ code, signal, output }));
  });
}

async function listCalls(kind: string): Promise<string[]> {
  const root = makeProject();
  const { code, output } = await run(root, kind, "none", 0);
  assert.equal(code, 0, output);
  discard(root);
  return JSON.parse(output);
}

for (const kind of ["links", "copies"]) {
  test(`kill -9 before every call that changes the disk (${kind})`, async () => {
    const calls = await listCalls(kind);
    assert.ok(calls.length > 100);
    const counts = { before: 0, after: 0, restored: 0, torn: 0 };
    // Between two calls that change the disk it is the same, so dying before the second stands for all in between.
    const changing = /^(create|write|mkdir|rmdir|link|rename|unlink|chmod|chown)$/;
    const numbers = calls.flatMap((call, index) => (changing.test(call) ? [index + 1] : []));
    const planned = numbers.length;
    const one = async (number: number) => {
      const root = makeProject();
      const { signal, output } = await run(root, kind, "kill", number);
      assert.equal(signal, "SIGKILL", output);
      if (whichTree(root, known) === null) counts.torn++;
      // Secrets that a dead run left are readable by their owner only.
      if (existsSync(path.join(root, home))) {
        assert.equal(statSync(path.join(root, home)).mode & 0o077, 0);
      }
      const restored = await recover(root);
      const outcome = whichTree(root, known);
      assert.ok(outcome, `${kind}: neither before nor after a kill at call ${number}`);
      assert.ok(!existsSync(path.join(root, home)), `call ${number}: our folder was left`);
      if (outcome === "after") assert.deepEqual(restored, []);
      counts[outcome]++;
      if (restored.length > 0) counts.restored++;
      // And the project is free for the next run.
      await commit(
        root,
        makeChanges(root).filter((change) => change.action !== "conflict"),
      );
      discard(root);
    };
    await Promise.all(
      [0, 1].map(async () => {
        for (let number = numbers.pop(); number; number = numbers.pop()) await one(number);
      }),
    );
    assert.equal(counts.before + counts.after, planned);
    assert.ok(counts.torn >= 12 && counts.restored >= 12, JSON.stringify(counts));
    console.log(
      `kill -9, ${kind}: ${planned} times, ${counts.torn} half done: ${counts.before} before, ${counts.after} after, ${counts.restored} put back`,
    );
  });
}

test("process.exit and an error of other code in the middle: put back before the process is gone", async () => {
  const total = (await listCalls("links")).length;
  let ended = 0;
  for (const how of ["exit", "throw"]) {
    for (let number = 5; number <= total; number += 16) {
      const root = makeProject();
      const { code } = await run(root, "links", how, number);
      assert.equal(code, how === "exit" ? 3 : 1);
      assert.ok(whichTree(root, known), `${how} at call ${number}`);
      assert.ok(!existsSync(path.join(root, home)), `${how} at call ${number}: our folder was left`);
      discard(root);
      ended++;
    }
  }
  console.log(`process.exit and uncaught errors: ${ended} times`);
});

test("two runs at once: the second is refused, the first completes", async () => {
  const root = makeProject();
  const changes = makeChanges(root);
  const first = run(root, "links", "wait", 60);
  while (!existsSync(`${root}.waiting`)) await new Promise((resolve) => setTimeout(resolve, 5));
  const during = treeOf(root);
  await assert.rejects(commit(root, changes), { code: "run-in-progress" });
  await assert.rejects(recover(root), { code: "run-in-progress" });
  assert.deepEqual(treeOf(root), during);
  writeFileSync(`${root}.go`, "");
  const { code, output } = await first;
  assert.equal(code, 0, output);
  assert.equal(whichTree(root, known), "after");
  assert.ok(!existsSync(path.join(root, home)));
  discard(root);
  discard(`${root}.waiting`);
  discard(`${root}.go`);
});

test("several runs that start together: one completes or none, the tree is whole", async () => {
  for (let round = 0; round < 4; round++) {
    const root = makeProject();
    const ended = await Promise.all([1, 2, 3].map(() => run(root, "links", "none", 0)));
    assert.equal(whichTree(root, known), "after", ended.map(({ output }) => output).join());
    assert.ok(!existsSync(path.join(root, home)));
    for (const { code, output } of ended) {
      // Whoever read the project before the first one wrote to it has an outdated plan; whoever read it later has nothing to do.
      if (code !== 0) assert.match(output, /^(run-in-progress|changed-since-plan|conflict)$/m);
    }
    discard(root);
  }
});

test("two commits within one process", async () => {
  const root = makeProject();
  const results = await Promise.allSettled([commit(root, makeChanges(root)), commit(root, makeChanges(root))]);
  assert.deepEqual(results.map((result) => result.status).sort(), ["fulfilled", "rejected"]);
  assert.equal(whichTree(root, known), "after");
  discard(root);
});

test("the journal of a killed run hides itself from git, and a file that was edited since is left alone", async () => {
  const total = (await listCalls("links")).length;
  let seen = 0;
  for (let number = Math.floor(total * 0.6); number < total && seen === 0; number++) {
    const root = makeProject();
    await run(root, "links", "kill", number);
    const app = path.join(root, "app/__init__.py");
    if (existsSync(path.join(root, home, "journal.json")) && readFileSync(app, "utf8").includes("celery_init_app")) {
      seen++;
      assert.equal(readFileSync(path.join(root, home, ".gitignore"), "utf8"), "*\n");
      writeFileSync(app, "what a person wrote since\n");
      const stood = treeOf(root);
      for (let again = 0; again < 2; again++) {
        await assert.rejects(recover(root), (error: Error & { code: string }) => {
          assert.equal(error.code, "restore-failed");
          assert.match(error.message, /app\/__init__\.py: changed since.*backup-\d/);
          return true;
        });
        assert.deepEqual(treeOf(root), stood);
      }
      const backup = readdirSync(path.join(root, home)).filter((name) => name.startsWith("backup-"));
      assert.ok(backup.some((name) => readFileSync(path.join(root, home, name), "utf8").startsWith("def create_app")));
    }
    discard(root);
  }
  assert.equal(seen, 1);
});

test.run();
