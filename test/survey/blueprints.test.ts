import assert from "node:assert/strict";
import { suite } from "uvu";
import { surveyBlueprints } from "../../lib/survey/blueprints/index.ts";
import { registrationPoint } from "../../lib/survey/blueprints/registration.ts";
import { around, onlyApp, readTree } from "./support.ts";

const test = suite("survey/blueprints");
const factory = (body: string, head = "") =>
  `from flask import Flask\n${head}\n\ndef create_app():\n    app = Flask(__name__)\n${body}    return app\n`;
const BP = 'from flask import Blueprint\n\nbp = Blueprint("users", __name__)\n';

function summary(files: Record<string, string>): string[] {
  return surveyBlueprints(readTree(files)).map(
    ({ kind, name, variable, path, layout, registeredAt }) =>
      `${kind} ${name} ${variable} ${path} ${layout} ${registeredAt ? `${registeredAt.path}:${registeredAt.line}` : "-"}`,
  );
}

test("a package with bp in its __init__, imported inside the factory under another name", () => {
  const found = summary({
    "app/__init__.py": factory("    from app.users import bp as users_bp\n    app.register_blueprint(users_bp)\n"),
    "app/users/__init__.py": BP,
  });
  assert.deepEqual(found, ["blueprint users bp app/users/__init__.py package app/__init__.py:7"]);
});

test("views.py of a folder of its own is a package; modules beside each other, or beside the app, are not", () => {
  const found = summary({
    "app/__init__.py": factory(
      "    from .users import views\n    from .api.routes import bp as api\n    app.register_blueprint(views.bp)\n    app.register_blueprint(api)\n",
    ),
    "app/users/__init__.py": "",
    "app/users/views.py": BP,
    "app/api/__init__.py": "",
    "app/api/routes.py": BP.replace("users", "api"),
    "app/api/admin.py": BP.replace("users", "admin"),
    "app/views.py": BP.replace("users", "main"),
  });
  assert.deepEqual(found, [
    "blueprint admin bp app/api/admin.py module -",
    "blueprint api bp app/api/routes.py module app/__init__.py:9",
    "blueprint users bp app/users/views.py package app/__init__.py:8",
    "blueprint main bp app/views.py module -",
  ]);
});

test("the package's own variable hides a submodule of the same name", () => {
  const found = summary({
    "app/__init__.py": factory("    from .main import main\n    app.register_blueprint(main)\n"),
    "app/main/__init__.py":
      "from flask import Blueprint\nmain = Blueprint('main', __name__)\nfrom . import main as m\n",
    "app/main/main.py": "import flask\n",
  });
  assert.deepEqual(found, ["blueprint main main app/main/__init__.py package app/__init__.py:7"]);
});

test("a loop over a list that another module collects", () => {
  const found = summary({
    "app/main.py": factory(
      "    register(app)\n",
      "from app.views import views\n\ndef register(app):\n    for view in views:\n        app.register_blueprint(view)\n",
    ),
    "app/__init__.py": "",
    "app/views/__init__.py":
      "import flask\nfrom .users import bp as users\nfrom .admin import bp as admin\nviews = [users, (admin, '/admin')]\n",
    "app/views/users.py": BP,
    "app/views/admin.py": BP.replace("users", "admin"),
  });
  assert.deepEqual(found, [
    "blueprint admin bp app/views/admin.py module app/main.py:6",
    "blueprint users bp app/views/users.py module app/main.py:6",
  ]);
});

test("nested blueprints, flask-smorest, flask-restx, a subclass, and constants as names", () => {
  const found = summary({
    "app.py":
      "from flask import Flask\nfrom flask_smorest import Api\nfrom items import blp\nfrom parent import parent\napp = Flask(__name__)\napi = Api(app)\napi.register_blueprint(blp)\napp.register_blueprint(parent)\n",
    "items.py": "from flask_smorest import Blueprint\nblp = Blueprint('Items', __name__)\n",
    "parent.py":
      "import flask\nfrom flask_restx import Api, Namespace\nNAME = 'parent'\nclass Own(flask.Blueprint):\n    pass\nparent = Own(NAME, __name__)\nchild = flask.Blueprint('child', __name__)\nparent.register_blueprint(child)\nns = Namespace('things')\nApi(parent).add_namespace(ns)\n",
  });
  assert.deepEqual(found, [
    "smorest Items blp items.py module app.py:7",
    "blueprint parent parent parent.py module app.py:8",
    "blueprint child child parent.py module parent.py:8",
    "namespace things ns parent.py module parent.py:10",
  ]);
});

test("tests, comments and strings have no blueprints", () => {
  const found = summary({
    "app.py":
      "from flask import Flask\napp = Flask(__name__)\n# bp = Blueprint('a', __name__)\n'''bp = Blueprint('b', __name__)'''\n",
    "tests/test_app.py": BP,
  });
  assert.deepEqual(found, []);
});

test("the next registration goes behind the last, in the file's own way", () => {
  const reading = readTree({
    "app/__init__.py": factory(
      "    from .users import bp\n    app.register_blueprint(bp)\n    if app.debug:\n        app.register_blueprint(None)\n",
    ),
    "app/users/__init__.py": BP,
  });
  const point = registrationPoint(reading, onlyApp(reading))!;
  assert.deepEqual(around(reading, point.path, point.offset), ["    app.register_blueprint(bp)", "    if app.debug:"]);
  assert.deepEqual(
    [point.importAt, point.importStyle, point.indent, point.appName, point.line],
    ["local", "relative", "    ", "app", 8],
  );
});

test("a helper that registers blueprints gets the next one, under its own name for the app", () => {
  const reading = readTree({
    "shop/__init__.py": "",
    "shop/app.py": factory("    register_blueprints(app)\n", "from shop.hooks import register_blueprints\n"),
    "shop/hooks.py":
      "from shop.users import bp\n\ndef register_blueprints(application):\n    application.register_blueprint(bp)  # users\n    return None\n",
    "shop/users.py": BP,
  });
  const point = registrationPoint(reading, onlyApp(reading))!;
  assert.equal(point.path, "shop/hooks.py");
  assert.deepEqual(around(reading, point.path, point.offset), [
    "    application.register_blueprint(bp)  # users",
    "    return None",
  ]);
  assert.deepEqual([point.appName, point.importAt, point.importStyle], ["application", "module", "absolute"]);
});

test("behind the loop that registers all, and before the init point where nothing is registered", () => {
  const looped = readTree({
    "app.py": factory(
      "    for bp in [users]:\n        app.register_blueprint(bp)\n    app.extra = 1\n",
      "from users import bp as users\n",
    ),
    "users.py": BP,
  });
  const point = registrationPoint(looped, onlyApp(looped))!;
  assert.deepEqual(around(looped, point.path, point.offset), [
    "        app.register_blueprint(bp)",
    "    app.extra = 1",
  ]);
  assert.equal(point.indent, "    ");
  const none = readTree({ "app.py": factory("") });
  const fallback = registrationPoint(none, onlyApp(none))!;
  assert.deepEqual(around(none, fallback.path, fallback.offset)[1], "    return app");
  const several = readTree({ "app.py": factory("    if app.debug:\n        return app\n") });
  assert.equal(registrationPoint(several, onlyApp(several)), null);
});

test("a loop in a loop: behind the outer one", () => {
  const body =
    "    for group in [[a]]:\n        for bp in group:\n            app.register_blueprint(bp)\n    app.extra = 1\n";
  const reading = readTree({ "app.py": factory(body, "from users import bp as a\n"), "users.py": BP });
  const point = registrationPoint(reading, onlyApp(reading))!;
  assert.deepEqual([around(reading, point.path, point.offset)[1], point.indent], ["    app.extra = 1", "    "]);
});

test.run();
