import { callArguments, type Node, type SourceFile } from "../../python/index.ts";
import { assignedValue, definitionOf } from "../names/lookup.ts";
import type { Reading } from "../reading.ts";
import type { Registration } from "./registered.ts";

/** A variable part of a URL: `<int:org_id>`. */
export interface UrlVariable {
  name: string;
  /** Name of the converter; "string" where none is written. */
  converter: string;
}

/** A blueprint as far as its prefix goes. */
export interface Prefixed {
  source: SourceFile;
  /** The constructor. */
  call: Node;
  registration: Registration | null;
}

/**
 * The variable parts that a blueprint's routes get from prefixes: its own or the one it is registered with, and those of the
 * blueprints that it is registered on. Null where a prefix is not written where it can be read.
 *
 * @see https://flask.palletsprojects.com/en/stable/blueprints/#nesting-blueprints
 * @param known - `path:variable` → every blueprint
 */
export function prefixVariables(
  reading: Reading,
  one: Prefixed,
  known: ReadonlyMap<string, Prefixed>,
  depth = 0,
): UrlVariable[] | null {
  const { registration } = one;
  const given = registration && prefixOf(registration.call);
  const own = given ? { source: registration.source, node: given } : { source: one.source, node: prefixOf(one.call) };
  const text = own.node ? prefixText(reading, own.source, own.node) : "";
  if (text === null) return null;
  const parent = registration && depth < 4 ? parentOf(reading, registration, known) : null;
  const above = parent ? prefixVariables(reading, parent, known, depth + 1) : [];
  return above && [...above, ...urlVariables(text)];
}

/** The variable parts of a rule, or of the Python expression that one is written in. */
export function urlVariables(text: string): UrlVariable[] {
  return [...text.matchAll(/<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>/g)].map(([, converter = "string", name = ""]) => ({
    name,
    converter,
  }));
}

function prefixOf(call: Node): Node | null {
  const { keywords } = callArguments(call);
  return keywords.get("url_prefix") ?? keywords.get("path") ?? null;
}

/** What is written, placeholders of f-strings included; a constant's value. */
function prefixText(reading: Reading, source: SourceFile, node: Node): string | null {
  if (["string", "concatenated_string", "none"].includes(node.type)) return node.text;
  if (node.type === "binary_operator") {
    const parts = [node.childForFieldName("left"), node.childForFieldName("right")];
    const texts = parts.map((part) => part && prefixText(reading, source, part));
    return texts.includes(null) ? null : texts.join("");
  }
  const found = definitionOf(reading, source, node);
  const holder = found?.name ? reading.parse(found.path) : null;
  const value = holder && assignedValue(holder.tree.rootNode, found!.name!);
  return value && ["string", "concatenated_string"].includes(value.type) ? value.text : null;
}

/** What a blueprint is registered on, where that is a blueprint too, or an Api that was made for one. */
function parentOf(
  reading: Reading,
  { source, call }: Registration,
  known: ReadonlyMap<string, Prefixed>,
): Prefixed | null {
  const object = call.childForFieldName("function")?.childForFieldName("object");
  // Made in the same function, or at the top level of some file.
  const local = object && known.get(`${source.path}:${object.text}`);
  if (local) return local;
  const found = object && definitionOf(reading, source, object);
  if (!found?.name) return null;
  const blueprint = known.get(`${found.path}:${found.name}`);
  if (blueprint) return blueprint;
  const holder = reading.parse(found.path);
  const made = holder && assignedValue(holder.tree.rootNode, found.name);
  const base = made?.type === "call" ? callArguments(made).positional[0] : null;
  const below = base && definitionOf(reading, holder!, base);
  return below ? (known.get(`${below.path}:${below.name}`) ?? null) : null;
}
