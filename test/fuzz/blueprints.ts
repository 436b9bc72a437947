/** Random applications with one blueprint: where it is made and registered, its prefix, its guard, and how its routes are written. */
import path from "node:path";
import fc from "fast-check";
import { readApp } from "../support/case-files.ts";

/** Guards of the project's own, and Flask's documented integration. */
const SHARED = readApp(path.join(import.meta.dirname, "blueprint-app.txt"));

export interface BlueprintProject {
  files: Record<string, string>;
  /** Requests of the project's own routes. */
  own: readonly { method: string; url: string }[];
  /** The blueprint that gets the task, and the URL that the new route must have. */
  blueprint: string;
  url: string;
  /** How a further route must be: open, guarded as its neighbours are, or shut until the owner decides. */
  wanted: "open" | "guarded" | "denied";
  shape: readonly string[];
}

const one = <T extends string>(...values: readonly T[]) => fc.constantFrom(...values);

interface Shape {
  library: "flask" | "restx" | "smorest" | "apiflask" | "openapi3";
  home: "single" | "module" | "package" | "init" | "elsewhere" | "scanned" | "scanned-module";
  registration: "inside" | "top" | "loop" | "bottom" | keyof typeof SCANS;
  prefix: "none" | "plain" | "own" | "registration" | "nested" | "constant" | "preprocessor";
  guard: keyof typeof GUARDS;
  style: "route" | "short" | "view" | "resource" | "none";
  /** Whether the task is for the blueprint that is there. */
  asked: "existing" | "existing " | "new";
}

/** Loops that register what they find in the folder `blueprints`. */
const SCANS = {
  names: ['for name in ("orders",):', '    app.register_blueprint(importlib.import_module(f"blueprints.{name}").bp)'],
  iter: [
    "for info in pkgutil.iter_modules(blueprints.__path__):",
    '    module = importlib.import_module(f"blueprints.{info.name}")',
    "    app.register_blueprint(module.bp)",
  ],
  tolerant: [
    "for info in pkgutil.iter_modules(blueprints.__path__):",
    '    module = importlib.import_module(f"blueprints.{info.name}")',
    '    if hasattr(module, "bp"):',
    "        app.register_blueprint(module.bp)",
  ],
  find: ['for name in find_modules("blueprints"):', "    app.register_blueprint(import_string(name).bp)"],
  packages: [
    'for name in find_modules("blueprints", include_packages=True):',
    "    module = import_string(name)",
    '    if hasattr(module, "bp"):',
    "        app.register_blueprint(module.bp)",
  ],
} as const;
const isScan = (registration: Shape["registration"]): registration is keyof typeof SCANS => registration in SCANS;

/** Decorators of the changing route and of the reading one, and what is asked in their bodies. */
const GUARDS = {
  none: { post: [], get: [], wanted: "open" },
  login: { post: ["login_required"], get: ["login_required"], wanted: "guarded" },
  jwt: { post: ["jwt_required()"], get: [], wanted: "guarded" },
  members: { post: ["members_only"], get: ["members_only"], wanted: "guarded" },
  injecting: { post: ["with_user"], get: ["with_user"], wanted: "guarded" },
  arguments: { post: ['has_role("editor")'], get: [], wanted: "guarded" },
  both: { post: ["login_required", 'has_role("editor")'], get: ["login_required"], wanted: "guarded" },
  before: { post: [], get: [], wanted: "guarded" },
  roles: { post: ['has_role("editor")'], second: ['has_role("owner")'], get: [], wanted: "denied" },
  mixed: { post: ["login_required"], second: [], get: [], wanted: "denied" },
  reading: { post: [], get: ["login_required"], wanted: "denied" },
  inside: { post: [], get: [], wanted: "denied" },
} as const satisfies Record<
  string,
  { post: readonly string[]; second?: readonly string[]; get: readonly string[]; wanted: BlueprintProject["wanted"] }
>;

export const blueprintProject: fc.Arbitrary<BlueprintProject> = fc
  .record<Shape>({
    library: one("flask", "flask", "flask", "restx", "smorest", "apiflask", "openapi3"),
    home: one("single", "module", "package", "init", "elsewhere", "scanned", "scanned-module"),
    registration: one("inside", "top", "loop", "bottom", "names", "iter", "tolerant", "find", "packages"),
    asked: one("existing", "existing ", "new"),
    prefix: one("none", "plain", "own", "registration", "nested", "constant", "preprocessor"),
    guard: fc.constantFrom(...(Object.keys(GUARDS) as (keyof typeof GUARDS)[])),
    style: one("route", "short", "view", "resource", "none"),
  })
  .map(settle)
  .map(build);

/** What no project could have is replaced by the nearest that it could. */
function settle(shape: Shape): Shape {
  const { library } = shape;
  const isPlain = library !== "flask";
  const isClass = library === "restx" || library === "smorest";
  let { home, registration, prefix, guard, style } = shape;
  if (isScan(registration) || home.startsWith("scanned")) {
    if (!isScan(registration)) registration = "tolerant";
    // find_modules passes packages by, unless it is told otherwise.
    home = registration === "find" || home === "scanned-module" ? "scanned-module" : "scanned";
    if (prefix === "registration" || prefix === "nested") prefix = "own";
  }
  if (home === "single") registration = "bottom";
  else if (registration === "bottom") registration = "inside";
  if (isPlain && prefix !== "none") prefix = "plain";
  // These libraries read the parameters of a view themselves, or turn JWT's errors into their own.
  if (isPlain && (guard === "injecting" || guard === "jwt")) guard = "members";
  if (library === "restx" && guard === "before") guard = "login";
  if (style === "resource" && isPlain) style = "view";
  if (isClass) style = style === "none" ? "none" : "view";
  else if (isPlain && style === "view") style = "short";
  if (style === "none") guard = guard === "before" ? "before" : "none";
  // A resource's errors are its Api's, and so are those of JWT.
  if (style === "resource" && guard === "jwt") guard = "members";
  if ((style === "view" || style === "resource") && GUARDS[guard].wanted === "denied") guard = "both";
  if (library === "apiflask" && home === "single") home = "module";
  if (home === "module" && registration === "bottom") registration = "top";
  if (isScan(registration) && library !== "flask") registration = home === "single" ? "bottom" : "top";
  return { library, home, registration, prefix, guard, style, asked: shape.asked };
}

const CLASSES = {
  flask: { app: "from flask import Flask", blueprint: "from flask import Blueprint", make: "Flask", name: "Blueprint" },
  restx: {
    app: "from flask import Flask",
    blueprint: "from flask_restx import Namespace",
    make: "Flask",
    name: "Namespace",
  },
  smorest: {
    app: "from flask import Flask",
    blueprint: "from flask_smorest import Blueprint",
    make: "Flask",
    name: "Blueprint",
  },
  apiflask: {
    app: "from apiflask import APIFlask",
    blueprint: "from apiflask import APIBlueprint",
    make: "APIFlask",
    name: "APIBlueprint",
  },
  openapi3: {
    app: "from flask_openapi3 import OpenAPI",
    blueprint: "from flask_openapi3 import APIBlueprint",
    make: "OpenAPI",
    name: "APIBlueprint",
  },
} as const;

function build(shape: Shape): BlueprintProject {
  const { library, home, registration, prefix, guard } = shape;
  const { app, blueprint, make } = CLASSES[library];
  const wanted = GUARDS[guard].wanted;
  const isRestx = library === "restx";
  const own = making(shape);
  const routes = routeLines(shape);
  const files: Record<string, string> = {
    ...SHARED,
    "requirements.txt": "flask\ncelery\nflask-login\nflask-jwt-extended\n",
  };
  const libraries = [
    blueprint,
    ...(shape.style === "view" && !isRestx ? ["from flask.views import MethodView"] : []),
    ...(isRestx ? ["from flask_restx import Resource"] : []),
    ...(shape.style === "resource" ? ["from flask_restx import Api, Resource"] : []),
    "from flask import abort, g, request",
    "from flask_jwt_extended import jwt_required",
    "from flask_login import login_required",
    "",
    "from guards import has_role, members_only, with_user",
  ];
  const bpFile = {
    single: "app.py",
    module: "orders.py",
    package: "orders/routes.py",
    init: "orders/__init__.py",
    elsewhere: "orders/__init__.py",
    scanned: "blueprints/orders/__init__.py",
    "scanned-module": "blueprints/orders.py",
  }[home];
  const module = bpFile.replace(/(\/__init__)?\.py$/, "").replace("/", ".");
  if (home === "module" || home === "package")
    files[bpFile] = [...libraries, "", own, "", "", ...routes, ""].join("\n");
  if (home === "package") files["orders/__init__.py"] = "";
  if (home.startsWith("scanned")) files["blueprints/__init__.py"] = "";
  if (home === "init" || home.startsWith("scanned"))
    files[bpFile] = [...libraries, "", own, "", "", ...routes, ""].join("\n");
  if (home === "elsewhere") {
    files[bpFile] = `${blueprint}\n\n${own}\n\nfrom . import views  # noqa: E402, F401\n`;
    files["orders/views.py"] = [...libraries.slice(1), "", "from . import bp", "", "", ...routes, ""].join("\n");
  }
  const importLine = home === "single" ? "" : `from ${module} import bp`;
  const isTop = registration === "top" || registration === "loop" || isScan(registration);
  const setup = [
    `app = ${make}(__name__)`,
    'app.config.update(SECRET_KEY="x" * 32, JWT_SECRET_KEY="y" * 32, API_TITLE="t", API_VERSION="1", OPENAPI_VERSION="3.0.2")',
    'app.config["CELERY"] = {"broker_url": "memory://", "result_backend": "cache+memory://", "task_ignore_result": True}',
    "login_manager.init_app(app)",
    "JWTManager(app)",
    ...(prefix === "preprocessor" ? ["app.url_value_preprocessor(take_tenant)", "app.url_defaults(give_tenant)"] : []),
    ...registrationLines(shape, isTop ? "" : importLine),
    "celery_init_app(app)",
  ];
  const head = [
    app,
    ...(prefix === "nested" ? ["from flask import Blueprint"] : []),
    ...(isRestx ? ["from flask_restx import Api"] : library === "smorest" ? ["from flask_smorest import Api"] : []),
    "from flask_jwt_extended import JWTManager",
    "",
    "from celery_app import celery_init_app",
    `from guards import ${prefix === "preprocessor" ? "give_tenant, " : ""}login_manager${prefix === "preprocessor" ? ", take_tenant" : ""}`,
    ...(isScan(registration)
      ? [
          "import importlib",
          "import pkgutil",
          "",
          "from werkzeug.utils import find_modules, import_string",
          "",
          "import blueprints",
        ]
      : isTop && importLine
        ? [importLine]
        : []),
  ];
  const factory = ["", "", "def create_app():", ...setup.map((line) => `    ${line}`), "    return app"];
  const inline = home === "single" ? ["", ...libraries, "", own, "", "", ...routes] : [];
  files["app.py"] = `${[...head, ...inline, ...factory, "", "", "app = create_app()"].join("\n")}\n`;
  const base = prefixUrl(shape);
  // A namespace is none of Flask's blueprints, so a new blueprint beside it is no question.
  const isNew = shape.asked === "new";
  const style =
    shape.style === "none"
      ? []
      : [
          { method: "POST", url: `${base}/items` },
          { method: "GET", url: `${base}/items` },
        ];
  return {
    files,
    own: style,
    url: isNew ? "/invoices/send_receipt" : `${base}/send_receipt`,
    blueprint: isNew ? "invoices" : "orders",
    wanted: isNew ? "open" : wanted === "guarded" && shape.style === "none" && guard !== "before" ? "open" : wanted,
    shape: [library, home, registration, prefix, guard, shape.style, ...(isNew ? ["new"] : [])],
  };
}

const PREFIXES = {
  none: "",
  plain: "/orders",
  own: "/v1/<tenant>",
  registration: "",
  nested: "",
  constant: "",
  preprocessor: "/<tenant>/orders",
};

function making({ library, prefix }: Shape): string {
  if (library === "restx") return 'bp = Namespace("orders")';
  const own = PREFIXES[prefix];
  const { name } = CLASSES[library];
  const head = prefix === "constant" ? 'PREFIX = "/shops/<int:shop_id>"\n' : "";
  const given = prefix === "constant" ? ", url_prefix=PREFIX" : own ? `, url_prefix="${own}"` : "";
  return `${head}bp = ${name}("orders", __name__${given})`;
}

function prefixUrl({ library, prefix }: Shape): string {
  if (library === "restx") return "/orders";
  return {
    none: "",
    plain: "/orders",
    own: "/v1/acme",
    registration: "/orgs/7",
    nested: "/en",
    constant: "/shops/3",
    preprocessor: "/acme/orders",
  }[prefix];
}

function registrationLines({ library, registration, prefix }: Shape, importLine: string): string[] {
  const brought = importLine ? ["", importLine, ""] : [];
  if (isScan(registration)) return [...SCANS[registration]];
  if (library === "restx") return ["api = Api(app)", ...brought, 'api.add_namespace(bp, path="/orders")'];
  if (library === "smorest") return ["api = Api(app)", ...brought, "api.register_blueprint(bp)"];
  if (library === "openapi3") return [...brought, "app.register_api(bp)"];
  if (prefix === "nested")
    return [
      ...brought,
      'lang = Blueprint("lang", __name__, url_prefix="/<lang>")',
      "lang.register_blueprint(bp)",
      "app.register_blueprint(lang)",
    ];
  const given = prefix === "registration" ? ', url_prefix="/orgs/<int:org_id>"' : "";
  if (registration === "loop") return ["for each in (bp,):", `    app.register_blueprint(each${given})`];
  return [...brought, `app.register_blueprint(bp${given})`];
}

const VARIABLES = {
  none: "",
  plain: "",
  own: "tenant",
  registration: "org_id",
  nested: "lang",
  constant: "shop_id",
  preprocessor: "",
};

function routeLines({ library, prefix, guard, style }: Shape): string[] {
  const { post, get, ...rest } = GUARDS[guard];
  const second: readonly string[] | undefined = "second" in rest ? rest.second : undefined;
  const before =
    guard === "before"
      ? ["@bp.before_request", "def ask():", "    if not request.headers.get('X-User'):", "        abort(401)", "", ""]
      : [];
  if (style === "none") return before;
  const isInjecting = guard === "injecting";
  const names = [...(isInjecting ? ["user"] : []), VARIABLES[library === "flask" ? prefix : "none"]]
    .filter(Boolean)
    .join(", ");
  const asks = guard === "inside" ? ["    if not request.headers.get('X-User'):", "        abort(401)"] : [];
  const decorators = (guards: readonly string[]) => guards.map((each) => `@${each}`);
  if (style === "resource") {
    const given = names ? `self, ${names}` : "self";
    return [
      ...before,
      "api = Api(bp, doc=False)",
      "",
      "",
      "class Items(Resource):",
      `    method_decorators = [${[...post].reverse().join(", ")}]`,
      "",
      `    def post(${given}):`,
      '        return {"ok": True}, 201',
      "",
      `    def get(${given}):`,
      '        return {"items": []}',
      "",
      "",
      'api.add_resource(Items, "/items")',
    ];
  }
  if (style === "view") {
    const isNative = library !== "flask";
    const params = names ? `self, ${names}` : "self";
    const body = [
      ...(isNative ? decorators(post).map((line) => `    ${line}`) : []),
      `    def post(${params}):`,
      '        return {"ok": True}, 201',
      "",
      ...(isNative ? decorators(get).map((line) => `    ${line}`) : []),
      `    def get(${params}):`,
      '        return {"items": []}',
    ];
    if (library === "restx") return [...before, '@bp.route("/items")', "class Items(Resource):", ...body];
    if (library === "smorest") return [...before, '@bp.route("/items")', "class Items(MethodView):", ...body];
    // `decorators` are applied from the first to the last: the last one is the outermost.
    const list = post.length > 0 ? [`    decorators = [${[...post].reverse().join(", ")}]`, ""] : [];
    return [
      ...before,
      "class Items(MethodView):",
      ...list,
      ...body,
      "",
      "",
      'bp.add_url_rule("/items", view_func=Items.as_view("items"))',
    ];
  }
  const rule = (method: "post" | "get", url: string) =>
    style === "short" || library === "openapi3" || library === "apiflask" || method === "get"
      ? `@bp.${method}("${url}")`
      : `@bp.route("${url}", methods=["POST"])`;
  const more = second
    ? [
        "",
        "",
        rule("post", "/items/more"),
        ...decorators(second),
        `def add_more(${names}):`,
        '    return {"ok": True}, 201',
      ]
    : [];
  return [
    ...before,
    rule("post", "/items"),
    ...decorators(post),
    `def add_item(${names}):`,
    ...asks,
    '    return {"ok": True}, 201',
    ...more,
    "",
    "",
    rule("get", "/items"),
    ...decorators(get),
    `def list_items(${isInjecting && get.length === 0 ? VARIABLES[prefix] : names}):`,
    '    return {"items": []}',
  ];
}
