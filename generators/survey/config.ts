import {
  callArguments,
  importPoint,
  indentAt,
  lineOf,
  lineStart,
  type Node,
  nextLine,
  type SourceFile,
  statements,
  stringValue,
  undecorated,
} from "../python/index.ts";
import { type ConfigSource, configSources, type SettingsClass } from "./config-sources.ts";
import { bodyOf, definitionNamed, definitionOf, nameOf, statementOf } from "./lookup.ts";
import type { FlaskApp, ImportPoint, Location } from "./project.ts";
import type { Reading } from "./reading.ts";
import { importsOf } from "./values.ts";

/** How an application keeps its settings. */
export interface ConfigFacts {
  /** The answer of the `config` prompt that goes with it. */
  style: "object" | "environment" | "namespace";
  /** Why, in a few words that a person can check. */
  reason: string;
  /** Celery settings that are already there: nothing is added then. */
  found: FoundSettings | null;
  /** Where a `CELERY` mapping goes. */
  placement: SettingsPlacement;
}

export interface FoundSettings {
  /** One mapping (`CELERY = {...}`), or flat `CELERY_*` keys. */
  form: "mapping" | "flat";
  /** The keys of Flask's config, e.g. `["CELERY"]` or `["CELERY_BROKER_URL", …]`. */
  keys: readonly string[];
  at: Location;
}

/** Where lines go; `offset` is the start of a line of that file, in UTF-16 units of its text. */
export interface SettingsPlace {
  path: string;
  offset: number;
  indent: string;
  /** 1-based line of `offset`. */
  line: number;
  /** `import os` is already bound to `os` in that file. */
  hasImportOs: boolean;
  /** Where another import goes in that file. */
  importAt: ImportPoint;
}

export type SettingsPlacement =
  /** An attribute of the class that every selected settings class inherits from. */
  | (SettingsPlace & { kind: "class"; className: string })
  /** A module-level name. */
  | (SettingsPlace & { kind: "module" })
  /** A further argument (`keyword`) or item (`dict`) of a call that is written over several lines. */
  | (SettingsPlace & {
      kind: "mapping";
      form: "keyword" | "dict";
      /** The last argument has no comma yet: one goes in at this offset. */
      commaAt: number | null;
    })
  /** A default that existing configuration overrides, right before Celery is initialised; one for each init point. */
  | { kind: "factory-default"; path: string; points: FlaskApp["inits"]; hasImportOs: boolean; why: string };

/**
 * Reads how the application is configured and where Celery's settings go.
 *
 * @see https://flask.palletsprojects.com/en/stable/config/
 */
export function surveyConfig(reading: Reading, app: FlaskApp): ConfigFacts {
  const sources = configSources(reading, app);
  const found = foundSettings(reading, sources);
  const placement = place(reading, app, sources);
  return { ...styleOf(sources, found, placement), found, placement };
}

function styleOf(
  sources: readonly ConfigSource[],
  found: FoundSettings | null,
  placement: SettingsPlacement,
): Pick<ConfigFacts, "style" | "reason"> {
  if (found?.form === "flat") return { style: "namespace", reason: `the config has ${found.keys[0]} already` };
  if (found) return { style: "object", reason: `the config has ${found.keys[0]} already` };
  if (placement.kind === "class") return { style: "object", reason: `settings class ${placement.className}` };
  if (placement.kind !== "factory-default") return { style: "object", reason: `settings in ${placement.path}` };
  const kinds = new Set(sources.map((source) => source.kind));
  const items = sources.filter(({ kind }) => kind === "items");
  const fromEnvironment = items.filter(({ use }) => readsEnvironment(use.node));
  if (kinds.has("classes") || kinds.has("module") || kinds.has("unknown") || kinds.has("mapping"))
    return { style: "object", reason: placement.why };
  if (items.length > 0 && fromEnvironment.length === items.length)
    return { style: "environment", reason: "every setting is read from the environment" };
  if (items.length > 0) return { style: "object", reason: "the app sets items of app.config" };
  if (kinds.has("prefixed-env")) return { style: "namespace", reason: "app.config.from_prefixed_env() alone" };
  if (kinds.has("envvar")) return { style: "environment", reason: "app.config.from_envvar() alone" };
  return { style: "object", reason: "the app has no configuration of its own" };
}

function readsEnvironment(node: Node): boolean {
  const right = node.type === "assignment" ? node.childForFieldName("right") : node;
  return /\b(environ|getenv|env|config)\b\s*[.([]/.test(right?.text ?? "");
}

// ---- where the settings go

function place(reading: Reading, app: FlaskApp, sources: readonly ConfigSource[]): SettingsPlacement {
  const fallback = (why: string): SettingsPlacement => ({
    kind: "factory-default",
    path: app.file.path,
    points: app.inits,
    hasImportOs: hasImportOs(app.file),
    why,
  });
  const objects = sources.filter(({ kind }) => ["classes", "module", "own-names", "unknown"].includes(kind));
  for (const source of sources) {
    const found = source.certain ? placeIn(reading, app, source) : null;
    if (found) return found;
  }
  // `if name in configs: from_object(configs[name])`, `else: from_object(Config)`: certain when all have one base class.
  if (objects.length > 0 && objects.every(({ kind }) => kind === "classes")) {
    const classes = objects.flatMap((source) => source.classes);
    const base = commonBase(reading, classes, true);
    const found = base && placeInClass(base);
    if (found) return found;
  }
  const why =
    objects.length > 0 ? "no one place holds the settings for certain" : "there is no settings class or module";
  return fallback(why);
}

function placeIn(reading: Reading, app: FlaskApp, source: ConfigSource): SettingsPlacement | null {
  switch (source.kind) {
    case "classes": {
      const base = commonBase(reading, source.classes, source.selected);
      return base && placeInClass(base);
    }
    case "module":
      return source.module && placeInModule(source.module, null);
    case "own-names":
      return source.module && placeInModule(source.module, app.kind === "module" ? source.use.node : null);
    case "mapping":
      return placeInMapping(source);
    default:
      return null;
  }
}

/** The class at the root of the hierarchy of every selected one; null unless there is one for certain. */
function commonBase(reading: Reading, classes: readonly SettingsClass[], selected: boolean): SettingsClass | null {
  const roots = classes.map((item) => rootOf(reading, item, 0));
  const first = roots[0];
  if (!first || roots.some((root) => root === null || !same(root, first))) return null;
  // Which one is used is decided elsewhere, so a settings class outside of the hierarchy may be used as well.
  return selected && strangers(reading, first) ? null : first;
}

function same(a: SettingsClass, b: SettingsClass): boolean {
  return a.source.path === b.source.path && a.name === b.name;
}

/** The topmost base class in the project; null when a base is foreign, has a metaclass, or there are several. */
function rootOf(reading: Reading, item: SettingsClass, depth: number): SettingsClass | null {
  if (depth > 8) return null;
  const list = item.node.childForFieldName("superclasses");
  const bases = (list ? statements(list) : []).filter((base) => base.text !== "object");
  if (bases.length === 0) return item;
  if (bases.length > 1) return null;
  const found = definitionOf(reading, item.source, bases[0]!);
  const source = found?.name ? reading.parse(found.path) : null;
  const node = found?.name && source ? definitionNamed(source.tree.rootNode, found.name) : null;
  if (!source || node?.type !== "class_definition") return null;
  return rootOf(reading, { source, node, name: nameOf(node) }, depth + 1);
}

/** Whether the module has another settings class that does not inherit from `root`. */
function strangers(reading: Reading, root: SettingsClass): boolean {
  return statements(root.source.tree.rootNode).some((statement) => {
    const node = undecorated(statement);
    if (node.type !== "class_definition" || !/config|settings?$/i.test(nameOf(node))) return false;
    if (!bodyOf(node).some((inner) => settingName(inner) !== null)) return false;
    const own = rootOf(reading, { source: root.source, node, name: nameOf(node) }, 0);
    return own === null || !same(own, root);
  });
}

/** `NAME` of a statement `NAME = value` with an upper-case name. */
function settingName(statement: Node): string | null {
  const assignment = statement.type === "expression_statement" ? statements(statement)[0] : null;
  const left = assignment?.type === "assignment" ? assignment.childForFieldName("left") : null;
  return left?.type === "identifier" && /^[A-Z][A-Z0-9_]*$/.test(left.text) ? left.text : null;
}

function placeInClass({ source, node, name }: SettingsClass): SettingsPlacement | null {
  const body = bodyOf(node);
  const firstMethod = body.findIndex(
    (statement) => undecorated(statement).type !== statement.type || isDefinition(statement),
  );
  const attributes = firstMethod < 0 ? body : body.slice(0, firstMethod);
  const last = attributes.at(-1);
  const anchor = last ?? body[0];
  const indent = anchor && indentAt(source.text, anchor.startIndex);
  if (!anchor || indent === null || indent === undefined || indent === "") return null;
  if (!last) return at(source, lineStart(source.text, anchor.startIndex), indent, { kind: "class", className: name });
  const offset = behind(source, last);
  return offset === null ? null : at(source, offset, indent, { kind: "class", className: name });
}

function isDefinition(node: Node): boolean {
  return ["function_definition", "class_definition", "decorated_definition"].includes(node.type);
}

/** Behind the last upper-case name of a module, so that a later `from local_settings import *` still overrides. */
function placeInModule(source: SourceFile, before: Node | null): SettingsPlacement | null {
  const limit = before ? statementOf(topLevel(before)).startIndex : source.text.length + 1;
  const body = statements(source.tree.rootNode).filter((statement) => statement.startIndex < limit);
  const last = body.findLast((statement) => settingName(statement) !== null);
  if (last) {
    const offset = behind(source, last);
    return offset === null ? null : at(source, offset, "", { kind: "module" });
  }
  if (!before) return null;
  const offset = lineStart(source.text, limit);
  return at(source, offset, "", { kind: "module" });
}

function topLevel(node: Node): Node {
  let at = node;
  while (at.parent && at.parent.type !== "module") at = at.parent;
  return at;
}

/** A call over several lines takes another line; anything shorter is left to the factory default. */
function placeInMapping({ use }: ConfigSource): SettingsPlacement | null {
  const { source, node } = use;
  const { positional, keywords, splat } = callArguments(node);
  const inner = positional[0];
  const dictCall = inner?.type === "call" && inner.childForFieldName("function")?.text === "dict" ? inner : null;
  if (splat || positional.length > 1) return null;
  if (positional.length === 1 && inner?.type !== "dictionary" && !dictCall) return null;
  const form = inner?.type === "dictionary" ? "dict" : "keyword";
  const list = form === "dict" ? inner! : (dictCall ?? node).childForFieldName("arguments");
  if (!list || (form === "keyword" && !dictCall && keywords.size === 0)) return null;
  const items = statements(list);
  const last = items.at(-1);
  const indent = last ? indentAt(source.text, last.startIndex) : null;
  if (!last || indent === null || items.some((item) => item.type.endsWith("splat"))) return null;
  const comma = list.children.findLast((child) => child?.type === ",");
  const hasComma = comma !== undefined && comma !== null && comma.startIndex >= last.endIndex;
  const end = hasComma ? comma.endIndex : last.endIndex;
  const offset = nextLine(source.text, end);
  // The closing bracket must stand on a line of its own, or the new line would come behind it.
  if (offset > list.endIndex - 1 || !isBlank(source.text.slice(end, offset))) return null;
  return at(source, offset, indent, { kind: "mapping", form, commaAt: hasComma ? null : last.endIndex });
}

/** The start of the line behind a statement; null when something else follows in its line. */
function behind(source: SourceFile, statement: Node): number | null {
  const offset = nextLine(source.text, statement.endIndex);
  return isBlank(source.text.slice(statement.endIndex, offset)) ? offset : null;
}

function isBlank(rest: string): boolean {
  return /^[ \t]*(#[^\r\n]*)?[\r\n]*$/.test(rest);
}

function at<Kind>(source: SourceFile, offset: number, indent: string, rest: Kind): SettingsPlace & Kind {
  const line = source.text.slice(0, offset).split(/\r\n|\n|\r/).length;
  return {
    path: source.path,
    offset,
    indent,
    line,
    hasImportOs: hasImportOs(source),
    importAt: importPoint(source),
    ...rest,
  };
}

function hasImportOs(source: SourceFile): boolean {
  const isTop = (node: Node) => node.parent?.type === "module";
  return importsOf(source).some(
    (item) => item.local === "os" && item.module.split(".")[0] === "os" && item.name === null && isTop(item.node),
  );
}

// ---- what is there already

interface Key {
  name: string;
  value: Node | null;
  at: Location;
}

function foundSettings(reading: Reading, sources: readonly ConfigSource[]): FoundSettings | null {
  const keys = sources.flatMap((source) => keysOf(reading, source)).filter(({ name }) => /^CELERY(_|$)/.test(name));
  const first = keys[0];
  if (!first) return null;
  const mapping = keys.find(
    ({ name, value }) => name === "CELERY" || (/^CELERY_(CONFIG|SETTINGS)$/.test(name) && isMapping(value)),
  );
  if (mapping) return { form: "mapping", keys: [mapping.name], at: mapping.at };
  return { form: "flat", keys: [...new Set(keys.map(({ name }) => name))], at: first.at };
}

function isMapping(value: Node | null): boolean {
  return (
    value?.type === "dictionary" || (value?.type === "call" && value.childForFieldName("function")?.text === "dict")
  );
}

function keysOf(reading: Reading, source: ConfigSource): Key[] {
  const { use } = source;
  const own = (name: string | null, value: Node | null, node: Node): Key[] =>
    name ? [{ name, value, at: { path: use.source.path, line: lineOf(node) } }] : [];
  if (source.kind === "items") {
    if (use.node.type === "call") {
      const { positional } = callArguments(use.node);
      return own(stringValue(positional[0] ?? null), positional[1] ?? null, use.node);
    }
    const key = use.node.childForFieldName("left")?.childForFieldName("subscript") ?? null;
    return own(stringValue(key), use.node.childForFieldName("right"), use.node);
  }
  if (source.kind === "mapping") {
    const { positional, keywords } = callArguments(use.node);
    const dictionary = positional[0]?.type === "dictionary" ? statements(positional[0]) : [];
    const nested = positional[0]?.type === "call" ? callArguments(positional[0]).keywords : new Map<string, Node>();
    return [
      ...[...keywords, ...nested].flatMap(([name, value]) => own(name, value, value)),
      ...dictionary.flatMap((pair) =>
        own(stringValue(pair.childForFieldName("key")), pair.childForFieldName("value"), pair),
      ),
    ];
  }
  const blocks = [
    ...(source.module ? [{ source: source.module, body: statements(source.module.tree.rootNode) }] : []),
    ...source.classes.flatMap((item) => lineage(reading, item, 0)),
  ];
  return blocks.flatMap((block) =>
    block.body.flatMap((statement) => {
      const name = settingName(statement);
      const value = name ? (statements(statement)[0]?.childForFieldName("right") ?? null) : null;
      return name ? [{ name, value, at: { path: block.source.path, line: lineOf(statement) } }] : [];
    }),
  );
}

function lineage(reading: Reading, item: SettingsClass, depth: number): { source: SourceFile; body: Node[] }[] {
  const list = item.node.childForFieldName("superclasses");
  const bases = depth > 8 ? [] : list ? statements(list) : [];
  const above = bases.flatMap((base) => {
    const found = definitionOf(reading, item.source, base);
    const source = found?.name ? reading.parse(found.path) : null;
    const node = found?.name && source ? definitionNamed(source.tree.rootNode, found.name) : null;
    return source && node?.type === "class_definition"
      ? lineage(reading, { source, node, name: nameOf(node) }, depth + 1)
      : [];
  });
  return [{ source: item.source, body: bodyOf(item.node) }, ...above];
}
