/** A route that the project's own Flask could not start is not written unasked. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { refusal, run } from "../../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../../support/temp.ts";

const APP = {
  "app.py":
    "from flask import Flask\n\nfrom home import bp\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(bp)\n    return app\n",
  "home.py":
    'from flask import Blueprint\n\nbp = Blueprint("home", __name__)\n\n\n@bp.route("/")\ndef index():\n    return ""\n',
};

test("a Flask that is too old: the integration is forced, the routes are refused until they are forced, too", async () => {
  const root = writeTree({ ...APP, "requirements.txt": "flask==1.1.2\n" }, tempDir());
  assert.equal((await refusal("celery-factory", { root, force: true })).code, "manual-steps");
  const before = snapshotTree(root);
  const route = { blueprint: "home", task: "mail", endpoint: "yes" };
  assert.match((await refusal("blueprint-task", { root, given: route })).what, /Flask 1\.1\.2/);
  assert.match((await refusal("status-endpoint", { root })).what, /Flask 1\.1\.2/);
  assertSameTree(before, snapshotTree(root));
  await run("blueprint-task", { root, given: { ...route, endpoint: "no" } });
  await run("blueprint-task", { root, given: { ...route, task: "post" }, force: true });
});

for (const flask of ["flask", "flask==2.2", "flask==3.1.0", "flask>=1.0", "flask==3.0.0rc1"]) {
  test(`${flask}: the route is written`, async () => {
    const root = writeTree({ ...APP, "requirements.txt": `${flask}\n` }, tempDir());
    await run("celery-factory", { root });
    await run("blueprint-task", { root, given: { blueprint: "home", task: "mail", endpoint: "yes" } });
  });
}

test.run();
