/**
 * Whole small Flask projects of several files that really run: layouts, factories behind others, entries, settings.
 * `FlaskProject.start` is what the project itself starts, so that its application can be compared with any other way in.
 */
import fc from "fast-check";
import { type BodyPart, blueprints, construction, ending, extras, settings } from "./project-bodies.ts";
import { type CallStyle, callStyle } from "./project-calls.ts";
import { type Entry, entryShape, type Obtained, writeEntry } from "./project-entries.ts";

export interface FlaskProject {
  /** Path → content of every file. */
  files: Record<string, string>;
  /** The generator that fits it. */
  generator: "celery-factory" | "celery-direct";
  /** What the project starts for the web: folders on sys.path, a module, and an expression in it; null where nothing can be imported. */
  start: { folders: readonly string[]; module: string; expression: string } | null;
  /** Folder from which the package is imported: "" or "src". */
  importRoot: string;
  /** `apply`: an expert would integrate it; `refuse`: SHAPES.md says that no tool should. */
  wanted: "apply" | "refuse";
  /** The pieces that it is made of, for reports. */
  shape: readonly string[];
}

type Layout = "package" | "flat" | "src";
/** Who makes the application. */
type Maker = "factory" | "module" | "static" | "given" | "configures" | "value" | "main";
type Outer = "none" | "attribute" | "import" | "alias" | "required";
type Reach = "direct" | "re-exported" | "alias" | "attribute";

const weighted = <T>(...rows: readonly [number, T][]): fc.Arbitrary<T> =>
  fc.oneof(...rows.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** A whole project. */
export const flaskProject: fc.Arbitrary<FlaskProject> = fc
  .record({
    layout: weighted<Layout>([5, "package"], [3, "flat"], [1, "src"]),
    pack: fc.constantFrom("shop", "web", "hello_app", "backend"),
    home: fc.constantFrom("__init__", "__init__", "app", "factory", "core"),
    factory: fc.constantFrom("create_app", "create_app", "create_app", "make_app", "build", "init_application"),
    variable: fc.constantFrom("app", "app", "application", "web_app"),
    maker: weighted<Maker>(
      [20, "factory"],
      [8, "module"],
      [2, "static"],
      [1, "given"],
      [1, "configures"],
      [1, "value"],
      [1, "main"],
    ),
    outer: weighted<Outer>([9, "none"], [1, "attribute"], [1, "import"], [1, "alias"], [1, "required"]),
    reach: weighted<Reach>([5, "direct"], [2, "re-exported"], [2, "alias"], [2, "attribute"]),
    views: weighted<"bottom" | "elsewhere" | "none">([2, "bottom"], [1, "elsewhere"], [2, "none"]),
    relative: fc.boolean(),
    docstring: fc.boolean(),
    call: callStyle,
    construction,
    settings,
    blueprints,
    extras,
    ending,
    entry: entryShape,
  })
  .map(assemble);

interface Choices {
  layout: Layout;
  pack: string;
  home: string;
  factory: string;
  variable: string;
  maker: Maker;
  outer: Outer;
  reach: Reach;
  views: "bottom" | "elsewhere" | "none";
  relative: boolean;
  docstring: boolean;
  call: CallStyle;
  construction: { name: string; imports: readonly string[]; lines: readonly string[]; call: string };
  settings: BodyPart;
  blueprints: BodyPart;
  extras: BodyPart[];
  ending: { name: string; lines: readonly string[] };
  entry: Entry;
}

const CONFIG = `import os

MODE = "production"


class Base:
	TITLE = "Shop"
	PAGE_SIZE = 20


class DevelopmentConfig(Base):
	MODE = "development"


class ProductionConfig(Base):
	MODE = "production"
	HOME = os.environ.get("SHOP_HOME", "/srv/shop")


CONFIGS = {"development": DevelopmentConfig, "production": ProductionConfig}
`;
const VIEWS = (home: string, variable: string) =>
  `from ${home} import ${variable}\n\n\n@${variable}.route("/late")\ndef late():\n\treturn "late"\n`;

/** The call styles whose configuration lies in a module of the project need its name; a flat one has none in front. */
function assemble(choices: Choices): FlaskProject {
  const { layout, pack, maker } = choices;
  const prefix = layout === "flat" ? "" : `${pack}.`;
  const importRoot = layout === "src" ? "src" : "";
  const base = `${importRoot ? `${importRoot}/` : ""}${layout === "flat" ? "" : `${pack}/`}`;
  const home = layout === "flat" && choices.home === "__init__" ? "app" : choices.home;
  const modules: Record<string, string> = { "config.py": CONFIG };
  if (layout !== "flat") modules["__init__.py"] = "";
  const takesCall = maker !== "module" && maker !== "main";
  const call = takesCall
    ? withApp(maker, choices.call)
    : { ...choices.call, entryImports: [], prepare: [], passed: "" };
  const written = { ...choices, home, call };
  Object.assign(modules, moduleOfApp(written));
  let obtained: Obtained = { module: dotted(prefix, home), name: nameOf(written), call: isCalled(maker) };
  obtained = addOuter(modules, written, prefix, obtained);
  obtained = reExport(modules, written, prefix, obtained);
  const start = writeEntry(
    { ...certainEntry(choices.entry, maker), passed: call },
    obtained,
    choices.reach,
    choices.variable,
  );
  const files: Record<string, string> = { "requirements.txt": "flask\n" };
  for (const [name, text] of Object.entries(modules)) files[`${base}${name}`] = text;
  // An entry at the root of a src layout needs src on the path: it stands beside the package, as the worker's does.
  for (const [name, text] of Object.entries(maker === "main" ? {} : start.files)) {
    const isCode = name.endsWith(".py");
    files[isCode && importRoot ? `${importRoot}/${name}` : name] = text;
  }
  for (const [name, text] of Object.entries(files)) files[name] = finish(name, text, prefix);
  return {
    files,
    generator: maker === "module" || maker === "main" ? "celery-direct" : "celery-factory",
    start:
      maker === "main"
        ? null
        : { folders: [importRoot], module: start.module, expression: start.expression.replaceAll("{P}", prefix) },
    importRoot,
    wanted: maker === "value" || maker === "main" ? "refuse" : "apply",
    shape: shapeOf(written, start.shape),
  };
}

/** A manage.py beside a module-level application is the web's only where a command says so. */
function certainEntry(entry: Entry, maker: Maker): Entry {
  const isUnclear = maker === "module" && entry.file === "manage" && entry.command === "none";
  return isUnclear ? { ...entry, file: "wsgi" } : entry;
}

/** What is handed an application is called with one. */
function withApp(maker: Maker, call: CallStyle): CallStyle {
  if (maker !== "given") return call;
  const passed = ["Flask(__name__)", call.passed].filter(Boolean).join(", ");
  return { ...call, passed, entryImports: ["from flask import Flask", ...call.entryImports], isLiteral: false };
}

function dotted(prefix: string, module: string): string {
  return module === "__init__" ? prefix.slice(0, -1) : `${prefix}${module}`;
}

function isCalled(maker: Maker): boolean {
  return maker !== "module" && maker !== "main";
}

function nameOf({ maker, factory, variable }: Choices): string {
  if (!isCalled(maker)) return variable;
  return maker === "static" ? `Application.${factory}` : factory;
}

/** The module that makes the application, with what it needs beside it. */
function moduleOfApp(choices: Choices): Record<string, string> {
  const { maker, home, factory, call, ending, construction, docstring } = choices;
  const parts = [choices.settings, choices.blueprints, ...choices.extras];
  const modules: Record<string, string> = {};
  for (const { modules: more } of parts) Object.assign(modules, more);
  const top = new Set([...construction.imports, ...parts.flatMap(({ imports }) => imports), ...call.factoryImports]);
  const make = `app = ${construction.call}`;
  const fill = parts.flatMap(({ lines }) => lines);
  const use = maker === "module" || maker === "main" ? ['app.config["MODE"] = "only"'] : [...call.use];
  const inside = (lines: readonly string[], depth = 1) => lines.map((line) => (line ? "\t".repeat(depth) + line : ""));
  let body: string[];
  switch (maker) {
    case "module":
      body = [make, ...use, ...fill, ...routes(choices), ...lateViews(modules, choices)];
      break;
    case "main":
      body = ['if __name__ == "__main__":', ...inside([make, ...use, ...fill, "app.run()"])];
      break;
    case "static":
      body = [
        "class Application:",
        "\t@staticmethod",
        `\tdef ${factory}(${call.parameters}):`,
        ...inside([make, ...use, ...fill, ...ending.lines], 2),
      ];
      break;
    case "given": {
      const given = call.parameters ? `app, ${call.parameters}` : "app";
      body = [`def ${factory}(${given}):`, ...inside([...use, ...fill, ...ending.lines])];
      break;
    }
    case "configures":
      body = [make, "", "", `def ${factory}(${call.parameters}):`, ...inside([...use, ...fill, ...ending.lines])];
      break;
    case "value":
      body = [
        `def make_factory():`,
        `\tdef ${factory}(${call.parameters}):`,
        ...inside([make, ...use, ...fill, ...ending.lines], 2),
        "",
        `\treturn ${factory}`,
        "",
        "",
        `${factory} = make_factory()`,
      ];
      break;
    default:
      body = [`def ${factory}(${call.parameters}):`, ...inside([make, ...use, ...fill, ...ending.lines])];
  }
  const lines = [...(docstring ? ['"""The application."""', ""] : []), ...sorted(top), "", "", ...construction.lines];
  const text = [...lines, ...body, ""].join("\n");
  modules[`${home}.py`] = isCalled(maker) ? text : rename(text, choices.variable);
  return modules;
}

/** Module-level applications are called by their variable. */
function rename(text: string, variable: string): string {
  return text.replace(/(?<![\w.])app(?=\.(?!py)| =|\))/g, variable);
}

function routes({ extras }: Choices): string[] {
  return extras.length > 0 ? [] : ["", "", '@app.route("/")', "def home():", '\treturn "home"', ""];
}

/** Views that import the application, imported at its bottom; or by a module of their own, which the entry imports. */
function lateViews(modules: Record<string, string>, { views, home, variable }: Choices): string[] {
  if (views === "none") return [];
  modules["views.py"] = VIEWS(home === "__init__" ? "{Q}" : `{P}${home}`, variable);
  if (views === "bottom") return ["", "import {P}views  # noqa: E402, F401"];
  return [];
}

/** A factory that calls the one above, and goes on; or the module that adds the views. */
function addOuter(modules: Record<string, string>, choices: Choices, prefix: string, inner: Obtained): Obtained {
  const { maker, outer, call, factory } = choices;
  if (maker === "module" && choices.views === "elsewhere") {
    modules["webapp.py"] = `from ${inner.module} import ${inner.name}\n\nimport ${prefix}views  # noqa: E402, F401\n`;
    return { ...inner, module: `${prefix}webapp` };
  }
  if (maker !== "factory" || outer === "none") return inner;
  const names = argumentNames(call.parameters);
  const late = ['app.config["OUTER"] = True', "app.register_blueprint(late_bp)", "return app"];
  const blueprint = 'late_bp = Blueprint("late", __name__)\n';
  // The local name "app" would hide a module of that name.
  const whole = `import ${inner.module}${inner.module === "app" ? " as base" : ""}`;
  const [imports, made] = {
    attribute: [whole, `${inner.module === "app" ? "base" : inner.module}.${factory}`],
    required: [whole, `${inner.module === "app" ? "base" : inner.module}.${factory}`],
    import: [`from ${inner.module} import ${factory}`, factory],
    alias: [`from ${inner.module} import ${factory} as make_base`, "make_base"],
  }[outer];
  const name = outer === "import" ? `${factory}_with_pages` : factory;
  const region = outer === "required" ? `region${call.parameters ? ", " : ""}` : "";
  const first = outer === "required" && /^(\*|\*\*)/.test(call.parameters) ? "region, " : region;
  const set = outer === "required" ? ['app.config["REGION"] = region'] : [];
  const body = [`app = ${made}(${names})`, ...set, ...late].map((line) => `\t${line}`);
  modules["site.py"] = [
    imports,
    "from flask import Blueprint",
    "",
    blueprint,
    "",
    `def ${name}(${first}${call.parameters}):`,
    ...body,
    "",
  ].join("\n");
  // "site" is a module of Python's own: only a package may have one.
  if (!prefix) {
    modules["outer.py"] = modules["site.py"];
    delete modules["site.py"];
  }
  return {
    module: `${prefix}${prefix ? "site" : "outer"}`,
    name,
    call: true,
    ...(outer === "required" ? { first: '"north"' } : {}),
  };
}

/** `mode="x", *, debug: bool = False` → `mode, debug=debug`: what an outer factory hands on. */
function argumentNames(parameters: string): string {
  let isKeyword = false;
  return parameters
    .split(/,\s*/)
    .flatMap((each) => {
      const name = /^\**\w*/.exec(each)![0];
      if (name === "*") isKeyword = true;
      if (name === "*" || name === "") return [];
      if (name.startsWith("**")) return [name];
      return [isKeyword ? `${name}=${name}` : name];
    })
    .join(", ");
}

/** `from .factory import create_app` in the package's own file, where that is free. */
function reExport(modules: Record<string, string>, choices: Choices, prefix: string, inner: Obtained): Obtained {
  if (choices.reach !== "re-exported" || !prefix || modules["__init__.py"] !== "") return inner;
  const [owner] = inner.name.split(".");
  const from = choices.relative ? `.${inner.module.slice(prefix.length)}` : inner.module;
  modules["__init__.py"] = `from ${from} import ${owner}\n\n__all__ = ["${owner}"]\n`;
  return { ...inner, module: prefix.slice(0, -1) };
}

function sorted(lines: Iterable<string>): string[] {
  return [...lines].sort((a, b) => (a.startsWith("import ") ? 0 : 1) - (b.startsWith("import ") ? 0 : 1));
}

/** Names of the package instead of their placeholders, and four spaces for a tab. */
function finish(name: string, text: string, prefix: string): string {
  const named = text.replaceAll("{P}", prefix).replaceAll("{Q}", prefix.slice(0, -1));
  return name.endsWith(".py") ? named.replace(/\t/g, "    ") : named;
}

function shapeOf(choices: Choices, entry: readonly string[]): string[] {
  const { layout, maker, outer, reach, call, construction, ending, views } = choices;
  return [
    layout,
    maker,
    ...(maker === "factory" && outer !== "none" ? [`outer ${outer}`] : []),
    ...(isCalled(maker) ? [`call: ${call.name}`, ending.name] : [`views ${views}`]),
    reach,
    construction.name,
    ...entry,
  ];
}
