/** celery-adopt: an integration that exists is taken over; test/cases/adopt.txt has what becomes of each shape. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { commit } from "../../../lib/changes/commit.ts";
import type { Change } from "../../../lib/changes/types.ts";
import { RECORD, readRecord } from "../../../lib/contract/record.ts";
import { planAsJson } from "../../../lib/run/show.ts";
import { stages } from "../../../lib/run/stages.ts";
import { errno, faultyDisk } from "../../changes/support/faulty.ts";
import { ensureBuilt } from "../../e2e/project.ts";
import { refusal, run } from "../../support/generators.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { assertSameTree, snapshotTree, writeTree } from "../../support/temp.ts";
import { verify } from "../verify/support/twin.ts";

const OLD = {
  "requirements.txt": "flask\ncelery[redis]\n",
  ".gitignore": ".env\n",
  "shop/__init__.py": `from celery import Celery
from flask import Flask

BROKER = "redis://localhost:6379/0"
celery = Celery(__name__, broker=BROKER, backend=BROKER)


def create_app():
    app = Flask(__name__)
    app.config.update(SECRET_KEY=__name__, CELERY_BROKER_URL=BROKER, CELERY_RESULT_BACKEND=BROKER)
    celery.conf.update(app.config)

    from shop.views import bp

    app.register_blueprint(bp)
    return app
`,
  "shop/jobs.py": `from shop import celery


@celery.task(name="shop.add")
def add(a, b):
    return a + b
`,
  "shop/views.py": `from flask import Blueprint

from shop.jobs import add

bp = Blueprint("views", __name__)


@bp.route("/add")
def start():
    return {"id": add.delay(1, 2).id}
`,
  "celery_worker.py": `from shop import celery, create_app

app = create_app()
app.app_context().push()
`,
  Procfile: "web: flask --app shop run\nworker: celery -A celery_worker.celery worker\n",
};

const read = (root: string, name: string) => readFileSync(path.join(root, name), "utf8");

test("what was converted is recorded as ours, kept up to date, and built on", async () => {
  const root = writeTree(OLD);
  const { plan } = await run("celery-adopt", { root, given: { how: "convert" } });
  const [recorded] = readRecord(readFileSync(path.join(root, RECORD)));
  assert.equal(recorded?.generator, "celery-factory");
  assert.ok("shop/celery_app.py" in recorded.files);
  const before = snapshotTree(root);
  for (const name of ["celery-update", "celery-adopt", "celery-factory"]) await run(name, { root });
  assertSameTree(before, snapshotTree(root));
  await run("blueprint-task", { root, given: { blueprint: "views", task: "mail" } });
  await run("status-endpoint", { root });
  assert.ok(plan?.made?.length);
});

test("each edit is that of a rule, in the report as in JSON", async () => {
  const root = writeTree(OLD);
  const { plan } = await run("celery-adopt", { root, given: { how: "convert", preview: "diff" } });
  assert.deepEqual(plan!.made!.map(({ rule }) => rule).sort(), [
    "one-object",
    "settings",
    "shared-task",
    "worker-entry",
  ]);
  for (const { at, why } of plan!.made!) {
    assert.ok(why);
    for (const place of at) assert.match(place, /^[\w./-]+:\d+$/);
  }
  assert.deepEqual(JSON.parse(await planAsJson(plan!, stages.diff)).rules, plan!.made);
  assertSameTree(snapshotTree(writeTree(OLD)), snapshotTree(root));
});

for (const how of ["mend", "convert"] as const) {
  test(`celery-verify is green after ${how}, and was not before`, async () => {
    await ensureBuilt();
    process.env.CELERY_VERIFY_PYTHON = (await pythonEnv()).python;
    const failed = async (root: string) =>
      (await verify(root)).checks.flatMap(({ id, verdict }) => (verdict === "failed" ? [id] : []));
    const root = writeTree(OLD);
    assert.ok((await failed(root)).includes("app-context"), (await failed(root)).join());
    await run("celery-adopt", { root, given: { how } });
    assert.deepEqual(await failed(root), []);
  });
}

test("a failure at any write puts every byte back", async () => {
  const before = snapshotTree(writeTree(OLD));
  let failures = 0;
  for (let number = 1; ; number += 3) {
    const root = writeTree(OLD);
    let writes = 0;
    const { fs } = faultyDisk((_, call) => {
      if (call === "write" && ++writes === number) throw errno("ENOSPC", call);
    });
    const faulty = { ...stages, commit: (folder: string, changes: readonly Change[]) => commit(folder, changes, fs) };
    const error = await run("celery-adopt", { root, given: { how: "convert" }, stages: faulty }).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!error) break;
    failures++;
    assertSameTree(before, snapshotTree(root), `write ${number}`);
  }
  assert.ok(failures > 2, `${failures}`);
});

test("mend says what it leaves, where, and with which code", async () => {
  const files = { ...OLD, "shop/other.py": 'from celery import Celery\n\nother = Celery("other")\n' };
  const root = writeTree(files);
  const error = await refusal("celery-adopt", { root, given: { how: "mend" } });
  assert.equal(error.code, "manual-steps");
  assert.match(error.details.join("\n"), /shop\/other\.py:3 {2}a second Celery object.*\[several-celery-objects\]/);
  assert.match(read(root, "shop/__init__.py"), /key\.startswith/);
});

test.run();
