/** `--since`: what the comparison of two revisions says is what really becomes of the messages of the one in the worker of the other. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { compareRevisions } from "../../../../generators/verify/since/compare.ts";
import { checkDeployment, describeRevision } from "../../../../generators/verify/since/index.ts";
import { UserError } from "../../../../lib/errors/index.ts";
import { survey } from "../../../../lib/survey/index.ts";
import { pythonEnv } from "../../../support/python-env.ts";
import { tempDir, writeTree } from "../../../support/temp.ts";
import { type Code, changes } from "./changes.ts";

function layOut({ tasks, web, settings = "" }: Code): string {
  const [own = "", more] = tasks.split("@@more\n");
  const head = "from celery import shared_task\n\n\n";
  return writeTree(
    {
      "shop/__init__.py": "",
      "shop/worker.py": `from celery import Celery\n\napp = Celery("shop", broker="memory://")\napp.conf.update(${settings})\napp.set_default()\n`,
      "shop/tasks.py": more === undefined ? head + own : own,
      ...(more === undefined ? {} : { "shop/more.py": head + more }),
      "shop/web.py": `from shop.tasks import *\nfrom shop.worker import app\n\n\ndef send():\n    ${web}\n`,
    },
    tempDir(),
  );
}

test(`${changes.length} changes: no break is missed, and at most one alarm is false`, async () => {
  const folders = changes.map(({ before, after }) => [layOut(before), layOut(after)] as const);
  const { python } = await pythonEnv();
  const judge = path.join(import.meta.dirname, "judge.py");
  const { stdout } = await execa(python, [judge], { input: JSON.stringify(folders) });
  const judged = JSON.parse(stdout) as string[][];
  const missed: string[] = [];
  const alarms: string[] = [];
  let breaking = 0;
  for (const [index, { name }] of changes.entries()) {
    const [before, after] = await Promise.all(folders[index]!.map(survey));
    const { queued } = compareRevisions(describeRevision(before!), describeRevision(after!));
    const problems = judged[index]!;
    if (problems.length > 0) breaking++;
    if (problems.length > 0 && queued.length === 0) missed.push(`${name}: ${problems.join("; ")}`);
    if (problems.length === 0 && queued.length > 0)
      alarms.push(`${name}: ${queued.map(({ what }) => what).join("; ")}`);
  }
  console.log(`${breaking} of ${changes.length} break, ${missed.length} missed, ${alarms.length} false alarms`);
  assert.deepEqual(missed, []);
  assert.ok(alarms.length <= 1, alarms.join("\n"));
  assert.ok(breaking >= 25 && changes.length - breaking >= 25, `${breaking} of ${changes.length} break`);
});

const TASKS = (parameters: string) =>
  `from celery import shared_task\n\n\n@shared_task\ndef ship(${parameters}):\n    return 1\n`;

test("a revision of Git's, also of a folder below its top; what it can't find is refused", async () => {
  const top = writeTree({ "backend/tasks.py": TASKS("order_id"), "README.md": "x\n" }, tempDir());
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.invalid", ...args], { cwd: top });
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    ["commit", "-qm", "one"],
    ["tag", "live"],
  ])
    git(...args);
  writeTree({ "backend/tasks.py": TASKS("order_id, note") }, top);
  const project = await survey(path.join(top, "backend"));
  const finding = await checkDeployment({ project, since: "live" });
  assert.equal(finding.verdict, "failed", finding.detail);
  assert.equal(finding.detail, "tasks.py:5: tasks.ship was sent with 1 argument, and now needs note");
  assert.equal(finding.fix, "Give note a default until the queue is empty.");
  writeTree({ "backend/tasks.py": TASKS('order_id, note=""') }, top);
  assert.equal(
    (await checkDeployment({ project: await survey(path.join(top, "backend")), since: "live" })).verdict,
    "ok",
  );
  for (const since of ["gone", "live:"]) {
    const refused = await checkDeployment({ project, since }).catch((error: unknown) => error);
    assert.ok(refused instanceof UserError && refused.code === "since-unknown", String(refused));
  }
  assert.equal((await checkDeployment({ project, since: "" })).verdict, "not-applicable");
});

test.run();
