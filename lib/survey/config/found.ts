/** Celery settings that are in Flask's configuration already. */
import { callArguments, lineOf, type Node, type SourceFile, statements, stringValue } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { bodyOf, definitionNamed, definitionOf, importedDefinition } from "../names/lookup.ts";
import type { Location } from "../project.ts";
import type { Reading } from "../reading.ts";
import { lineage, settingName } from "./classes.ts";
import type { ConfigSource, SettingsClass } from "./sources.ts";

export interface FoundSettings {
  /** One mapping (`CELERY = {...}`), or flat `CELERY_*` keys. */
  form: "mapping" | "flat";
  /** The keys of Flask's config, e.g. `["CELERY"]` or `["CELERY_BROKER_URL", …]`. */
  keys: readonly string[];
  at: Location;
  /** `CELERY` is something else than a mapping for certain: a class, a text, a number. */
  isOther?: true;
}

interface Key {
  name: string;
  value: Node | null;
  at: Location;
}

/** Settings for Celery that the application's configuration holds already. */
export function findSettings(reading: Reading, sources: readonly ConfigSource[]): FoundSettings | null {
  const keys = sources.flatMap((source) => keysOf(reading, source)).filter(({ name }) => /^CELERY(_|$)/.test(name));
  const first = keys[0];
  if (!first) return null;
  const mapping = keys.find(
    ({ name, value }) => name === "CELERY" || (/^CELERY_(CONFIG|SETTINGS)$/.test(name) && isMapping(value)),
  );
  if (mapping)
    return {
      form: "mapping",
      keys: [mapping.name],
      at: mapping.at,
      ...(isOther(reading, mapping) ? { isOther: true as const } : {}),
    };
  return { form: "flat", keys: [...new Set(keys.map(({ name }) => name))], at: first.at };
}

function isOther(reading: Reading, { value, at }: Key): boolean {
  const source = reading.parse(at.path);
  if (!value || !source) return false;
  if (["string", "integer", "true", "list", "tuple"].includes(value.type)) return true;
  // `Settings` or an instance of it.
  const type = value.type === "call" ? value.childForFieldName("function")! : value;
  const isNamed = type.type === "identifier" || type.type === "attribute";
  const found = isNamed ? definitionOf(reading, source, type) : null;
  const holder = found?.name ? reading.parse(found.path) : null;
  const definition = found?.name && holder ? definitionNamed(holder.tree.rootNode, found.name) : null;
  const isMappingType = /\b(dict|\w*Dict|\w*Mapping)\b/.test(definition?.childForFieldName("superclasses")?.text ?? "");
  return definition?.type === "class_definition" && !(value.type === "call" && isMappingType);
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
  if (source.kind === "classes") return classKeys(reading, source.classes);
  return source.module ? moduleKeys(reading, source.module, 0) : [];
}

/** Keys that every class has which may be selected, inherited ones included. */
function classKeys(reading: Reading, classes: readonly SettingsClass[]): Key[] {
  const each = classes.map((item) =>
    lineage(reading, item).flatMap(({ source, node }) => assignedKeys(source, bodyOf(node))),
  );
  const [first = [], ...others] = each;
  return first.filter((key) => others.every((keys) => keys.some(({ name }) => name === key.name)));
}

/** A module's own names, those that it imports by name, and those of `from .base import *`. */
function moduleKeys(reading: Reading, source: SourceFile, depth: number): Key[] {
  const imported = importsOf(source).flatMap((item): Key[] => {
    if (item.node.parent?.type !== "module") return [];
    if (item.name !== "*")
      return [{ name: item.local, value: null, at: { path: source.path, line: lineOf(item.node) } }];
    const from = depth < 3 ? importedDefinition(reading, source, item) : null;
    const other = from && from.path !== source.path ? reading.parse(from.path) : null;
    return other ? moduleKeys(reading, other, depth + 1) : [];
  });
  return [...assignedKeys(source, statements(source.tree.rootNode)), ...imported];
}

function assignedKeys(source: SourceFile, body: readonly Node[]): Key[] {
  return body.flatMap((statement) => {
    const name = settingName(statement);
    const value = name ? (statements(statement)[0]?.childForFieldName("right") ?? null) : null;
    return name ? [{ name, value, at: { path: source.path, line: lineOf(statement) } }] : [];
  });
}
