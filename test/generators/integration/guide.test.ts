/** What CELERY.md says is what was generated. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { run } from "../../support/generators.ts";
import { tempDir, writeTree } from "../../support/temp.ts";

const BLUEPRINT = (name: string) => `from flask import Blueprint\n\nbp = Blueprint("${name}", __name__)\n`;
const FILES = {
  "requirements.txt": "flask\npytest\nflask-sqlalchemy\n",
  "shop/__init__.py":
    "from flask import Flask\n\nfrom shop.home import bp as home_bp\nfrom shop.orders import bp as orders_bp\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(home_bp)\n    app.register_blueprint(orders_bp)\n    return app\n",
  "shop/home.py": BLUEPRINT("home"),
  "shop/orders/__init__.py": BLUEPRINT("orders"),
};

for (const tasks of ["blueprint", "centralized", "mixed"]) {
  test(`--tasks ${tasks}: tasks live where CELERY.md says`, async () => {
    const root = writeTree(FILES, tempDir());
    await run("celery-factory", { root, given: { tasks } });
    for (const blueprint of ["home", "orders"])
      await run("blueprint-task", { root, given: { blueprint, task: `of_${blueprint}` } });
    const guide = readFileSync(path.join(root, "CELERY.md"), "utf8");
    const holds = (file: string, task: string) =>
      existsSync(path.join(root, file)) && readFileSync(path.join(root, file), "utf8").includes(`def ${task}(`);
    assert.equal(guide.includes("in a `tasks.py` in its package"), holds("shop/orders/tasks.py", "of_orders"));
    assert.equal(guide.includes("in `<module>_tasks.py` beside"), holds("shop/home_tasks.py", "of_home"));
    assert.equal(guide.includes("All tasks live in `shop.tasks`"), holds("shop/tasks.py", "of_orders"));
    const isCentral = /(All tasks|single-module blueprints, and .*) live in `shop\.tasks`/.test(guide);
    assert.equal(isCentral, holds("shop/tasks.py", "of_home"));
  });
}

test("every file, module and command that CELERY.md names is there, for each broker and configuration", async () => {
  for (const broker of ["redis", "rabbitmq", "embedded"]) {
    for (const config of ["object", "namespace", "environment"]) {
      const root = writeTree(FILES, tempDir());
      await run("celery-factory", { root, given: { broker, config } });
      const guide = readFileSync(path.join(root, "CELERY.md"), "utf8");
      const named = [...guide.matchAll(/`((?:\w+\/)*\w+\.py|requirements\.txt|\.env\.example)`/g)].map(
        (match) => match[1]!,
      );
      assert.ok(named.length > 1);
      const missing = new Set(named.filter((file) => file !== "tasks.py" && !file.includes("_tasks.py")));
      for (const file of missing) {
        const isThere = [file, `shop/${file}`].some((each) => existsSync(path.join(root, each)));
        assert.ok(isThere, `${broker}, ${config}: CELERY.md names ${file}`);
      }
      const [, tests] = /python -m pytest (\S+)/.exec(guide) ?? [];
      assert.ok(tests && existsSync(path.join(root, tests)));
    }
  }
});

test("the command of Start installs the application too", async () => {
  const setup = 'from setuptools import setup\n\nsetup(name="shop", packages=["shop"], install_requires=["flask"])\n';
  const { "requirements.txt": _, ...files } = FILES;
  const root = writeTree({ ...files, "setup.py": setup }, tempDir());
  await run("celery-factory", { root });
  assert.match(readFileSync(path.join(root, "CELERY.md"), "utf8"), /^\$ python -m pip install -e \.$/m);
  const plain = writeTree(FILES, tempDir());
  await run("celery-factory", { root: plain });
  assert.match(readFileSync(path.join(plain, "CELERY.md"), "utf8"), /^\$ python -m pip install -r requirements\.txt$/m);
});

test.run();
