/** An application's own Celery settings, in every style: the worker uses them. */
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

/** [style, files, Celery's setting, its value] */
const STYLES: [string, Record<string, string>, string, string][] = [
  ["flat keys", { "shop/__init__.py": factory(`app.config["CELERY_BROKER_URL"] = "${URL}"`) }, "broker_url", URL],
  ["a class behind dict()", { "shop/__init__.py": behindDict(`CELERY_BROKER_URL = "${URL}"`) }, "broker_url", URL],
  ["an instance", { "shop/__init__.py": factory("app.config.from_object(made)", instance) }, "broker_url", URL],
  [
    "defaults by a dotted name",
    {
      "shop/__init__.py": factory('app.config.from_object(settings or "shop.defaults")'),
      "shop/defaults.py": `CELERY_BROKER_URL = "${URL}"\n`,
    },
    "broker_url",
    URL,
  ],
  ["BROKER_URL", { "shop/__init__.py": behindDict(`BROKER_URL = "${URL}"`) }, "broker_url", URL],
  [
    "BROKER_TRANSPORT_OPTIONS",
    { "shop/__init__.py": factory('app.config["BROKER_TRANSPORT_OPTIONS"] = {"visibility_timeout": 7200}') },
    "broker_transport_options['visibility_timeout']",
    "7200",
  ],
  [
    "a TOML file",
    {
      "shop/__init__.py": factory(
        'app.config.from_file("../settings.toml", load=tomllib.load, text=False)',
        "import tomllib",
      ),
      "settings.toml": `CELERY_BROKER_URL = "${URL}"\n`,
    },
    "broker_url",
    URL,
  ],
  [
    "CELERYD_CONCURRENCY",
    { "shop/__init__.py": factory('app.config["CELERYD_CONCURRENCY"] = 3') },
    "worker_concurrency",
    "3",
  ],
  [
    "CELERYBEAT_SCHEDULE",
    { "shop/__init__.py": factory('app.config["CELERYBEAT_SCHEDULE"] = {"a": {"task": "b", "schedule": 60}}') },
    "beat_schedule['a']['task']",
    "b",
  ],
];

for (const [style, files, name, value] of STYLES) {
  test(`${style}: in effect`, async () => {
    const root = writeTree({ "requirements.txt": "flask\n", ...files });
    // What is left to do by hand is named, too, and no reason to end here.
    await run("celery-factory", { root }).catch((error: Error) => assert.match(error.message, /manual-steps/));
    const { python } = await pythonEnv();
    const code = "import make_celery; print(eval('make_celery.celery_app.conf.' + __import__('sys').argv[1]))";
    const environment = { cwd: root, env: { PYTHONDONTWRITEBYTECODE: "1", FLASK_DEBUG: "0" } };
    assert.equal((await execa(python, ["-c", code, name], environment)).stdout, value);
  });
}

test("a mapping that says otherwise than an older name is refused at the start", async () => {
  const own = `class Base:\n    BROKER_URL = "${URL}"\n    CELERY = {"broker_url": "redis://localhost/0"}\n`;
  const root = writeTree({
    "requirements.txt": "flask\n",
    "shop/__init__.py": factory("app.config.from_object(Base)", `\n\n${own}`),
  });
  await run("celery-factory", { root }).catch((error: Error) => assert.match(error.message, /manual-steps/));
  const { python } = await pythonEnv();
  const started = await execa(python, ["-c", "import make_celery"], { cwd: root, reject: false });
  assert.match(started.stderr, /BROKER_URL of Flask's configuration contradicts another value of broker_url/);
});

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
