/** How the worker's entry obtains the application: by the project's own call, by the web's own module, or not at all. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { parseTarget, surveyApps } from "../../lib/survey/apps/apps.ts";
import { explainAbsence } from "../../lib/survey/apps/refusals.ts";
import { onlyApp, readTree } from "./support.ts";

const factory = (parameters: string) =>
  `from flask import Flask\n\nLIMIT = 3\n\n\ndef create_app(${parameters}):\n    app = Flask(__name__)\n    return app\n`;
const entryOf = (files: Record<string, string>) => onlyApp(readTree(files)).entry;
/** The entry for a `target` answer, or the code of its refusal. */
function told(files: Record<string, string>, target: string) {
  const { apps, refusals } = surveyApps(readTree(files), target);
  return apps[0] ? { imports: apps[0].entry.imports, call: apps[0].entry.call } : refusals[0]?.code;
}

test("a call in the target is parsed apart from its name", () => {
  assert.deepEqual(parseTarget('shop.py:create_app("x")'), { path: "shop.py", name: "create_app", call: '"x"' });
});

test("a target's call gets what the same call of the entry imports", () => {
  const files = {
    "shop/__init__.py": factory("config"),
    "settings.py": "Live = object\n",
    "wsgi.py": "# flask\nfrom settings import Live\nfrom shop import create_app\n\napp = create_app(Live)\n",
  };
  assert.deepEqual(told(files, "shop/__init__.py:create_app(Live)"), {
    imports: ["from settings import Live", "from shop import create_app"],
    call: "create_app(Live)",
  });
});

test("a target's call may name what its own module has, a dotted module, or a literal", () => {
  const files = { "shop/__init__.py": factory("config"), "shop/config.py": "class Live: pass\n" };
  const imports = (call: string) => told(files, `shop/__init__.py:create_app(${call})`);
  assert.deepEqual(imports("LIMIT"), {
    imports: ["from shop import LIMIT", "from shop import create_app"],
    call: "create_app(LIMIT)",
  });
  assert.deepEqual(imports("shop.config.Live"), {
    imports: ["import shop.config", "from shop import create_app"],
    call: "create_app(shop.config.Live)",
  });
  assert.deepEqual(imports('"live"'), { imports: ["from shop import create_app"], call: 'create_app("live")' });
  assert.equal(imports("Live"), "target-names-unknown");
  assert.equal(imports('{"API_TOKEN": "abc"}'), "target-secret");
});

for (const [why, body] of Object.entries({
  "its value is set twice": 'mode = "a"\nif __debug__:\n    mode = "b"\napp = create_app(mode)\n',
  "what it passes is filled later": 'mode = {}\nmode["a"] = 1\napp = create_app(mode)\n',
  "it passes what a function of the entry gives": "def choose():\n    return 1\n\n\napp = create_app(choose())\n",
  "it passes a secret": 'app = create_app(dict(DATABASE_PASSWORD="hunter2"))\n',
  "a constant holds a secret": 'URL = "postgres://me:hunter2@db/shop"\napp = create_app(URL)\n',
  "a blueprint is registered behind it": "app = create_app()\nimport shop.late\n",
})) {
  test(`the module is imported where the call can't be repeated: ${why}`, () => {
    const files = {
      "shop/__init__.py": factory("config=None"),
      "shop/late.py": "",
      "wsgi.py": `# flask\nfrom shop import create_app\n\n${body}`,
    };
    const { imports, call } = entryOf(files);
    assert.deepEqual({ imports, call }, { imports: ["from wsgi import app"], call: "app" });
  });
}

test("a call is repeated where what follows leaves the application as it is", () => {
  const files = {
    "shop/__init__.py": factory("config=None"),
    "wsgi.py":
      '# flask\nfrom shop import create_app\n\napp = create_app("live")\n\n\n@app.shell_context_processor\ndef shell():\n    return {}\n\n\nwith app.app_context():\n    print("ready")\n\nif __name__ == "__main__":\n    app.run()\n',
  };
  assert.equal(entryOf(files).call, 'create_app("live")');
});

test("a call of that name that can't be followed is no reason to fall back on the defaults", () => {
  const files = {
    "shop/__init__.py": factory("config=None"),
    "wsgi.py": '# flask\nfrom company import shop\n\napp = shop.create_app("live")\n',
  };
  const { apps, refusals } = surveyApps(readTree(files));
  assert.deepEqual([apps.length, refusals[0]?.code], [0, "entry-not-repeatable"]);
});

test("a function that goes on with what the factory has made is not the application's way in", () => {
  const files = {
    "shop/__init__.py": factory("config=None"),
    "store.py": "# flask\ndef setup_db(app):\n    app.extensions['store'] = 1\n    return app\n",
    "manage.py":
      "# flask\nfrom shop import create_app\nfrom store import setup_db\n\napp = create_app()\ndb = setup_db(app)\n",
  };
  const { target, entry } = onlyApp(readTree(files));
  assert.deepEqual([target, entry.call], ["shop/__init__.py:create_app", "app"]);
});

test("a package that hands on a name hides its submodule of that name", () => {
  const { imports } = entryOf({
    "backend/__init__.py": "from backend.app import app\n",
    "backend/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "wsgi.py": '# flask\nfrom backend import app\n\napp.config["LATE"] = 1\n',
  });
  assert.deepEqual(imports, ["from wsgi import app"]);
});

test("connexion's application gets every line to paste, in the factory and at module level", () => {
  const inFunction = readTree({
    "shop/__init__.py":
      "import connexion\n\n\ndef create_app():\n    outer = connexion.FlaskApp(__name__)\n    outer.add_api('a.yaml')\n    return outer\n",
  });
  const atTop = readTree({
    "server.py":
      "from connexion import App\n\nouter = App(__name__)\nouter.add_api('a.yaml')\n\nif __name__ == '__main__':\n    outer.run()\n",
  });
  const steps = (reading: ReturnType<typeof readTree>) =>
    explainAbsence(reading)[0]?.manual.map(
      ({ path, line, snippet }) => `${path}:${line} ${snippet.split("\n").at(-1)}`,
    );
  assert.deepEqual(steps(inFunction), [
    "shop/celery_app.py:1     return celery_app",
    "shop/__init__.py:2 from shop.celery_app import celery_init_app",
    "shop/__init__.py:7     celery_init_app(outer.app)",
  ]);
  assert.deepEqual(steps(atTop)?.slice(1), [
    "server.py:2 from celery_app import celery_init_app",
    "server.py:5 celery_init_app(outer.app)",
  ]);
});

test.run();
