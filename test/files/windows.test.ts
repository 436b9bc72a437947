/** What is planned is the same for a project with Windows' line ends, and paths have forward slashes wherever they are shown or written. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { run } from "../support/generators.ts";
import { snapshotTree, tempDir, writeTree } from "../support/temp.ts";

const FILES = {
  "requirements.txt": "flask\n",
  "shop/__init__.py":
    "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    from shop.orders.routes import bp\n\n    app.register_blueprint(bp)\n    return app\n",
  "shop/orders/__init__.py": "",
  "shop/orders/routes.py":
    'from flask import Blueprint\n\nbp = Blueprint("orders", __name__)\n\n\n@bp.get("/")\ndef index():\n    return "orders"\n',
};
const commands = [
  ["celery-factory", {}],
  ["blueprint-task", { blueprint: "orders", task: "send", endpoint: "yes" }],
  ["status-endpoint", {}],
  ["periodic-task", { blueprint: "orders", task: "send_all", schedule: "5m" }],
] as const;

test("line ends of the user's files stay, all else is the same", async () => {
  const windows = Object.fromEntries(
    Object.entries(FILES).map(([name, text]) => [name, text.replaceAll("\n", "\r\n")]),
  );
  const [unix, dos] = [writeTree(FILES, tempDir()), writeTree(windows, tempDir())];
  for (const [generator, given] of commands) for (const root of [unix, dos]) await run(generator, { root, given });
  assert.deepEqual([...snapshotTree(unix).keys()], [...snapshotTree(dos).keys()]);
  for (const name of Object.keys(FILES)) {
    const [plain, ended] = [unix, dos].map((root) => readFileSync(path.join(root, name), "utf8"));
    assert.equal(ended, plain!.replaceAll("\n", "\r\n"), name);
  }
});

test("plans name paths with forward slashes, and targets too", async () => {
  const root = writeTree(FILES, tempDir());
  for (const [generator, given] of commands) {
    const { plan } = await run(generator, { root, given });
    const shown = [
      plan!.target,
      ...plan!.changes.changes.map((change) => change.path),
      ...plan!.manual.map((step) => step.path),
    ];
    assert.ok(shown.every((name) => !name.includes("\\")));
  }
});

test.run();
