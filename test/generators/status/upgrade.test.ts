/** status-endpoint behind blueprint-task leads to the same files as the other order; what somebody has edited is named and stays. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { run } from "../../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../../support/temp.ts";

const APP = `from flask import Flask

from shop.home import bp


def create_app():
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "dev"
    app.register_blueprint(bp)
    return app
`;
const HOMES = {
  "a plain blueprint":
    'from flask import Blueprint\n\nbp = Blueprint("home", __name__)\n\n\n@bp.get("/")\ndef index():\n    return "home"\n',
  "single quotes and tabs":
    "from flask import Blueprint\n\nbp = Blueprint('home', __name__)\n\n\n@bp.get('/')\ndef index():\n\treturn 'home'\n",
  "a guarded one below a prefix with a variable": `from uuid import UUID

from flask import Blueprint, url_for
from flask_login import login_required

bp = Blueprint("home", __name__, url_prefix="/<int:org>")


@bp.post("/")
@login_required
def index(org):
    return {"url": url_for(".index", org=org), "id": str(UUID(int=1))}


def helper():
    return 1
`,
};
const task = { blueprint: "home", task: "send_welcome", endpoint: "yes" };

async function shop(home: string): Promise<string> {
  const root = writeTree({ "requirements.txt": "flask\n", "shop/__init__.py": APP, "shop/home.py": home }, tempDir());
  await run("celery-factory", { root });
  return root;
}

for (const [name, home] of Object.entries(HOMES)) {
  test(`${name}: both orders lead to the same`, async () => {
    const first = await shop(home);
    await run("status-endpoint", { root: first });
    await run("blueprint-task", { root: first, given: task });
    const second = await shop(home);
    await run("blueprint-task", { root: second, given: task });
    const { plan } = await run("status-endpoint", { root: second });
    assert.deepEqual(
      plan?.warnings.filter((line) => line.includes("home.py")),
      [],
    );
    assertSameTree(snapshotTree(first), snapshotTree(second));
    const before = snapshotTree(second);
    await run("blueprint-task", { root: second, given: task });
    await run("status-endpoint", { root: second });
    assertSameTree(before, snapshotTree(second));
  });
}

test("a state route that somebody has edited is named and stays", async () => {
  const root = await shop(HOMES["a plain blueprint"]);
  await run("blueprint-task", { root, given: task });
  const file = path.join(root, "shop/home.py");
  const edited = readFileSync(file, "utf8").replace('"state": state', '"state": state.lower()');
  writeFileSync(file, edited);
  const { plan } = await run("status-endpoint", { root });
  assert.match(
    plan!.warnings.join("\n"),
    /^shop\/home\.py:\d+: this route tells the state of a task to whoever knows its id/m,
  );
  assert.equal(readFileSync(file, "utf8"), edited);
});

test.run();
