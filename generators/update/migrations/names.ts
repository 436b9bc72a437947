/** Which names generated files lose, and who uses them. */
import { importedNames, parseText, type SourceFile, statements } from "../../../lib/python/index.ts";
import { importedDefinition, importsOf, type Project } from "../../../lib/survey/index.ts";
import type { Use } from "./migration.ts";

/** By path: what a generated module binds at its top level now, and will not. */
export function goneNames(project: Project, texts: ReadonlyMap<string, string>): Map<string, ReadonlySet<string>> {
  const gone = new Map<string, ReadonlySet<string>>();
  for (const [path, text] of texts) {
    const before = project.read(path);
    if (!path.endsWith(".py") || !before) continue;
    const after = namesIn(text);
    const lost = [...namesIn(Buffer.from(before).toString("utf8"))].filter((name) => !after.has(name));
    if (lost.length > 0) gone.set(path, new Set(lost));
  }
  return gone;
}

function namesIn(text: string): Set<string> {
  const tree = parseText(text);
  const names = new Set(importedNames(tree.rootNode).map(({ local }) => local));
  for (const statement of statements(tree.rootNode)) {
    const definition =
      statement.type === "decorated_definition" ? statement.childForFieldName("definition") : statement;
    const assignment = statement.type === "expression_statement" ? statement.namedChildren[0] : null;
    const name = definition?.childForFieldName("name") ?? assignment?.childForFieldName("left");
    if (name?.type === "identifier") names.add(name.text);
  }
  tree.delete();
  return names;
}

/** Every place in a file that takes one of these names from its module. */
export function usesOf(project: Project, source: SourceFile, gone: ReadonlyMap<string, ReadonlySet<string>>): Use[] {
  return importsOf(source).flatMap((imported): Use[] => {
    const { name, module, node, local } = imported;
    const found = importedDefinition(project, source, imported);
    // A name that another module hands on is that one's to keep.
    const path = found?.path ?? "";
    const names = gone.get(path);
    if (!names) return [];
    const stem = path.replace(/^.*\/|\.py$/g, "");
    if (name !== null && names.has(name))
      return module.split(".").at(-1) === stem ? [{ source, path, name, at: node, imported }] : [];
    if (name === "*") {
      return source.tree.rootNode
        .descendantsOfType("identifier")
        .filter(({ text }) => names.has(text) && !importsOf(source).some((own) => own.local === text))
        .map((at) => ({ source, path, name: at.text, at, imported: null }));
    }
    // `import shop.celery_settings` binds `shop`.
    const isWhole = name === null && module.includes(".") && local === module.split(".")[0];
    const isModule = (object: string) => (isWhole ? object === module : object === local);
    return source.tree.rootNode
      .descendantsOfType("attribute")
      .filter(
        (attribute) =>
          names.has(attribute.childForFieldName("attribute")?.text ?? "") &&
          isModule(attribute.childForFieldName("object")?.text ?? ""),
      )
      .map((at) => ({ source, path, name: at.childForFieldName("attribute")!.text, at, imported: null }));
  });
}
