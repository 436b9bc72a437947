import { type ImportedName, namesOf } from "./imports.ts";
import type { Edit, SourceFile } from "./source.ts";
import type { Node } from "./tree.ts";
import { indentAt, lineStart, nextLine, statements } from "./walk.ts";

/**
 * The edits that take imported names away which nothing but `removed` uses; of an import with other names these stay.
 *
 * @param removed - parts of the file that other edits delete or replace
 * @param everywhere - also `import x`, names with an alias, and imports inside functions
 */
export function dropImports(
  source: SourceFile,
  names: readonly string[],
  removed: readonly Edit[],
  { everywhere = false } = {},
): Edit[] {
  const isRemoved = (node: Node) => removed.some(({ start, end }) => start <= node.startIndex && node.endIndex <= end);
  const own = everywhere
    ? source.tree.rootNode.descendantsOfType(["import_from_statement", "import_statement"])
    : statements(source.tree.rootNode).filter(({ type }) => type === "import_from_statement");
  const used = new Set(
    source.tree.rootNode
      .descendantsOfType("identifier")
      .filter(
        (node) =>
          !isRemoved(node) && !own.some((one) => one.startIndex <= node.startIndex && node.endIndex <= one.endIndex),
      )
      .map(({ text }) => text),
  );
  const lines: Edit[] = [];
  const parts = own.flatMap((statement) => {
    const imported = namesOf(statement);
    const unused = imported.filter(
      ({ local, name }) => (everywhere || local === name) && names.includes(local) && !used.has(local),
    );
    if (unused.length === 0) return [];
    if (unused.length === imported.length) {
      lines.push(wholeLine(source, statement));
      return [];
    }
    const items = statement.childrenForFieldName("name");
    return unused.flatMap(({ local }) => {
      const at = items.findIndex((item) => (item.childForFieldName("alias") ?? item).text === local);
      if (at < 0) return [];
      const [before, item, after] = [items[at - 1], items[at]!, items[at + 1]];
      return after
        ? { start: item.startIndex, end: after.startIndex, text: "" }
        : { start: before!.endIndex, end: item.endIndex, text: "" };
    });
  });
  return [...parts, ...asGroups(source, lines)];
}

/**
 * The edits that take one name out of its import, used or not.
 *
 * @param instead - the statement that has the name's place inside a function; at module level it is for {@link placeImport}
 */
export function cutImport(source: SourceFile, { node, local }: ImportedName, instead: string): Edit[] {
  const items = node.childrenForFieldName("name");
  const isInside = node.parent?.type !== "module";
  if (items.length === 1 && isInside) return [{ start: node.startIndex, end: node.endIndex, text: instead }];
  if (items.length === 1) return asGroups(source, [wholeLine(source, node)]);
  const at = items.findIndex((item) => (item.childForFieldName("alias") ?? item).text === local);
  const [before, item, after] = [items[at - 1], items[at]!, items[at + 1]];
  const indent = indentAt(source.text, node.startIndex) ?? "";
  const added = isInside ? [{ start: node.startIndex, end: node.startIndex, text: `${instead}\n${indent}` }] : [];
  const cut = after
    ? { start: item.startIndex, end: after.startIndex }
    : { start: before!.endIndex, end: item.endIndex };
  return [...added, { ...cut, text: "" }];
}

function wholeLine({ text }: SourceFile, statement: Node): Edit {
  return { start: lineStart(text, statement.startIndex), end: nextLine(text, statement.endIndex), text: "" };
}

/** Lines in a row go with the blank line behind them where they were a group of their own. */
function asGroups({ text }: SourceFile, lines: readonly Edit[]): Edit[] {
  const groups: Edit[] = [];
  for (const line of [...lines].sort((a, b) => a.start - b.start)) {
    const last = groups.at(-1);
    if (last?.end === line.start) groups[groups.length - 1] = { ...last, end: line.end };
    else groups.push(line);
  }
  return groups.map((group) => {
    const isApart = group.start === 0 || /(^|\n)[ \t]*\r?\n$/.test(text.slice(0, group.start));
    const blank = /^[ \t]*\r?\n/.exec(text.slice(group.end))?.[0] ?? "";
    return { ...group, end: group.end + (isApart ? blank.length : 0) };
  });
}
