import assert from "node:assert/strict";
import { suite } from "uvu";
import { type ConfigFacts, surveyConfig } from "../../lib/survey/config/index.ts";
import type { Reading } from "../../lib/survey/reading.ts";
import { around, onlyApp, readTree } from "./support.ts";

const test = suite("survey/config");

function read(files: Record<string, string>): { facts: ConfigFacts; reading: Reading } {
  const reading = readTree(files);
  return { facts: surveyConfig(reading, onlyApp(reading)), reading };
}
const factory = (body: string, head = "", parameters = "") =>
  `from flask import Flask\n${head}\n\ndef create_app(${parameters}):\n    app = Flask(__name__)\n${body}    return app\n`;

/** Kind, class name, and the lines around the place. */
function placed(files: Record<string, string>): unknown[] {
  const { facts, reading } = read(files);
  const { placement } = facts;
  if (placement.kind === "factory-default") return [facts.style, placement.kind];
  const name = placement.kind === "class" ? placement.className : placement.kind === "mapping" ? placement.form : "";
  return [facts.style, placement.kind, name, placement.path, ...around(reading, placement.path, placement.offset)];
}

const HIERARCHY = `import os


class Config:
    """Base."""

    SECRET_KEY = os.environ.get("SECRET_KEY")  # from outside
    LIST = [
        1,
    ]

    @staticmethod
    def init_app(app):
        pass


class DevConfig(Config):
    DEBUG = True


class TestConfig(Config):
    TESTING = True


config = {"dev": DevConfig, "test": TestConfig, "default": DevConfig}
`;

test("the base class of a hierarchy, behind its attributes and before its methods", () => {
  const expected = ["object", "class", "Config", "config.py", "    ]", ""];
  const dictionary = factory("    app.config.from_object(config[name])\n", "from config import config\n", "name='dev'");
  assert.deepEqual(placed({ "app/__init__.py": dictionary, "config.py": HIERARCHY }), expected);
  const string = factory('    app.config.from_object("config.DevConfig")\n');
  assert.deepEqual(placed({ "app/__init__.py": string, "config.py": HIERARCHY }), expected);
  const parameter = factory(
    "    app.config.from_object(config_class)\n",
    "from config import DevConfig\n",
    "config_class=DevConfig",
  );
  assert.deepEqual(placed({ "app/__init__.py": parameter, "config.py": HIERARCHY }), expected);
  const environment = factory('    app.config.from_object(os.getenv("SETTINGS", "config.DevConfig"))\n', "import os\n");
  assert.deepEqual(placed({ "app/__init__.py": environment, "config.py": HIERARCHY }), expected);
  const branches = factory(
    "    if name in config:\n        app.config.from_object(config[name])\n    else:\n        app.config.from_object(Config)\n",
    "from config import Config, config\n",
    "name='dev'",
  );
  assert.deepEqual(placed({ "app/__init__.py": branches, "config.py": HIERARCHY }), expected);
});

test("a helper that loads the configuration, and an alias of the dictionary", () => {
  const files = {
    "app/__init__.py": factory("    configure(app, 'dev')\n", "from app.setup import configure\n"),
    "app/setup.py":
      "from config import config as settings\n\ndef configure(flask_app, name):\n    flask_app.config.from_object(settings.get(name))\n",
    "config.py": HIERARCHY,
  };
  assert.deepEqual(placed(files).slice(0, 4), ["object", "class", "Config", "config.py"]);
});

test("a class that only has a docstring, or methods alone", () => {
  const app = factory("    app.config.from_object(Config)\n", "from config import Config\n");
  const docstring = { "app.py": app, "config.py": 'class Config:\n    """Settings."""\n' };
  assert.deepEqual(placed(docstring), ["object", "class", "Config", "config.py", '    """Settings."""', ""]);
  const methods = { "app.py": app, "config.py": "class Config:\n    def init(self):\n        pass\n" };
  assert.deepEqual(placed(methods), ["object", "class", "Config", "config.py", "class Config:", "    def init(self):"]);
});

test("no certain class: the factory sets a default", () => {
  const app = factory("    app.config.from_object(config[name])\n", "from config import config\n", "name='dev'");
  const fallback = ["object", "factory-default"];
  const without = HIERARCHY.replace("class TestConfig(Config)", "class TestConfig");
  assert.deepEqual(placed({ "app/__init__.py": app, "config.py": without }), fallback, "no common base");
  const foreign = `from pydantic_settings import BaseSettings\n${HIERARCHY.replace("class Config:", "class Config(BaseSettings):")}`;
  assert.deepEqual(placed({ "app/__init__.py": app, "config.py": foreign }), fallback, "a base class of a library");
  const meta = HIERARCHY.replace("class Config:", "class Config(metaclass=Meta):");
  assert.deepEqual(placed({ "app/__init__.py": app, "config.py": meta }), fallback, "a metaclass");
  const inline = "class Config: DEBUG = True\nconfig = {'dev': Config}\n";
  assert.deepEqual(placed({ "app/__init__.py": app, "config.py": inline }), fallback, "a class in one line");
  const parameter = factory("    app.config.from_object(config_class)\n", "", "config_class=None");
  assert.deepEqual(placed({ "app.py": parameter }), fallback, "given from outside");
});

test("a class given from outside may be one without the base", () => {
  const app = factory("    app.config.from_object(given)\n", "from config import DevConfig\n", "given=DevConfig");
  const stranger = `${HIERARCHY}\nclass OtherConfig:\n    X = 1\n`;
  assert.deepEqual(placed({ "app/__init__.py": app, "config.py": stranger }), ["object", "factory-default"]);
  const helper = `${HIERARCHY}\nclass OtherConfig:\n    def x(self):\n        pass\n`;
  assert.deepEqual(placed({ "app/__init__.py": app, "config.py": helper })[1], "class");
});

test("a settings class that nobody could select does not count when the class is fixed", () => {
  const app = factory("    app.config.from_object('config.DevConfig')\n");
  const files = { "app/__init__.py": app, "config.py": `${HIERARCHY}\nclass OtherConfig:\n    X = 1\n` };
  assert.deepEqual(placed(files).slice(0, 3), ["object", "class", "Config"]);
});

test("a module, before what overrides it", () => {
  const app = factory('    app.config.from_object("config.settings")\n');
  const settings =
    "import os\nDEBUG = False\nNAME = 'x'\n\ntry:\n    from local_settings import *\nexcept ImportError:\n    pass\n";
  const found = placed({ "app.py": app, "config/settings.py": settings });
  assert.deepEqual(found, ["object", "module", "", "config/settings.py", "NAME = 'x'", ""]);
});

test("the first of several that always runs; a branch between two modules is no certain place", () => {
  const both = factory(
    '    app.config.from_object("base")\n    if x:\n        app.config.from_object(x)\n',
    "",
    "x=None",
  );
  assert.deepEqual(placed({ "app.py": both, "base.py": "A = 1\n" }), ["object", "module", "", "base.py", "A = 1", ""]);
  const either = factory(
    '    if x:\n        app.config.from_object("a")\n    else:\n        app.config.from_object("b")\n',
    "",
    "x=None",
  );
  assert.deepEqual(placed({ "app.py": either, "a.py": "A = 1\n", "b.py": "A = 2\n" }), ["object", "factory-default"]);
});

test("from_pyfile: beside the application, but not an optional file or one of the instance folder", () => {
  const app = (call: string, made = "Flask(__name__)") =>
    `from flask import Flask\napp = ${made}\napp.config.from_pyfile(${call})\n`;
  const settings = { "shop/settings.py": "A = 1\n", "shop/views.py": "" };
  const found = placed({ ...settings, "shop/__init__.py": app("'settings.py'") });
  assert.deepEqual(found, ["object", "module", "", "shop/settings.py", "A = 1", ""]);
  assert.deepEqual(placed({ ...settings, "shop/__init__.py": app("'settings.py', silent=True") }), [
    "object",
    "factory-default",
  ]);
  const instance = app("'settings.py'", "Flask(__name__, instance_relative_config=True)");
  assert.deepEqual(placed({ ...settings, "shop/__init__.py": instance }), ["object", "factory-default"]);
});

test("from_object(__name__): only names above that line count", () => {
  const files = {
    "app.py":
      "from flask import Flask\nDEBUG = True\napp = Flask(__name__)\napp.config.from_object(__name__)\nLATER = 1\n",
  };
  assert.deepEqual(placed(files), ["object", "module", "", "app.py", "DEBUG = True", "app = Flask(__name__)"]);
  const none = {
    "app.py": "from flask import Flask\napp = Flask(__name__)\napp.config.from_object(__name__)\nLATER = 1\n",
  };
  assert.deepEqual(placed(none).slice(1), [
    "module",
    "",
    "app.py",
    "app = Flask(__name__)",
    "app.config.from_object(__name__)",
  ]);
});

test("from_mapping over several lines takes one more; in one line it does not", () => {
  const long = factory(
    '    app.config.from_mapping(\n        SECRET_KEY="dev",\n        DATABASE="x"  # no comma\n    )\n',
  );
  const { facts, reading } = read({ "app.py": long });
  assert.equal(facts.placement.kind, "mapping");
  if (facts.placement.kind !== "mapping") return;
  assert.deepEqual(around(reading, "app.py", facts.placement.offset), ['        DATABASE="x"  # no comma', "    )"]);
  assert.equal(reading.parse("app.py")!.text.slice(0, facts.placement.commaAt!).endsWith('DATABASE="x"'), true);
  assert.equal(facts.placement.form, "keyword");
  const dictionary = factory('    app.config.update({\n        "A": 1,\n    })\n');
  assert.deepEqual(placed({ "app.py": dictionary }), [
    "object",
    "mapping",
    "dict",
    "app.py",
    '        "A": 1,',
    "    })",
  ]);
  const short = factory('    app.config.from_mapping(SECRET_KEY="dev")\n');
  assert.deepEqual(placed({ "app.py": short }), ["object", "factory-default"]);
  const closed = factory('    app.config.from_mapping(\n        SECRET_KEY="dev")\n');
  assert.deepEqual(placed({ "app.py": closed }), ["object", "factory-default"]);
});

test("the default answer follows what the app does", () => {
  const style = (body: string, head = "") => read({ "app.py": factory(body, head) }).facts.style;
  assert.equal(style('    app.config["A"] = 1\n'), "object");
  assert.equal(
    style('    app.config["A"] = os.environ["A"]\n    app.config["B"] = os.getenv("B")\n', "import os\n"),
    "environment",
  );
  assert.equal(style("    app.config.from_prefixed_env()\n"), "namespace");
  assert.equal(style('    app.config.from_envvar("SETTINGS")\n'), "environment");
  assert.equal(style(""), "object");
});

test("settings for Celery that are there already", () => {
  const app = factory(
    "    app.config.from_object(config_class)\n",
    "from config import Config\n",
    "config_class=Config",
  );
  const found = (config: string) => read({ "app.py": app, "config.py": config }).facts;
  const flat = found("class Config:\n    CELERY_BROKER_URL = 'redis://'\n    CELERY_RESULT_BACKEND = 'redis://'\n");
  assert.equal(flat.style, "namespace");
  assert.deepEqual(flat.found, {
    form: "flat",
    keys: ["CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"],
    at: { path: "config.py", line: 2 },
  });
  const mapping = found("class Base:\n    CELERY = {'broker_url': 'redis://'}\nclass Config(Base):\n    A = 1\n");
  assert.equal(mapping.style, "object");
  assert.deepEqual(mapping.found, { form: "mapping", keys: ["CELERY"], at: { path: "config.py", line: 2 } });
  const item = read({ "app.py": factory('    app.config.setdefault("CELERY", {})\n') }).facts;
  assert.deepEqual(item.found, { form: "mapping", keys: ["CELERY"], at: { path: "app.py", line: 6 } });
  assert.equal(found("class Config:\n    A = 'CELERY_BROKER_URL'\n").found, null);
});

test("settings for Celery that a module takes from another one", () => {
  const app = factory('    app.config.from_object("settings.dev")\n');
  const files = (dev: string) => ({ "app.py": app, "settings/__init__.py": "", "settings/dev.py": dev });
  const base = { "settings/base.py": "CELERY = {}\n" };
  const star = read({ ...files("from .base import *\nDEBUG = True\n"), ...base }).facts;
  assert.deepEqual(star.found?.at, { path: "settings/base.py", line: 1 });
  const named = read({ ...files("from .base import CELERY\nDEBUG = True\n"), ...base }).facts;
  assert.deepEqual(named.found?.at, { path: "settings/dev.py", line: 1 });
});

test("a setting that only one of the selectable classes has is not there for the others", () => {
  const app = factory("    app.config.from_object(config[name])\n", "from config import config\n", "name='dev'");
  const only = HIERARCHY.replace("    TESTING = True\n", "    TESTING = True\n    CELERY = {}\n");
  const { facts } = read({ "app/__init__.py": app, "config.py": only });
  assert.deepEqual([facts.found, facts.placement.kind], [null, "class"]);
});

test("a settings file that Git ignores is one machine's", () => {
  const app = "from flask import Flask\napp = Flask(__name__)\napp.config.from_pyfile('settings.py')\n";
  assert.deepEqual(placed({ ".gitignore": "settings.py\n", "app.py": app, "settings.py": "A = 1\n" }), [
    "object",
    "factory-default",
  ]);
});

test("our own integration without settings in Flask's config reads the environment", () => {
  const app = factory(
    "    app.config.from_object('config.Config')\n    celery_init_app(app)\n",
    "from celery_app import celery_init_app\n",
  );
  const own = "from celery import Task\nclass FlaskTask(Task):\n    pass\ndef celery_init_app(app):\n    pass\n";
  const { facts } = read({ "app.py": app, "config.py": "class Config:\n    A = 1\n", "celery_app.py": own });
  assert.equal(facts.style, "environment");
});

test("tabs, CRLF and `import os` are told", () => {
  const app = factory("    app.config.from_object('config.Config')\n");
  const { facts } = read({ "app.py": app, "config.py": "from os import path\r\nclass Config:\r\n\tA = 1\r\n\r\n" });
  assert.ok(facts.placement.kind === "class");
  assert.deepEqual([facts.placement.indent, facts.placement.hasImportOs, facts.placement.line], ["\t", false, 4]);
  assert.equal(facts.placement.importAt.line, 2);
});

test.run();
