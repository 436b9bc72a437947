/** What stands in an application's module: construction, settings, blueprints, nested functions, and ways to return. */
import fc from "fast-check";

/** Statements between the construction and the return, and the modules that they need. `{P}` as in project-calls.ts. */
export interface BodyPart {
  name: string;
  imports: readonly string[];
  /** Statements; a line may begin with tabs. `app` is the application. */
  lines: readonly string[];
  /** Other modules of the package, by name. */
  modules: Readonly<Record<string, string>>;
}

const part = (name: string, lines: readonly string[], rest: Partial<BodyPart> = {}): BodyPart => ({
  name,
  imports: [],
  lines,
  modules: {},
  ...rest,
});

const USERS =
  'from flask import Blueprint\n\nbp = Blueprint("users", __name__, url_prefix="/users")\n\n\n@bp.route("/")\ndef index():\n\treturn "users"\n';
const HELPER =
  "from {P}users import bp\n\n\ndef register_blueprints(app):\n\tapp.register_blueprint(bp)\n\n\ndef setup_errors(app):\n\t@app.errorhandler(404)\n\tdef not_found(error):\n\t\treturn 'no', 404\n";
const EXTENSIONS =
  'class Cache:\n\tdef init_app(self, app):\n\t\tapp.config.setdefault("CACHE", "simple")\n\t\tapp.extensions["cache"] = self\n\n\ncache = Cache()\n';

export const settings: fc.Arbitrary<BodyPart> = fc.constantFrom(
  part("no settings", []),
  part("item assignment", ['app.config["TITLE"] = "Shop"']),
  part("class", ["app.config.from_object(Base)"], { imports: ["from {P}config import Base"] }),
  part("dotted class", ['app.config.from_object("{P}config.Base")']),
  part("mapping", ['app.config.from_mapping(TITLE="Shop", PAGE_SIZE=20)']),
  part("file", ['app.config.from_pyfile(os.path.join(os.path.dirname(__file__), "settings.cfg"))'], {
    imports: ["import os"],
    modules: { "settings.cfg": 'TITLE = "Shop"\nPAGE_SIZE = 20\n' },
  }),
  part("environment", ['app.config["TITLE"] = os.environ.get("SHOP_TITLE", "Shop")'], { imports: ["import os"] }),
);

export const blueprints: fc.Arbitrary<BodyPart> = fc.constantFrom(
  part("no blueprint", []),
  part("blueprint imported at the top", ["app.register_blueprint(bp)"], {
    imports: ["from {P}users import bp"],
    modules: { "users.py": USERS },
  }),
  part("blueprint imported inside", ["from {P}users import bp", "", "app.register_blueprint(bp)"], {
    modules: { "users.py": USERS },
  }),
  part("blueprint of a package", ["from {P}users import bp as users_bp", "", "app.register_blueprint(users_bp)"], {
    modules: { "users/__init__.py": USERS },
  }),
  part("blueprint in a helper", ["register_blueprints(app)", "setup_errors(app)"], {
    imports: ["from {P}wiring import register_blueprints, setup_errors"],
    modules: { "users.py": USERS, "wiring.py": HELPER },
  }),
);

export const extras: fc.Arbitrary<BodyPart[]> = fc.uniqueArray(
  fc.constantFrom(
    part("nested view", ["", '@app.route("/")', "def home():", '\treturn "home"', ""]),
    part("nested helper", ["", "def helper(value=None):", "\treturn value", "", "app.jinja_env.globals['h'] = helper"]),
    part("nested function of one name", ["", "def lookup(app):", "\treturn app.name", ""]),
    part("block", ['if app.config.get("TITLE"):', '\tapp.config["HAS_TITLE"] = True']),
    part("extension", ["cache.init_app(app)"], {
      imports: ["from {P}extensions import cache"],
      modules: { "extensions.py": EXTENSIONS },
    }),
    part("middleware", ["app.wsgi_app = ProxyFix(app.wsgi_app)"], {
      imports: ["from werkzeug.middleware.proxy_fix import ProxyFix"],
    }),
    part("error handler", ["", "@app.errorhandler(500)", "def broken(error):", "\treturn str(error), 500", ""]),
  ),
  { maxLength: 3, selector: ({ name }) => name },
);

/** How a factory ends. */
export const ending: fc.Arbitrary<{ name: string; lines: readonly string[] }> = fc.constantFrom(
  { name: "return", lines: ["return app"] },
  { name: "return", lines: ["return app"] },
  { name: "return", lines: ["return app"] },
  { name: "return in with", lines: ["with app.app_context():", '\tapp.config["READY"] = True', "\treturn app"] },
  {
    name: "several returns",
    lines: ['if app.config.get("QUICK"):', "\treturn app", "", 'app.config["SLOW"] = True', "return app"],
  },
  { name: "return in try", lines: ["try:", "\tapp.name.encode()", "\treturn app", "finally:", "\tpass"] },
);

/** How the application is constructed; `lines` stand at module level. */
export const construction: fc.Arbitrary<{
  name: string;
  imports: readonly string[];
  lines: readonly string[];
  call: string;
}> = fc.constantFrom(
  { name: "Flask", imports: ["from flask import Flask"], lines: [], call: "Flask(__name__)" },
  { name: "Flask", imports: ["from flask import Flask"], lines: [], call: "Flask(__name__)" },
  { name: "flask.Flask", imports: ["import flask"], lines: [], call: "flask.Flask(__name__)" },
  {
    name: "Flask with options",
    imports: ["from flask import Flask"],
    lines: [],
    call: "Flask(__name__, instance_relative_config=True)",
  },
  { name: "alias", imports: ["from flask import Flask as Web"], lines: [], call: "Web(__name__)" },
  {
    name: "subclass",
    imports: ["from flask import Flask"],
    lines: ["class Shop(Flask):", "\tpass", "", ""],
    call: "Shop(__name__)",
  },
);
