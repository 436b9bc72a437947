/** A value of an old integration as the application's file would write it. */
import type { Node, SourceFile } from "../../lib/python/index.ts";
import {
  assignedValue,
  type Definition,
  definitionNamed,
  enclosing,
  type FlaskApp,
  importedDefinition,
  importFor,
  type Project,
  placeOf,
} from "../../lib/survey/index.ts";
import { moduleFrom } from "../common/wiring.ts";
import { cantAdopt } from "./cant.ts";
import type { Entry } from "./statements.ts";

/** Python's own names that an expression may hold. */
const BUILTINS = new Set("int str float bool dict list tuple set max min len range sorted True False None".split(" "));

/** A setting, and where it is one of the names of a module or class. */
export type Named = Entry & { of?: { path: string; name: string | null; key: string } };

export function appName(app: FlaskApp): string {
  return app.inits[0]?.appName ?? "app";
}

/**
 * @param imports - gets the lines that the expression needs in the application's file
 * @throws UserError `adopt-uncertain` for a value that can't be written there
 */
export function expression(project: Project, app: FlaskApp, entry: Named, imports: Set<string>): string {
  const { value, source, of } = entry;
  if (of) return namedIn(project, app, entry, imports);
  if (/"""|'''|\\\n/.test(value.text) || value.descendantsOfType(["lambda", "await", "named_expression"]).length > 0)
    throw cantAdopt(source, value, "this value can't be moved for certain", "give it a name of the module first");
  const own = appName(app);
  const edits: { start: number; end: number; text: string }[] = [];
  for (const node of value.descendantsOfType("identifier")) {
    if (isMember(node) || isBound(value, node)) continue;
    const { text } = node;
    if (text === entry.appName && !isModuleName(source, text) && text !== own)
      edits.push({ start: node.startIndex, end: node.endIndex, text: own });
    if (text === entry.appName || BUILTINS.has(text)) continue;
    const local = localValue(source, node);
    if (local) {
      const inner = expression(project, app, { ...entry, value: local }, imports);
      const isPlain = ["string", "integer", "identifier", "call", "subscript", "attribute"].includes(local.type);
      edits.push({
        start: node.startIndex,
        end: node.endIndex,
        text: inText(source, node, isPlain ? inner : `(${inner})`),
      });
      continue;
    }
    const plain = plainValue(app, source, text);
    if (plain) {
      const inner = expression(project, app, { ...entry, value: plain }, imports);
      edits.push({ start: node.startIndex, end: node.endIndex, text: inText(source, node, inner) });
    } else bring(project, app, source, node, imports);
  }
  let text = value.text;
  for (const { start, end, text: other } of edits.sort((a, b) => b.start - a.start))
    text = text.slice(0, start - value.startIndex) + other + text.slice(end - value.startIndex);
  return dedented(text);
}

/** In an f-string, before Python 3.12, no quote of its own may stand in a brace. */
function inText(source: SourceFile, node: Node, text: string): string {
  let string: Node | null = node.parent;
  while (string && string.type !== "string") string = string.parent;
  if (!string) return text;
  const quote = /["']/.exec(string.text)![0];
  const other = quote === '"' ? "'" : '"';
  if (!text.includes(quote)) return text;
  if (text.includes(other) || text.includes("\\"))
    throw cantAdopt(
      source,
      node,
      "this value can't be written into the text",
      "give the whole text a name of the module",
    );
  return text.replaceAll(quote, other);
}

/**
 * The value of a constant in a module that the application's file does not import: that import might do more than bring the
 * constant, such as load the tasks with all that they need.
 */
function plainValue(app: FlaskApp, source: SourceFile, name: string): Node | null {
  if (source.path === app.file.path || importFor(source, name, Number.MAX_SAFE_INTEGER)) return null;
  const value = assignedValue(source.tree.rootNode, name);
  const isPlain =
    value &&
    (value.type === "string" ||
      value.type === "integer" ||
      /^os\.(environ(\.get\(|\[)|getenv\()[^()]*[)\]]$/.test(value.text));
  return isPlain ? value : null;
}

/** The value of a variable that the function around has given a value once. */
function localValue(source: SourceFile, node: Node): Node | null {
  const within = enclosing(node, "function_definition");
  if (!within || isModuleName(source, node.text)) return null;
  const assignments = within
    .descendantsOfType(["assignment", "augmented_assignment"])
    .filter((one) => one.childForFieldName("left")?.text === node.text);
  const [only] = assignments;
  return assignments.length === 1 && only!.type === "assignment" ? only!.childForFieldName("right") : null;
}

/** `Settings.broker_url`, `celeryconfig.broker_url` */
function namedIn(project: Project, app: FlaskApp, { value, source, of }: Named, imports: Set<string>): string {
  const { path, name, key } = of!;
  const { module } = placeOf(project, path);
  if (!module) throw cantAdopt(source, value, "this file can't be imported", "write Celery's settings out as a dict");
  if (path === app.file.path) return name ? `${name}.${key}` : key;
  if (name) {
    imports.add(`from ${moduleFrom(app, module)} import ${name}`);
    return `${name}.${key}`;
  }
  const cut = module.lastIndexOf(".");
  imports.add(
    cut < 0 ? `import ${module}` : `from ${moduleFrom(app, module.slice(0, cut))} import ${module.slice(cut + 1)}`,
  );
  return `${module.slice(cut + 1)}.${key}`;
}

/** A name that the value uses, for the application's file. */
function bring(project: Project, app: FlaskApp, source: SourceFile, node: Node, imports: Set<string>): void {
  const name = node.text;
  const imported = importFor(source, name, node.startIndex);
  const isHere = source.path === app.file.path;
  if (imported && imported.node.parent?.type === "module") {
    if (isHere) return;
    if (imported.name === "*")
      throw cantAdopt(source, node, `it is not seen where ${name} comes from`, "import it by name");
    const found: Definition | null = importedDefinition(project, source, imported);
    imports.add(importLine(project, app, imported, found));
    return;
  }
  if (placeOf(project, source.path).importRoot !== app.importRoot)
    throw cantAdopt(source, node, `${name} is in a module that the application can't import`, "write the value out");
  if (!isModuleName(source, name))
    throw cantAdopt(source, node, `${name} is known only in this function`, "give it a name of the module first");
  if (isHere) {
    const at = assignedValue(source.tree.rootNode, name) ?? definitionNamed(source.tree.rootNode, name);
    if (
      app.kind === "module" &&
      at &&
      at.startIndex > Math.max(...app.inits.map(({ offset }) => offset), node.startIndex)
    )
      throw cantAdopt(source, node, `${name} is defined further down`, "move it above the application");
    return;
  }
  const { module } = placeOf(project, source.path);
  imports.add(`from ${moduleFrom(app, module)} import ${name}`);
}

function importLine(
  project: Project,
  app: FlaskApp,
  { module, name, local, level }: NonNullable<ReturnType<typeof importFor>>,
  found: Definition | null,
): string {
  const as = (own: string) => (own === local ? "" : ` as ${local}`);
  if (!found || level === 0) return name ? `from ${module} import ${name}${as(name)}` : `import ${module}${as(module)}`;
  const from = placeOf(project, found.path).module;
  if (found.name) return `from ${moduleFrom(app, from)} import ${found.name}${as(found.name)}`;
  const cut = from.lastIndexOf(".");
  const last = from.slice(cut + 1);
  return cut < 0
    ? `import ${last}${as(last)}`
    : `from ${moduleFrom(app, from.slice(0, cut))} import ${last}${as(last)}`;
}

function isModuleName(source: SourceFile, name: string): boolean {
  const root = source.tree.rootNode;
  return assignedValue(root, name) !== null || definitionNamed(root, name) !== null;
}

/** The name behind a dot, or of a keyword. */
function isMember({ parent, id }: Node): boolean {
  if (parent?.type === "attribute") return parent.childForFieldName("attribute")?.id === id;
  return parent?.type === "keyword_argument" && parent.childForFieldName("name")?.id === id;
}

/** The variable of a comprehension in the value itself. */
function isBound(value: Node, node: Node): boolean {
  return value.descendantsOfType("for_in_clause").some((clause) =>
    clause
      .childForFieldName("left")
      ?.descendantsOfType("identifier")
      .some(({ text }) => text === node.text),
  );
}

/** Lines behind the first one keep only what they are indented by among themselves. */
function dedented(text: string): string {
  const [first = "", ...rest] = text.split(/\r?\n/);
  const depth = Math.min(...rest.filter((line) => line.trim()).map((line) => /^[ \t]*/.exec(line)![0].length));
  const isClosed = /^[)\]}]/.test(rest.at(-1)?.trim() ?? "");
  return [first, ...rest.map((line) => (isClosed ? "" : "    ") + line.slice(Math.min(depth, line.length)))].join("\n");
}
