/** `tasks mixed`: single-module blueprints share the application's tasks file, and the worker finds what is in it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { loadParser } from "../../lib/python/index.ts";
import { generate, makeApp } from "../generators/verify/support/apps.ts";
import { verify } from "../generators/verify/support/twin.ts";

test("blueprint-task appends to the central file, and the worker registers the task", async () => {
  await loadParser();
  const root = await makeApp("flat", "none");
  await generate(root, "celery-factory", { tasks: "mixed" });
  await generate(root, "blueprint-task", { blueprint: "pages", task: "send_welcome", endpoint: "yes" });
  assert.match(readFileSync(path.join(root, "tasks.py"), "utf8"), /def example_task\([\s\S]*def send_welcome\(/);
  assert.ok(!existsSync(path.join(root, "views_tasks.py")));
  const report = await verify(root);
  assert.equal(report.ok, true, JSON.stringify(report.checks.filter(({ verdict }) => verdict === "failed")));
  assert.match(report.checks.find(({ id }) => id === "tasks-registered")!.detail, /tasks\.send_welcome/);
});

test("a package blueprint keeps its own", async () => {
  const root = await makeApp("package", "none");
  await generate(root, "celery-factory", { tasks: "mixed" });
  await generate(root, "blueprint-task", { blueprint: "users", task: "send_welcome" });
  assert.match(readFileSync(path.join(root, "shop/users/tasks.py"), "utf8"), /def send_welcome\(/);
  assert.equal((await verify(root)).ok, true);
});

test.run();
