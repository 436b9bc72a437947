import { type ImportedName, type IsHome, importBlock, importPoint, lastOfLine, namesOf } from "./imports.ts";
import { parseText } from "./parser.ts";
import type { Edit, SourceFile } from "./source.ts";
import { insertLines } from "./splice.ts";
import { STANDARD } from "./standard.ts";
import type { Node } from "./tree.ts";
import { nextLine, statements } from "./walk.ts";

/** What the place of a new import depends on. */
export interface PlacingImports {
  /** Whether an import shows the block that a new one joins. */
  isHome: IsHome;
  /** Whether an absolute import takes from the project itself; relative ones always do. */
  isOwn?: (item: ImportedName) => boolean;
}

/**
 * Inserts an import line where a reader would look for it: among its like in the import block, at its place where
 * those are sorted (as isort and ruff sort), else behind them. Without its like it becomes a group of its own.
 *
 * @param line - one import statement without a line end
 */
export function placeImport(source: SourceFile, line: string, ways: PlacingImports): Edit {
  return placeImports(source, [line], ways)[0]!;
}

/** The same for several: those without their like that are of one kind become one group. */
export function placeImports(source: SourceFile, lines: readonly string[], ways: PlacingImports): Edit[] {
  const { isHome, isOwn = () => false } = ways;
  const groups = importGroups(source, isHome);
  const apart = new Map<Described["kind"], string[]>();
  const edits: Edit[] = [];
  for (const line of lines) {
    const tree = parseText(line);
    const wanted = sortKey(statements(tree.rootNode)[0]!, isOwn);
    tree.delete();
    const like = groups
      .map((group) => group.filter((node) => sortKey(node, isOwn).kind === wanted.kind))
      .findLast((nodes) => nodes.length > 0);
    if (!like) {
      apart.set(wanted.kind, [...(apart.get(wanted.kind) ?? []), line]);
      continue;
    }
    const keys = like.map((node) => sortKey(node, isOwn).key);
    const isSorted = keys.every((key, index) => index === 0 || keys[index - 1]! <= key);
    const later = isSorted ? like.find((node) => sortKey(node, isOwn).key > wanted.key) : undefined;
    const behind = () => nextLine(source.text, lastOfLine(source, like.at(-1)!).endIndex);
    edits.push(insertLines(source, later ? later.startIndex : behind(), `${line}\n`));
  }
  for (const [kind, own] of apart) {
    const rank = (node: Node) => SECTIONS.indexOf(sortKey(node, isOwn).kind);
    const next = groups.find((group) => group.every((node) => rank(node) > SECTIONS.indexOf(kind)));
    const text = own.join("\n");
    if (next) edits.push(insertLines(source, next[0]!.startIndex, `${text}\n\n`));
    else
      edits.push(insertLines(source, importPoint(source, isHome).offset, `${groups.length > 0 ? "\n" : ""}${text}\n`));
  }
  return edits;
}

/** Where a name goes in a list of imported names: at its place where they are sorted, else last. */
export function placeName(names: readonly string[], name: string): number {
  const keys = names.map(nameKey);
  const isSorted = keys.every((key, index) => index === 0 || keys[index - 1]! <= key);
  const at = isSorted ? keys.findIndex((key) => key > nameKey(name)) : -1;
  return at < 0 ? names.length : at;
}

/** isort's order-by-type: CONSTANTS, Classes, then everything else. */
function nameKey(name: string): string {
  const type = /^[A-Z][A-Z0-9_]+$/.test(name) ? 0 : /^[A-Z]/.test(name) ? 1 : 2;
  return `${type}${name.toLowerCase()}`;
}

/** The groups that PEP 8 asks for, in their order; isort and ruff put relative imports last. */
const SECTIONS = ["standard", "foreign", "own", "relative"] as const;

interface Described {
  kind: (typeof SECTIONS)[number];
  key: string;
}

function sortKey(node: Node, isOwn: (item: ImportedName) => boolean): Described {
  const item = namesOf(node)[0];
  if (!item) return { kind: "foreign", key: "" };
  // More dots come first.
  const dots = item.level > 0 ? String.fromCharCode(200 - item.level) : "";
  const key = `${item.name === null ? 0 : 1}${dots}${item.module.toLowerCase()}`;
  const isStandard = STANDARD.has(item.module.split(".")[0]!);
  return { kind: item.level > 0 ? "relative" : isOwn(item) ? "own" : isStandard ? "standard" : "foreign", key };
}

/** The statements of the import block, divided where a blank line stands between them. */
function importGroups(source: SourceFile, isHome: IsHome): Node[][] {
  const groups: Node[][] = [];
  for (const node of importBlock(source, isHome)) {
    if (node.type === "future_import_statement") continue;
    const last = groups.at(-1)?.at(-1);
    const isApart = !last || /\n[ \t]*\r?\n|\r[ \t]*\r/.test(source.text.slice(last.endIndex, node.startIndex));
    if (isApart) groups.push([node]);
    else groups.at(-1)!.push(node);
  }
  return groups;
}
