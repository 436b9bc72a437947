import { type ImportedName, namesOf } from "./imports.ts";
import { parseText } from "./parser.ts";
import { type PlacingImports, placeImports, placeName } from "./place-import.ts";
import type { Edit, SourceFile } from "./source.ts";
import type { Node } from "./tree.ts";
import { statements } from "./walk.ts";

/**
 * The edits that give a file the imports of another text: names that it has stay as they are, a name of a module that it
 * imports from already joins that line, everything else becomes a line behind the first import block.
 *
 * @param wanted - Python text of import statements
 */
export function mergeImports(source: SourceFile, wanted: string, ways: PlacingImports): Edit[] {
  const tree = parseText(wanted);
  const own = statements(source.tree.rootNode).filter((node) => node.type.startsWith("import_"));
  const known = own.flatMap(namesOf);
  const joined: Edit[] = [];
  const placed: string[] = [];
  for (const statement of statements(tree.rootNode)) {
    const missing = namesOf(statement).filter(
      (item) =>
        !known.some((have) => have.local === item.local && have.module === item.module && have.level === item.level),
    );
    if (missing.length === 0) continue;
    const [first] = missing;
    const home = own.find(
      (node) =>
        node.type === "import_from_statement" &&
        first?.name &&
        namesOf(node).some((have) => have.name !== "*" && have.module === first.module && have.level === first.level),
    );
    if (home && first?.name) joined.push(...missing.map((item) => addName(home, item)));
    else placed.push(missing.length === namesOf(statement).length ? statement.text : rewrite(statement.text, missing));
  }
  tree.delete();
  // Both may be at one offset, the end of a file without a final newline: a name belongs to the line before it.
  return [...joined, ...placeImports(source, placed, ways)];
}

/** `from x import a, c` gets `b` between the two when it is sorted. */
function addName(home: Node, { name, local }: ImportedName): Edit {
  const items = home.childrenForFieldName("name");
  const text = name === local ? local : `${name} as ${local}`;
  const at = placeName(
    items.map((item) => item.text),
    text,
  );
  const next = items[at];
  // A line of its own only inside brackets: behind a backslash the statement would end there.
  const isTall = home.startPosition.row !== home.endPosition.row && home.children.some((child) => child?.type === "(");
  const gap = (item: Node) => (isTall ? `\n${" ".repeat(item.startPosition.column)}` : " ");
  if (next) return { start: next.startIndex, end: next.startIndex, text: `${text},${gap(next)}` };
  const last = items.at(-1)!;
  return { start: last.endIndex, end: last.endIndex, text: `,${gap(last)}${text}` };
}

function rewrite(text: string, names: readonly { name: string | null; local: string }[]): string {
  const head = /^from\s+\S+\s+import\s+/.exec(text)?.[0];
  return head
    ? head + names.map(({ name, local }) => (name === local ? name : `${name} as ${local}`)).join(", ")
    : text;
}
