/** Equal, or not looked at and said so: no false alarm, and nothing that passes because nobody looked. */
import assert from "node:assert/strict";
import { test } from "uvu";
import type { Check } from "../../../generators/verify/checks.ts";
import type { VerifyOptions } from "../../../generators/verify/index.ts";
import { loadParser } from "../../../lib/python/index.ts";
import { makeTwin, redChecks, type Twin, verify } from "./support/twin.ts";

const factory = "shop/__init__.py";
const wsgi = "from shop import create_app\n\napp = create_app()\n";

async function compare(
  twin: Pick<Twin, "patch" | "files">,
  options: Partial<VerifyOptions> = {},
): Promise<Pick<Check, "verdict" | "detail">> {
  await loadParser();
  const report = await verify(makeTwin(twin), options);
  assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
  return report.checks.find(({ id }) => id === "same-application")!;
}

const untold = ["README.md", "    flask --app shop run\n", ""] as const;

test("the web's entry is named, with what was compared", async () => {
  const { verdict, detail } = await compare({ files: { "wsgi.py": wsgi } });
  assert.equal(verdict, "ok");
  assert.match(detail, /^as wsgi\.py:1 starts it: \d+ settings, 3 routes, 2 blueprints, 2 extensions$/);
});

test("values that are made anew at each start are said, and are no difference", async () => {
  const config = [
    'os.environ.get("SECRET_KEY", "dev")',
    'os.urandom(16)\n    START = __import__("time").time()\n    NODE = str(__import__("uuid").uuid4())\n    LIST = [object(), print, len]',
  ] as const;
  const { verdict, detail } = await compare({ patch: [["shop/config.py", ...config]], files: { "wsgi.py": wsgi } });
  assert.equal(verdict, "ok");
  assert.match(detail, /made anew at each start, so that no two processes share it: NODE, SECRET_KEY, START$/);
});

test("paths in the project, objects and functions are the same in both", async () => {
  const config = `os.environ.get("SECRET_KEY", "dev")
    HERE = os.path.dirname(__file__)
    DATA = "sqlite:///" + os.path.join(os.getcwd(), "shop.db")
    HOOKS = {"open": open, "made": object(), "names": {"b", "a", "c"}}`;
  const patch = [["shop/config.py", 'os.environ.get("SECRET_KEY", "dev")', config]] as const;
  assert.equal((await compare({ patch, files: { "wsgi.py": wsgi } })).verdict, "ok");
});

test("no entry of the web is not applicable, never ok", async () => {
  const { verdict, detail } = await compare({ patch: [untold] });
  assert.equal(verdict, "not-applicable");
  assert.equal(detail, "no entry of the web process was found");
});

test("a command that names a module from elsewhere is told", async () => {
  const { verdict, detail } = await compare({ patch: [untold], files: { Procfile: "web: gunicorn admin:app\n" } });
  assert.equal(verdict, "not-applicable");
  assert.match(
    detail,
    /no entry of the web process was found: Procfile:1 names admin:app, which is not in this project/,
  );
});

test("a web entry that hangs is ended, and what hung is said", async () => {
  const files = { "wsgi.py": `import time\n\ntime.sleep(600)\n${wsgi}` };
  const started = Date.now();
  const { verdict, detail } = await compare({ files }, { seconds: 5 });
  assert.equal(verdict, "not-applicable");
  assert.match(
    detail,
    /wsgi\.py:1 can't be started here: it did not come to an end within 5 s, waiting at wsgi\.py:3$/,
  );
  assert.ok(Date.now() - started < 40_000);
});

test("a web entry that needs what is not installed here is not compared, and that is said", async () => {
  const { verdict, detail } = await compare({ files: { "wsgi.py": `import surely_not_installed\n${wsgi}` } });
  assert.equal(verdict, "not-applicable");
  assert.match(detail, /wsgi\.py:1 can't be started here: wsgi\.py:1: no module named 'surely_not_installed'/);
});

test("a web entry that reaches for a server is not compared, and the server is named", async () => {
  const connect = 'import socket\n\nsocket.create_connection(("127.0.0.1", 5999))\n';
  const { verdict, detail } = await compare({ files: { "wsgi.py": `${connect}${wsgi}` } });
  assert.equal(verdict, "not-applicable");
  assert.match(detail, /start-up connects to 127\.0\.0\.1:5999/);
});

const serving: readonly (readonly [how: string, files: Record<string, string>])[] = [
  ["app.run() at the top level", { "wsgi.py": `${wsgi}app.run(port=8123)\n` }],
  ["gevent patches everything first", { "wsgi.py": `from gevent import monkey\n\nmonkey.patch_all()\n${wsgi}` }],
  [
    "middleware around it",
    { "wsgi.py": `${wsgi}from werkzeug.middleware.proxy_fix import ProxyFix\napp = ProxyFix(app)\n` },
  ],
  [
    "a FlaskGroup in manage.py",
    {
      "manage.py":
        "from flask.cli import FlaskGroup\nfrom shop import create_app\n\ncli = FlaskGroup(create_app=create_app)\n\nif __name__ == '__main__':\n    cli()\n",
    },
  ],
  [
    "run.py serves under if __name__",
    { "run.py": "from shop import create_app\n\nif __name__ == '__main__':\n    create_app().run(debug=True)\n" },
  ],
];
for (const [how, files] of serving) {
  test(`a web entry that serves, or does more than name an application: ${how}`, async () => {
    const { verdict, detail } = await compare({ patch: [untold], files });
    assert.equal(verdict, "ok", detail);
    assert.match(detail, new RegExp(`^as ${Object.keys(files)[0]}:1 starts it`));
  });
}

test("another application beside the worker's is named, and is no difference", async () => {
  const files = {
    Procfile: "web: gunicorn wsgi:app\nadmin: gunicorn admin:app\n",
    "wsgi.py": wsgi,
    "admin.py": 'from flask import Flask\n\napp = Flask("admin")\n',
  };
  const { verdict, detail } = await compare({ files });
  assert.equal(verdict, "ok");
  assert.match(detail, /^as Procfile:1 starts it: .*; Procfile:2 is another application, admin$/);
});

test("both processes write beside their files without meeting one another", async () => {
  const patch = [
    [
      factory,
      "    celery_init_app(app)\n\n",
      '    celery_init_app(app)\n    import os\n    import time\n\n    os.mkdir("only-once")\n    time.sleep(0.3)\n    os.rmdir("only-once")\n\n',
    ],
  ] as const;
  assert.equal((await compare({ patch, files: { "wsgi.py": wsgi } })).verdict, "ok");
});

test.run();
