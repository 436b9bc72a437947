import { type Edit, type Node, type SourceFile, statements, stringValue } from "../../../lib/python/index.ts";
import { assignedValue, type FlaskApp, importsOf, type Project, placeOf } from "../../../lib/survey/index.ts";
import { cantAdopt, uncertain } from "../cant.ts";
import { commandLines } from "../commands.ts";
import type { Draft, Rule } from "../draft.ts";
import type { Old } from "../integration.ts";
import { removeStatements } from "../removal.ts";

const oneObject: Rule = {
  name: "one-object",
  why: "what made or configured the old object is done by celery_init_app",
};

export function removeOld(app: FlaskApp, draft: Draft, { removed, imports }: Old, place: number): readonly Edit[] {
  let gone: readonly Edit[] = [];
  for (const { source, local } of imports) draft.dropImport(source, local);
  const outer = removed.filter(
    ({ node, source }) =>
      !removed.some((one) => one.source === source && one.node !== node && isInside(one.node, node)),
  );
  for (const source of new Set(outer.map((one) => one.source))) {
    const nodes = outer.filter((one) => one.source === source).map(({ node }) => node);
    removeFromAll(draft, source, nodes);
    for (const node of nodes) {
      checkBlock(source, node, nodes);
      draft.dropImport(source, ...node.descendantsOfType("identifier").map(({ text }) => text));
      draft.edit(oneObject, source, node);
    }
    const edits = removeStatements(source, nodes, source === app.file ? place : -1);
    if (source === app.file) gone = edits;
    draft.edit(oneObject, source, nodes[0]!, ...edits);
  }
  return gone;
}

/** `__all__` names what there is. */
function removeFromAll(draft: Draft, source: SourceFile, nodes: readonly Node[]): void {
  const names = new Set(nodes.map((node) => definedName(node)));
  const list = assignedValue(source.tree.rootNode, "__all__");
  const items = list ? statements(list) : [];
  for (const [at, item] of items.entries()) {
    if (!names.has(stringValue(item) ?? "")) continue;
    const [before, after] = [items[at - 1], items[at + 1]];
    const edit = after
      ? { start: item.startIndex, end: after.startIndex, text: "" }
      : {
          start: before && !names.has(stringValue(before) ?? "") ? before.endIndex : item.startIndex,
          end: item.endIndex,
          text: "",
        };
    draft.edit(oneObject, source, item, edit);
  }
}

/** The name that a statement gives to what it makes. */
function definedName(node: Node): string {
  return node.childForFieldName("name")?.text ?? /^(\w+)\s*=/.exec(node.text)?.[1] ?? "";
}

/** A block that loses all its statements would be none. */
function checkBlock(source: SourceFile, node: Node, gone: readonly Node[]): void {
  const block = node.parent?.type === "decorated_definition" ? node.parent.parent : node.parent;
  if (block?.type !== "block" || statements(block).some((statement) => !gone.includes(statement))) return;
  throw cantAdopt(
    source,
    node,
    "nothing would be left of the block that this stands in",
    "move this out of it, and run the command again",
  );
}

function isInside(outer: Node, inner: Node): boolean {
  for (let at = inner.parent; at; at = at.parent) if (at === outer) return true;
  return false;
}

/** @throws UserError `adopt-uncertain` where something still asks for the name that has gone */
export function checkImports(planned: Project, { imports, entryFiles }: Old): void {
  for (const { source, local } of imports) {
    if (entryFiles.some((one) => one.source === source)) continue;
    const now = planned.parse(source.path)!;
    const left = importsOf(now).find((item) => item.local === local && item.module !== "celery");
    if (left)
      throw cantAdopt(
        now,
        left.node,
        `${local} would be there no more`,
        "use celery.current_app in its place, and run the command again",
      );
  }
}

/**
 * A name that is looked up by a text, as extensions and servers do, is not seen by reading imports.
 *
 * @throws UserError `adopt-uncertain`
 */
export function checkTexts(project: Project, { removed }: Old): void {
  const gone = removed.flatMap(({ source, node }) => {
    const name = definedName(node);
    const { module } = placeOf(project, source.path);
    return name && module ? [`${module}.${name}`, `${module}:${name}`] : [];
  });
  for (const path of project.paths) {
    if (!/\.(py|toml|ya?ml|json|ini|cfg)$/.test(path) || isCompose(path)) continue;
    const text = Buffer.from(project.read(path) ?? []).toString("utf8");
    const [open, close] = path.endsWith(".py") ? [`["']`, `["'.:]`] : [`["'\\s=]`, `["'\\s]`];
    const found = gone.find((dotted) => new RegExp(`${open}${dotted.replaceAll(".", "\\.")}${close}`).test(text));
    if (!found || commandLines(project).some((one) => one.path === path)) continue;
    throw uncertain(
      `${path}: ${found} is looked up by its name from here`,
      "remove that line when nothing else needs it, and run the command again",
    );
  }
}

function isCompose(path: string): boolean {
  return /(^|\/)(docker-)?compose[\w.-]*\.ya?ml$/.test(path);
}
