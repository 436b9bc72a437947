/** What `run.py snapshot` tells of one application: the oracle's and the check's common ground. */
import assert from "node:assert/strict";
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import { pythonEnv } from "../../support/python-env.ts";
import { copyTree, tempDir, writeTree } from "../../support/temp.ts";
import { sound } from "./support/twin.ts";

const script = path.resolve(import.meta.dirname, "../../../generators/verify/python/run.py");

async function snapshot(target: string, root: string): Promise<{ text: string; found: Record<string, unknown> }> {
  const { python } = await pythonEnv();
  const { stdout, stderr } = await execa(python, ["-B", script, "snapshot", target, root], { reject: false });
  assert.notEqual(stdout, "", stderr);
  return { text: stdout, found: JSON.parse(stdout) };
}

const head = "from flask import Flask\n";
const made = `${head}app = Flask("shop")\n`;

test("the worker's entry and the factory give the same, wherever the project lies", async () => {
  const [one, other] = [
    await snapshot("make_celery", copyTree(sound)),
    await snapshot("shop:create_app()", copyTree(sound)),
  ];
  assert.deepEqual(one.found, other.found);
  assert.equal(one.found.import_name, "shop");
  assert.deepEqual(one.found.extensions, ["celery", "sqlalchemy"]);
  assert.ok((one.found.routes as string[]).includes("/orders/<int:order_id>/ship OPTIONS,POST orders.ship"));
});

test("secrets are there by hash, also inside mappings and URLs; paths count from the project, objects by their type", async () => {
  const root = writeTree(
    {
      "app.py": `${made}import pathlib
class Thing: pass
app.config.update(
    SECRET_KEY="hunter2", BYTES=b"hunter2", DATABASE="postgresql://shop:hunter2@db/shop", NESTED={"mail_password": "hunter2"},
    OBJECT=Thing(), FUNCTION=print, TEXT="plain", PLACE=pathlib.Path(__file__), NAMES={"b", "a", "c"},
)
`,
    },
    tempDir("snapshot-"),
  );
  const [one, other] = [await snapshot("app", root), await snapshot("app", copyTree(root))];
  assert.equal(one.text, other.text);
  assert.doesNotMatch(one.text, /hunter2/);
  const config = one.found.config as Record<string, unknown>;
  assert.deepEqual(config.OBJECT, { type: "app.Thing" });
  assert.deepEqual(config.TEXT, { type: "str", value: "plain" });
  assert.match(JSON.stringify(config.PLACE), /<root>\/app\.py/);
});

const ways: readonly (readonly [how: string, target: string, file: string])[] = [
  ["app.run() at the top level", "app", `${made}app.run()\n`],
  ["app.run() in a script", "app.py", `${head}if __name__ == "__main__":\n    Flask("shop").run(debug=True)\n`],
  [
    "a server of the standard library, behind middleware",
    "app.py",
    `${made}from wsgiref.simple_server import make_server\nfrom werkzeug.middleware.proxy_fix import ProxyFix\nif __name__ == "__main__":\n    make_server("", 8765, ProxyFix(app)).serve_forever()\n`,
  ],
  [
    "gevent's server",
    "app",
    `${made}from gevent.pywsgi import WSGIServer\nWSGIServer(("", 8765), app).serve_forever()\n`,
  ],
  ["a factory that Flask would call", "app", `${head}def create_app():\n    return Flask("shop")\n`],
  [
    "middleware by the name of the application",
    "app:application",
    `${made}application = lambda: None\nclass W:\n    def __init__(self, app): self.app = app\napplication = W(app.wsgi_app)\n`,
  ],
  ["a call with literals", 'app:create_app("shop")', `${head}def create_app(name):\n    return Flask(name)\n`],
];
for (const [how, target, file] of ways) {
  test(`the application is obtained, and nothing served: ${how}`, async () => {
    const { found } = await snapshot(target, writeTree({ "app.py": file }, tempDir("start-")));
    assert.equal(found.import_name, "shop", JSON.stringify(found));
  });
}

test("what holds no application is told, not guessed", async () => {
  const root = writeTree({ "app.py": `${head}one = Flask("one")\ntwo = Flask("two")\n` }, tempDir("none-"));
  assert.match(String((await snapshot("app", root)).found.error), /holds 2 Flask applications/);
  assert.match(String((await snapshot("nothing", root)).found.error), /no module named 'nothing'/);
});

test.run();
