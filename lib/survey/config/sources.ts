/** What an application's configuration is made of: each call on `app.config`, resolved to what it loads. */
import { callArguments, type Node, type SourceFile, statements, stringValue } from "../../python/index.ts";
import { type AppUse, traceApp } from "../apps/app-trace.ts";
import {
  assignedValue,
  type Definition,
  definitionNamed,
  definitionOf,
  dottedDefinition,
  libraryName,
  nameOf,
  valuesOf,
} from "../names/lookup.ts";
import { joinPath } from "../names/modules.ts";
import type { FlaskApp } from "../project.ts";
import type { Reading } from "../reading.ts";

/** A class of the project. */
export interface SettingsClass {
  source: SourceFile;
  node: Node;
  name: string;
}

/** One step of an application's configuration. */
export interface ConfigSource {
  kind: "classes" | "module" | "own-names" | "mapping" | "items" | "prefixed-env" | "envvar" | "unknown";
  use: AppUse;
  /** It happens on every path. */
  certain: boolean;
  /** The classes that may be selected, for `classes`. */
  classes: SettingsClass[];
  /** Whether which class it is, is decided elsewhere (a parameter, a dictionary, the environment). */
  selected: boolean;
  /** The module, for `module` and `own-names`. */
  module: SourceFile | null;
}

/** Every step of the configuration, in order, helper functions included. */
export function configSources(reading: Reading, app: FlaskApp): ConfigSource[] {
  return traceApp(valuesOf(reading), app).flatMap((use) => {
    const kind = stepOf(use);
    return kind ? [sourceOf(reading, app, use, kind)] : [];
  });
}

function stepOf(use: AppUse): "object" | "pyfile" | ConfigSource["kind"] | null {
  switch (use.action) {
    case "config.from_object":
      return "object";
    case "config.from_pyfile":
      return "pyfile";
    case "config.from_mapping":
    case "config.update":
      return "mapping";
    case "config[]":
    case "config.setdefault":
      return "items";
    case "config.from_prefixed_env":
      return "prefixed-env";
    case "config.from_envvar":
      return "envvar";
    default:
      return use.action.startsWith("config.from_") || use.action.startsWith("config.load") ? "unknown" : null;
  }
}

function sourceOf(reading: Reading, app: FlaskApp, use: AppUse, kind: string): ConfigSource {
  const base = {
    use,
    certain: !use.conditional && use.loop === null,
    classes: [],
    selected: false,
    module: null,
  };
  if (kind !== "object" && kind !== "pyfile") return { ...base, kind: kind as ConfigSource["kind"] };
  const { positional, keywords } = callArguments(use.node);
  const argument = positional[0] ?? keywords.get(kind === "object" ? "obj" : "filename");
  if (!argument) return { ...base, kind: "unknown" };
  if (kind === "pyfile") {
    const module = keywords.has("silent") ? null : configFile(reading, app, argument);
    return module ? { ...base, kind: "module", module } : { ...base, kind: "unknown" };
  }
  if (argument.text === "__name__") return { ...base, kind: "own-names", module: use.source };
  const found = new Resolver(reading, app, use).objects(argument, 0);
  if (!found) return { ...base, kind: "unknown" };
  if (found.module) return { ...base, kind: "module", module: found.module };
  return found.classes.length > 0 ? { ...base, kind: "classes", ...found, module: null } : { ...base, kind: "unknown" };
}

/** `from_pyfile("settings.py")` is relative to the application's root path, unless the folder is the instance's. */
function configFile(reading: Reading, app: FlaskApp, argument: Node): SourceFile | null {
  const name = stringValue(argument);
  if (!name || name.startsWith("/") || /instance_relative_config\s*=\s*True/.test(app.file.text)) return null;
  const parts = joinPath(app.file.path.split("/").slice(0, -1).join("/"), name).split("/");
  const path: string[] = [];
  for (const part of parts) {
    if (part === "..") path.pop();
    else if (part !== ".") path.push(part);
  }
  const target = path.join("/");
  // A file that Git ignores holds one machine's settings.
  return reading.pathSet.has(target) ? reading.parse(target) : null;
}

interface Found {
  classes: SettingsClass[];
  selected: boolean;
  module: SourceFile | null;
}

/** What the argument of `from_object` can be. */
class Resolver {
  readonly #reading: Reading;
  readonly #app: FlaskApp;
  readonly #use: AppUse;

  constructor(reading: Reading, app: FlaskApp, use: AppUse) {
    this.#reading = reading;
    this.#app = app;
    this.#use = use;
  }

  objects(node: Node, depth: number): Found | null {
    if (depth > 6) return null;
    const again = (inner: Node | null | undefined) => (inner ? this.objects(inner, depth + 1) : null);
    switch (node.type) {
      case "string":
      case "concatenated_string":
        return this.#named(stringValue(node));
      case "parenthesized_expression":
        return again(statements(node)[0]);
      case "identifier":
        return this.#local(node, depth) ?? this.#definition(definitionOf(this.#reading, this.#use.source, node));
      case "attribute":
        return this.#definition(definitionOf(this.#reading, this.#use.source, node));
      case "boolean_operator":
        return selected(again(node.childForFieldName("left")), again(node.childForFieldName("right")));
      case "conditional_expression":
        return selected(again(statements(node)[0]), again(statements(node)[2]));
      case "subscript":
        return this.#entries(node.childForFieldName("value"));
      case "call":
        return this.#call(node, depth);
      default:
        return null;
    }
  }

  #call(node: Node, depth: number): Found | null {
    const callee = node.childForFieldName("function");
    const { positional, keywords } = callArguments(node);
    if (callee?.type === "attribute" && callee.childForFieldName("attribute")?.text === "get") {
      // `config.get(name)` of a dictionary, or `os.environ.get("APP_SETTINGS", "config.Development")`.
      const dictionary = this.#entries(callee.childForFieldName("object"));
      if (dictionary) return dictionary;
    }
    if (/^(os\.)?(getenv|environ\.get)$/.test(callee?.text ?? "")) {
      const fallback = positional[1] ?? keywords.get("default");
      const found = fallback ? this.objects(fallback, depth + 1) : null;
      // The environment may name another module altogether.
      return found && !found.module ? { ...found, selected: true } : null;
    }
    const isImport = callee && libraryName(this.#use.source, callee)?.name === "import_string";
    if (isImport && positional[0]) return this.objects(positional[0], depth + 1);
    // `Config()`: from_object reads class attributes through an instance as well.
    const found = callee && !isImport ? this.objects(callee, depth + 1) : null;
    return found?.module ? null : found;
  }

  #named(dotted: string | null): Found | null {
    return dotted
      ? this.#definition(dottedDefinition(this.#reading, this.#app.importRoot, dotted.replace(":", ".")))
      : null;
  }

  /** A parameter with a default, or a variable of the function. */
  #local(node: Node, depth: number): Found | null {
    const definition = this.#use.definition;
    if (!definition) return null;
    const list = definition.childForFieldName("parameters");
    const parameter = (list ? statements(list) : []).find((item) => (nameOf(item) || item.text) === node.text);
    const assigned = assignedValue(definition.childForFieldName("body")!, node.text);
    const value = parameter?.childForFieldName("value") ?? assigned;
    if (!value || value.text === node.text) return null;
    if (parameter && value.type === "none") return null;
    const found = this.objects(value, depth + 1);
    return found && { ...found, selected: true };
  }

  /** The classes in a dictionary literal. */
  #entries(object: Node | null): Found | null {
    if (!object) return null;
    const found = definitionOf(this.#reading, this.#use.source, object);
    const holder = found?.name ? this.#reading.parse(found.path) : null;
    const value =
      object.type === "dictionary"
        ? object
        : found?.name && holder
          ? assignedValue(holder.tree.rootNode, found.name)
          : null;
    const source = object.type === "dictionary" ? this.#use.source : holder;
    if (value?.type !== "dictionary" || !source) return null;
    const classes: SettingsClass[] = [];
    for (const pair of statements(value)) {
      const item = pair.childForFieldName("value");
      const name = item && (stringValue(item) ?? "");
      const target = name
        ? dottedDefinition(this.#reading, this.#app.importRoot, name)
        : item &&
          definitionOf(this.#reading, source, item.type === "call" ? item.childForFieldName("function")! : item);
      const entry = this.#definition(target ?? null);
      if (!entry || entry.module) return null;
      classes.push(...entry.classes);
    }
    return { classes, selected: true, module: null };
  }

  #definition(found: Definition | null): Found | null {
    const source = found ? this.#reading.parse(found.path) : null;
    if (!found || !source) return null;
    if (found.name === null) return { classes: [], selected: false, module: source };
    const node = definitionNamed(source.tree.rootNode, found.name);
    if (node?.type === "class_definition") {
      return { classes: [{ source, node, name: found.name }], selected: false, module: null };
    }
    return null;
  }
}

/** Both sides are possible. */
function selected(left: Found | null, right: Found | null): Found | null {
  if (!left || !right || left.module || right.module)
    return left && right ? null : right && !right.module ? { ...right, selected: true } : null;
  return { classes: [...left.classes, ...right.classes], selected: true, module: null };
}
