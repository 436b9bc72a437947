/** An application's own Celery settings, in every style: the worker uses them, or does not start and says which are not in effect. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { test } from "uvu";
import { run } from "../../support/generators.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { writeTree } from "../../support/temp.ts";

const URL = "redis://queue.invalid:6379/7";
const factory = (configure: string, above = "") => `from flask import Flask
${above}

def create_app(settings=None):
    app = Flask(__name__)
    ${configure}
    return app
`;
const load = "app.config.from_object(CONFIGS['default'])";
const behindDict = (lines: string) =>
  factory(load, `\n\nclass Base:\n    SECRET_KEY = "dev"\n    ${lines}\n\n\nCONFIGS = dict(default=Base)\n`);
const instance = `\n\nclass Settings:\n    def __init__(self):\n        self.CELERY_BROKER_URL = "${URL}"\n\n\nmade = Settings()\n`;

/** [style, files, the setting that may be named] */
const STYLES: [string, Record<string, string>, string][] = [
  ["flat keys", { "shop/__init__.py": factory(`app.config["CELERY_BROKER_URL"] = "${URL}"`) }, "CELERY_BROKER_URL"],
  ["a class behind dict()", { "shop/__init__.py": behindDict(`CELERY_BROKER_URL = "${URL}"`) }, "CELERY_BROKER_URL"],
  ["an instance", { "shop/__init__.py": factory("app.config.from_object(made)", instance) }, "CELERY_BROKER_URL"],
  [
    "defaults by a dotted name",
    {
      "shop/__init__.py": factory('app.config.from_object(settings or "shop.defaults")'),
      "shop/defaults.py": `CELERY_BROKER_URL = "${URL}"\n`,
    },
    "CELERY_BROKER_URL",
  ],
  ["BROKER_URL", { "shop/__init__.py": behindDict(`BROKER_URL = "${URL}"`) }, "BROKER_URL"],
  [
    "BROKER_TRANSPORT_OPTIONS",
    { "shop/__init__.py": factory('app.config["BROKER_TRANSPORT_OPTIONS"] = {"visibility_timeout": 7200}') },
    "BROKER_TRANSPORT_OPTIONS",
  ],
  [
    "CELERYD_CONCURRENCY",
    { "shop/__init__.py": factory('app.config["CELERYD_CONCURRENCY"] = 3') },
    "CELERYD_CONCURRENCY",
  ],
  [
    "CELERYBEAT_SCHEDULE",
    { "shop/__init__.py": factory('app.config["CELERYBEAT_SCHEDULE"] = {"a": {"task": "b", "schedule": 60}}') },
    "CELERYBEAT_SCHEDULE",
  ],
];

for (const [style, files, key] of STYLES) {
  test(`${style}: in effect, or refused at the start`, async () => {
    const root = writeTree({ "requirements.txt": "flask\n", ...files });
    // What is left to do by hand is named, too, and no reason to end here.
    await run("celery-factory", { root }).catch((error: Error) => assert.match(error.message, /manual-steps/));
    const { python } = await pythonEnv();
    const started = await execa(python, ["-c", "import make_celery; print(make_celery.celery_app.conf.broker_url)"], {
      cwd: root,
      reject: false,
      env: { PYTHONDONTWRITEBYTECODE: "1", FLASK_DEBUG: "0" },
    });
    if (started.exitCode === 0) assert.equal(started.stdout, URL, `${style}: Celery uses another broker`);
    else
      assert.match(
        started.stderr,
        new RegExp(`ImproperlyConfigured: ${key} of Flask's configuration is not in effect`),
      );
  });
}

test("the environment's broker wins over a constant that the mapping is made of", async () => {
  const own = `URL = "${URL}"\n\n\nclass Base:\n    CELERY_BROKER_URL = URL\n    CELERY = {"broker_url": URL}\n`;
  const root = writeTree({
    "requirements.txt": "flask\n",
    "shop/__init__.py": factory("app.config.from_object(Base)", `\n\n${own}`),
  });
  await run("celery-factory", { root }).catch((error: Error) => assert.match(error.message, /manual-steps/));
  const { python } = await pythonEnv();
  const env = { PYTHONDONTWRITEBYTECODE: "1", FLASK_DEBUG: "0", CELERY_BROKER_URL: "redis://other.invalid/0" };
  const code = "import make_celery; print(make_celery.celery_app.conf.broker_url)";
  assert.equal((await execa(python, ["-c", code], { cwd: root, env })).stdout, env.CELERY_BROKER_URL);
});

test.run();
