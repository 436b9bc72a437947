/**
 * The project's own entry as a module that hands out the application. Importing it is certain where repeating its call is not:
 * it is the web's own way.
 */
import { lineOf, type Node, opensScope, type SourceFile, statements, undecorated, walk } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { resolveImport } from "../names/modules.ts";
import type { Values } from "../names/values.ts";
import type { EntryCall, Location } from "../project.ts";
import type { Reading } from "../reading.ts";
import { isMainGuard } from "./module-app.ts";

/** What is done on the application of the web that no worker needs, and that leaves it as it is. */
const NEUTRAL = /^(run|cli|logger|app_context|test_request_context|shell_context_processor|wsgi_app|extensions|name)$/;
/** Calls that do not come back. */
const SERVES = /(^|\.)(run|run_simple|run_app|run_server|serve|serve_forever|serve_http|start_server|main)$/;

/** A variable at a module's top level. */
interface ModuleVariable {
  source: SourceFile;
  name: string;
  /** Whether it is known to hold the application; read from its module when left out. */
  isProven?: boolean;
}

/**
 * An import of the module-level variable, as the worker's entry writes it.
 *
 * @param importRoot - folder on sys.path where the worker's entry will stand
 * @returns a text that says why that can't be
 */
export function importVariable(
  { source, name, isProven }: ModuleVariable,
  from: Location,
  { importRoot, values }: { importRoot: string; values: Values },
): EntryCall | string {
  const place = values.place(source.path);
  if (place.importRoot !== importRoot || !/^[A-Za-z_][\w.]*$/.test(place.module))
    return `${source.path} can't be imported where the worker is started`;
  const serving = servingCall(source);
  if (serving) return `${source.path}:${lineOf(serving)} starts a server when it is imported`;
  if (!(isProven ?? values.module(source.path).get(name) === "flask"))
    return `"${name}" of ${source.path} is not certain to be the Flask application`;
  return { imports: [`from ${place.module} import ${name}`], call: name, returnsApp: true, from };
}

/** A call at a module's top level, outside `if __name__ == "__main__"`, that serves; null when there is none. */
export function servingCall(source: SourceFile): Node | null {
  let found: Node | null = null;
  for (const statement of statements(source.tree.rootNode)) {
    if (isMainGuard(statement)) continue;
    walk(statement, (node) => {
      if (opensScope(node)) return false;
      if (node.type === "call" && SERVES.test(node.childForFieldName("function")?.text ?? "")) found ??= node;
      return found === null;
    });
  }
  return found;
}

/** The variable to which a call's value goes at a module's top level, however deep in `try` or `if`; null elsewhere. */
export function moduleVariable(call: Node): string | null {
  let left: Node | null = null;
  for (let at: Node | null = call; at; at = at.parent) {
    if (opensScope(at) || isMainGuard(at)) return null;
    if (at.type === "assignment" && !left) left = at.childForFieldName("left");
  }
  return left?.type === "identifier" ? left.text : null;
}

/** The first statement behind an offset that goes on with the application: settings, blueprints, extensions. */
export function goesOn(
  { source, name, behind }: ModuleVariable & { behind: number },
  { values, reading }: { values: Values; reading: Reading },
): Node | null {
  const place = values.place(source.path);
  const own = importsOf(source).filter((item) => resolveImport(place, item, reading.pathSet) !== null);
  const names = new Set([name]);
  for (const statement of statements(source.tree.rootNode)) {
    if (statement.startIndex < behind || isMainGuard(statement)) continue;
    if (own.some(({ node }) => node.id === statement.id)) return statement;
    const inner = undecorated(statement);
    const alias = aliasIn(statement, names);
    if (alias) names.add(alias);
    const looked = opensScope(inner) ? statement.namedChildren.filter((child) => child.id !== inner.id) : [statement];
    if (looked.some((node) => [...names].some((each) => touches(node, each)))) return statement;
  }
  return null;
}

/** `application = app`: the same object has another name from here. */
function aliasIn(statement: Node, names: ReadonlySet<string>): string | null {
  const assignment = statement.type === "expression_statement" ? statements(statement)[0] : undefined;
  const left = assignment?.childForFieldName("left");
  const right = assignment?.childForFieldName("right");
  return left?.type === "identifier" && right && names.has(right.text) ? left.text : null;
}

function touches(node: Node, name: string): boolean {
  let found = false;
  walk(node, (inner) => {
    if (inner.type !== "identifier" || inner.text !== name) return !found;
    const { parent } = inner;
    const attribute = parent?.type === "attribute" ? parent.childForFieldName("attribute") : null;
    if (parent?.type === "attribute" && attribute?.id === inner.id) return true;
    if (parent?.type === "keyword_argument" && parent.childForFieldName("name")?.id === inner.id) return true;
    // `application = app`
    const isAlias = parent?.type === "assignment";
    found ||= !isAlias && !(attribute && NEUTRAL.test(attribute.text));
    return true;
  });
  return found;
}
