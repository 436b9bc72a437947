/** Where a `CELERY` mapping goes. */
import {
  callArguments,
  importPoint,
  indentAt,
  lineStart,
  type Node,
  nextLine,
  type SourceFile,
  statements,
  undecorated,
} from "../../python/index.ts";
import { importsOf, isFlaskImport } from "../names/imports-of.ts";
import { bodyOf, statementOf } from "../names/lookup.ts";
import type { FlaskApp, ImportPoint } from "../project.ts";
import type { Reading } from "../reading.ts";
import { commonBase, settingName } from "./classes.ts";
import type { ConfigSource, SettingsClass } from "./sources.ts";

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

/** The first place that is certain, in the order in which the application configures itself. */
export function placeSettings(reading: Reading, app: FlaskApp, sources: readonly ConfigSource[]): SettingsPlacement {
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
    importAt: importPoint(source, isFlaskImport),
    ...rest,
  };
}

function hasImportOs(source: SourceFile): boolean {
  const isTop = (node: Node) => node.parent?.type === "module";
  return importsOf(source).some(
    (item) => item.local === "os" && item.module.split(".")[0] === "os" && item.name === null && isTop(item.node),
  );
}
