/** A judge that can't fail is a defect: each of these edits is wrong in its own way, and each must be found out. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { Judge } from "./judge.ts";

const judge = new Judge();
test.after(() => judge.end());

const FACTORY = `"""The app."""
from __future__ import annotations

from flask import Flask
from world import Middleware, flag, mark


def create_app(config=None):
    app = Flask(__name__)
    if flag(0):
        app.config["A"] = 1
        return app

    def helper():
        return app

    for turn in (1, 2):
        if flag(turn):
            return app, turn
    app.config["B"] = mark("text")
    return app
`;
const IMPORT = "from .celery_app import celery_init_app\n";
const GOOD = FACTORY.replace("from flask", `${IMPORT}from flask`)
  .replace("        return app\n\n", "        celery_init_app(app)\n        return app\n\n")
  .replace("            return app,", "            celery_init_app(app)\n            return app,")
  .replace(/ {4}return app\n$/, "    celery_init_app(app)\n    return app\n");

const wrong: Record<string, { after: string; says: RegExp }> = {
  "nothing was done": { after: FACTORY, says: /initialised 0 times/ },
  "one return was forgotten": {
    after: GOOD.replace("            celery_init_app(app)\n", ""),
    says: /initialised 0 times/,
  },
  "only the last return has it": {
    after: FACTORY.replace("from flask", `${IMPORT}from flask`).replace(
      / {4}return app\n$/,
      "    celery_init_app(app)\n    return app\n",
    ),
    says: /initialised 0 times/,
  },
  "twice on one path": {
    after: GOOD.replace(/ {4}return app\n$/, "    celery_init_app(app)\n    return app\n"),
    says: /initialised 2 times/,
  },
  "also at the top, before configuration": {
    after: GOOD.replace("    if flag(0):", "    celery_init_app(app)\n    if flag(0):"),
    says: /initialised 2 times/,
  },
  "once, but before configuration": {
    after: FACTORY.replace("from flask", `${IMPORT}from flask`).replace(
      "    if flag(0):",
      "    celery_init_app(app)\n    if flag(0):",
    ),
    says: /configured after/,
  },
  "in the nested function": {
    after: GOOD.replace("    celery_init_app(app)\n    return app\n", "    return app\n").replace(
      "        return app\n\n    for",
      "        celery_init_app(app)\n        return app\n\n    for",
    ),
    says: /initialised 0 times/,
  },
  "one level too far in": {
    after: GOOD.replace(
      / {4}celery_init_app\(app\)\n {4}return app\n$/,
      "    if flag(3):\n        celery_init_app(app)\n    return app\n",
    ),
    says: /not ours|initialised 0 times/,
  },
  "one level too far out": {
    after: GOOD.replace(
      "            celery_init_app(app)\n            return app, turn",
      "            return app, turn",
    ).replace("        if flag(turn)", "        celery_init_app(app)\n        if flag(turn)"),
    says: /initialised 2 times/,
  },
  "behind the return": {
    after: GOOD.replace(/ {4}celery_init_app\(app\)\n {4}return app\n$/, "    return app\n    celery_init_app(app)\n"),
    says: /initialised 0 times/,
  },
  "no import": { after: GOOD.replace(IMPORT, ""), says: /NameError/ },
  "import in front of __future__": {
    after: GOOD.replace(IMPORT, "").replace("from __future__", `${IMPORT}from __future__`),
    says: /does not compile/,
  },
  "import inside of the docstring": {
    after: GOOD.replace(IMPORT, "").replace('"""The app', `"""${IMPORT}The app`),
    says: /became|NameError/,
  },
  "a statement was lost": { after: GOOD.replace('        app.config["A"] = 1\n', ""), says: /not ours|something else/ },
  "a string was changed": { after: GOOD.replace('"text"', '"Text"'), says: /became/ },
  "the value returned was changed": { after: GOOD.replace("return app, turn", "return app"), says: /became/ },
  "a wrong name is handed over": {
    after: GOOD.replace(
      "celery_init_app(app)\n            return app, turn",
      "celery_init_app(turn)\n            return app, turn",
    ),
    says: /given/,
  },
  "indentation is broken": {
    after: GOOD.replace("        celery_init_app(app)", "      celery_init_app(app)"),
    says: /does not compile/,
  },
  "another app is initialised as well": {
    after: GOOD.replace(
      / {4}celery_init_app\(app\)\n {4}return app\n$/,
      "    celery_init_app(Flask('x'))\n    celery_init_app(app)\n    return app\n",
    ),
    says: /not returned|something else/,
  },
};

const ask = (before: string, after: string) =>
  judge.ask({
    path: "app/__init__.py",
    before: Buffer.from(before),
    after: Buffer.from(after),
    factory: "create_app",
    arguments: "",
  });

test("the right edit is found right, and every run has seen an initialised app", async () => {
  const answer = await ask(FACTORY, GOOD);
  assert.deepEqual(answer.problems, []);
  assert.equal(answer.provable, true);
  assert.ok(answer.initialised >= answer.runs);
});

for (const [name, { after, says }] of Object.entries(wrong)) {
  test(`found out: ${name}`, async () => {
    if (name !== "nothing was done") assert.notEqual(after, GOOD, "this edit is not wrong at all");
    const { problems } = await ask(FACTORY, after);
    assert.match(problems.join("\n"), says);
  });
}

const body = (text: string) =>
  `from flask import Flask\nfrom world import Middleware, boom, flag\n\n\ndef create_app():\n${text}`;

test("what can't be proven is not held against the tool", async () => {
  const open = [
    "    app = Flask('x')\n    app = Middleware(app)\n    app = None\n    return app\n",
    "    if flag(1):\n        app = Flask('x')\n    return app\n",
    "    app = Flask('x')\n    try:\n        boom(1)\n    except ValueError as app:\n        pass\n    return app\n",
    "    return Flask('x')\n",
    "    app = Flask('x')\n    for app in (1, 2):\n        pass\n    return app\n",
    "    app = Flask('x')\n",
    "    app = Flask('x')\n    del app\n    return app\n",
  ];
  for (const text of open) assert.equal((await ask(body(text), body(text))).provable, false, text);
});

test("what can be proven is", async () => {
  const closed = [
    "    app = Flask('x')\n    return app\n",
    "    if flag(1):\n        app = Flask('x')\n    else:\n        app = Flask('y')\n    return app\n",
    "    try:\n        app = Flask('x')\n    except OSError:\n        raise\n    return app\n",
    "    app = Flask('x')\n    if flag(1):\n        return None\n    with app.app_context():\n        return app, 1\n",
    "    app = Flask('x')\n    while flag(2):\n        return app\n    return Middleware(app)\n",
  ];
  for (const text of closed) assert.equal((await ask(body(text), body(text))).provable, true, text);
});

test.run();
