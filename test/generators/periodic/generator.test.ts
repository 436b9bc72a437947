/** periodic-task on whole projects: new tasks and ones that are there, what it refuses, and that twice is once. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { refusal, run } from "../../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../../support/temp.ts";

const FACTORY =
  "from flask import Flask\n\nfrom .orders import bp\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(bp)\n    return app\n";
const ORDERS = 'from flask import Blueprint\n\nbp = Blueprint("orders", __name__)\n';
const TASKS = `from celery import shared_task


@shared_task(name="tidy-up", ignore_result=True)
def tidy(days: int = 3) -> None:
    pass


@shared_task(bind=True)
def count(self):
    pass


@shared_task
def send(order_id):
    pass


def plain():
    pass
`;

async function shop(given: Record<string, string> = {}): Promise<string> {
  const files = { "requirements.txt": "flask\n", "shop/__init__.py": FACTORY, "shop/orders/__init__.py": ORDERS };
  const root = writeTree(files, tempDir());
  await run("celery-factory", { root, given });
  writeTree({ "shop/orders/tasks.py": TASKS }, root);
  return root;
}

const read = (root: string, name: string) => readFileSync(path.join(root, name), "utf8");
const nightly = { blueprint: "orders", schedule: "0 3 * * *" };

test("with Redis: RedBeat, declared, one run at a time; twice is once, and celery-factory again changes nothing", async () => {
  const root = await shop();
  const given = { ...nightly, task: "clean_up", timezone: "Europe/Berlin" };
  await run("periodic-task", { root, given });
  assert.match(read(root, "requirements.txt"), /^celery-redbeat>=2\.3,<3$/m);
  assert.match(
    read(root, "shop/__init__.py"),
    /celery_init_app\(app\)\n {4}init_periodic_tasks\(app\)\n {4}return app/,
  );
  const tasks = read(root, "shop/orders/tasks.py");
  assert.match(tasks, /^@periodic\(crontab\(minute="0", hour="3"\), expires=86400, overlap=False\)\ndef clean_up\(/m);
  assert.match(tasks, /^from celery\.schedules import crontab$/m);
  const before = snapshotTree(root);
  await run("periodic-task", { root, given: { ...nightly, task: "clean_up" } });
  await run("celery-factory", { root });
  assertSameTree(before, snapshotTree(root));
});

test("a task that is there gets one line, under its own name", async () => {
  const root = await shop({ broker: "rabbitmq", results: "none" });
  await run("periodic-task", { root, given: { ...nightly, task: "tidy", schedule: "90s" } });
  await run("periodic-task", { root, given: { ...nightly, task: "count" } });
  const tasks = read(root, "shop/orders/tasks.py");
  assert.ok(
    tasks.includes(
      '@shared_task(name="tidy-up", ignore_result=True)\n@periodic(timedelta(seconds=90), expires=90, name="tidy-up")\ndef tidy(',
    ),
    tasks,
  );
  assert.ok(
    tasks.includes('@shared_task(bind=True)\n@periodic(crontab(minute="0", hour="3"), expires=86400)\ndef count(self)'),
    tasks,
  );
  assert.ok(!read(root, "requirements.txt").includes("redbeat"));
  assert.match(read(root, ".gitignore"), /^celerybeat-schedule\*$/m);
});

test("a task of no blueprint stands beside the example", async () => {
  const root = await shop();
  await run("periodic-task", { root, given: { ...nightly, blueprint: "app", task: "clean_up" } });
  assert.match(read(root, "shop/tasks.py"), /def example_task[\s\S]*def clean_up\(/);
});

test("a name that a file gives to something else is not taken over", async () => {
  const root = await shop();
  writeTree({ "shop/orders/tasks.py": `def periodic(function):\n    return function\n\n\n${TASKS}` }, root);
  assert.equal((await refusal("periodic-task", { root, given: { ...nightly, task: "tidy" } })).code, "name-taken");
});

test("refused, and nothing is written", async () => {
  const root = await shop({ broker: "rabbitmq", results: "none" });
  await run("periodic-task", { root, given: { ...nightly, task: "tidy" } });
  const before = snapshotTree(root);
  for (const [given, code] of [
    [{ task: "send" }, "task-not-schedulable"],
    [{ task: "plain" }, "task-not-schedulable"],
    [{ task: "tidy", schedule: "5m" }, "schedule-exists"],
    [{ task: "other", scheduler: "redbeat" }, "scheduler-needs-redis"],
    [{ task: "other", overlap: "skip" }, "overlap-needs-redbeat"],
    [{ task: "other", timezone: "Berlin" }, "timezone-unknown"],
    [{ task: "other", schedule: "61 * * * *" }, "schedule-invalid"],
    [{ task: "other", blueprint: "nowhere" }, "blueprint-unknown"],
  ] as const)
    assert.equal((await refusal("periodic-task", { root, given: { ...nightly, ...given } })).code, code);
  assertSameTree(before, snapshotTree(root));
});

test.run();
