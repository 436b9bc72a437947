/** Hierarchies of settings classes. */
import { type Node, statements, undecorated } from "../../python/index.ts";
import { bodyOf, definitionNamed, definitionOf, nameOf } from "../names/lookup.ts";
import type { Reading } from "../reading.ts";
import type { SettingsClass } from "./sources.ts";

/** The class at the root of the hierarchy of every selected one; null unless there is one for certain. */
export function commonBase(
  reading: Reading,
  classes: readonly SettingsClass[],
  selected: boolean,
): SettingsClass | null {
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
  const above = baseClass(reading, item, bases[0]!);
  return above && rootOf(reading, above, depth + 1);
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

/** A base class that is the project's own. */
function baseClass(reading: Reading, item: SettingsClass, base: Node): SettingsClass | null {
  const found = definitionOf(reading, item.source, base);
  const source = found?.name ? reading.parse(found.path) : null;
  const node = found?.name && source ? definitionNamed(source.tree.rootNode, found.name) : null;
  return source && node?.type === "class_definition" ? { source, node, name: nameOf(node) } : null;
}

/** A class and all classes of the project that it inherits from. */
export function lineage(reading: Reading, item: SettingsClass, depth = 0): SettingsClass[] {
  const list = item.node.childForFieldName("superclasses");
  const bases = list && depth < 8 ? statements(list) : [];
  return [
    item,
    ...bases.flatMap((base) => {
      const above = baseClass(reading, item, base);
      return above ? lineage(reading, above, depth + 1) : [];
    }),
  ];
}

/** `NAME` of a statement `NAME = value` with an upper-case name. */
export function settingName(statement: Node): string | null {
  const assignment = statement.type === "expression_statement" ? statements(statement)[0] : null;
  const left = assignment?.type === "assignment" ? assignment.childForFieldName("left") : null;
  return left?.type === "identifier" && /^[A-Z][A-Z0-9_]*$/.test(left.text) ? left.text : null;
}
