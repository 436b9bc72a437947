import {
  lineOf,
  type Node,
  nextLine,
  opensScope,
  type SourceFile,
  statements,
  undecorated,
  walk,
} from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { resolveImport } from "../names/modules.ts";
import type { Values } from "../names/values.ts";
import type { InitPoint } from "../project.ts";
import type { Reading } from "../reading.ts";
import type { Env } from "./body-flow.ts";
import type { Candidate, Problem } from "./candidates.ts";

/** Module-level applications of a file: `app = Flask(__name__)`, under any name. */
export function moduleAppsOf(source: SourceFile, values: Values, reading: Reading): Candidate[] {
  if (!values.handing.isNamedIn(source.text)) return [];
  const body = statements(source.tree.rootNode);
  const before: Env[] = [];
  const judge = values.judge(source);
  const builders = new Map<string, Node>();
  const top = new Map(body.map((node, index) => [node.id, index]));
  const flow = values.followModule(source, (statement, env) => {
    const index = top.get(statement.id);
    if (index !== undefined) before[index] = env;
    const assignment = statement.type === "expression_statement" ? statements(statement)[0] : undefined;
    for (const [target, callee] of constructions(assignment)) {
      if (judge.expression(callee, env) === "class" && !builders.has(target.text)) builders.set(target.text, target);
    }
  });
  const ends = body.map((_, index) => before[index + 1] ?? (index === body.length - 1 ? flow.end : null) ?? new Map());
  return [...builders].map(([name, target]) => {
    const index = body.findIndex((node) => node.startIndex <= target.startIndex && target.endIndex <= node.endIndex);
    const shared = { kind: "module" as const, source, name, definition: null, line: lineOf(target), returnsApp: true };
    if (isMainGuard(body[index]!)) return { ...shared, inits: [], problem: underMain(name, target) };
    const first = ends.findIndex((env, at) => at >= index && env.get(name) === "flask");
    if (first < 0) return { ...shared, inits: [], problem: unclear(name, target) };
    let last = first;
    while (last + 1 < body.length && ends[last + 1]?.get(name) === "flask") last++;
    const isOwnImport = (node: Node) => importsProject(source, node, values, reading);
    const configures = (node: Node) => importsConfiguration(source, node, name, values, reading);
    const place = first + lastConfiguring(body.slice(first, last + 1), name, isOwnImport, configures);
    return { ...shared, inits: [initBehind(source, body, place, name)], problem: null };
  });
}

/** `app = X(...)`, `app = application = X(...)`: the targets with what is called. */
function constructions(assignment: Node | undefined): [Node, Node][] {
  const targets: Node[] = [];
  let node: Node | null | undefined = assignment;
  while (node?.type === "assignment") {
    const left = node.childForFieldName("left");
    if (left?.type === "identifier") targets.push(left);
    node = node.childForFieldName("right");
  }
  const callee = node?.type === "call" ? node.childForFieldName("function") : null;
  return callee ? targets.map((target) => [target, callee]) : [];
}

/**
 * The statement behind which the app counts as configured: the last one that sets its configuration, or that hands it to
 * an extension, before the project's own modules are imported at the bottom and blueprints are registered.
 *
 * @param body - statements from the one that makes the app to the last one where the name still holds it
 * @returns an index into `body`
 */
function lastConfiguring(
  body: readonly Node[],
  name: string,
  isOwnImport: (node: Node) => boolean,
  configures: (node: Node) => boolean,
): number {
  let place = 0;
  let stopped = false;
  for (const [index, node] of body.entries()) {
    if (index === 0) continue;
    if (isMainGuard(node) || opensScope(undecorated(node))) {
      stopped ||= node.type === "decorated_definition";
      continue;
    }
    if (configures(node)) {
      place = index;
      continue;
    }
    if (isOwnImport(node) || registers(node, name)) stopped = true;
    if (setsConfiguration(node, name) || (!stopped && usesApp(node, name))) place = index;
  }
  return place;
}

/** `app.config[...] = `, `app.config.from_object(...)`, `app.secret_key = `, also inside if/with/try. */
function setsConfiguration(node: Node, name: string): boolean {
  return some(node, (inner) => {
    const target = inner.type === "assignment" ? inner.childForFieldName("left") : inner.type === "call" ? inner : null;
    const text = target?.text ?? "";
    return text.startsWith(`${name}.config`) || (inner.type === "assignment" && text.startsWith(`${name}.`));
  });
}

/** An extension that gets the app, or a call on it: `CORS(app)`, `db.init_app(app)`, `app.jinja_env.…`. */
function usesApp(node: Node, name: string): boolean {
  return some(node, (inner) => inner.type === "identifier" && inner.text === name);
}

function registers(node: Node, name: string): boolean {
  return some(node, (inner) => {
    const callee = inner.type === "call" ? (inner.childForFieldName("function")?.text ?? "") : "";
    return (
      [`${name}.register_blueprint`, `${name}.add_url_rule`, `${name}.run`].includes(callee) ||
      /\.(register_blueprint|add_namespace)$/.test(callee)
    );
  });
}

/** `import shop.config`, a module that takes the app from here and configures it. */
function importsConfiguration(source: SourceFile, node: Node, name: string, values: Values, reading: Reading): boolean {
  if (!node.type.startsWith("import")) return false;
  const place = values.place(source.path);
  return importsOf(source).some((item) => {
    if (item.node.id !== node.id) return false;
    const path = resolveImport(place, item, reading.pathSet);
    const imported = path && path !== source.path ? reading.parse(path) : null;
    return (
      imported !== null &&
      new RegExp(`(^|[^\\w.])${name}\\.config\\b`).test(imported.text) &&
      statements(imported.tree.rootNode).some((statement) => setsConfiguration(statement, name))
    );
  });
}

function importsProject(source: SourceFile, node: Node, values: Values, reading: Reading): boolean {
  if (!node.type.startsWith("import")) return false;
  const place = values.place(source.path);
  return importsOf(source).some(
    (item) => item.node.id === node.id && resolveImport(place, item, reading.pathSet) !== null,
  );
}

function initBehind(source: SourceFile, body: readonly Node[], index: number, appName: string): InitPoint {
  const node = body[index]!;
  const next = body[index + 1];
  // `app = Flask(__name__); app.debug = True`: the next statement shares the line.
  const sharesLine = next !== undefined && next.startPosition.row === node.endPosition.row;
  if (sharesLine) return { offset: next.startIndex, indent: "", appName, line: lineOf(next), inline: true };
  const offset = nextLine(source.text, node.endIndex);
  return { offset, indent: "", appName, line: node.endPosition.row + 2, inline: false };
}

/** `if __name__ == "__main__":` */
export function isMainGuard(node: Node): boolean {
  return (
    node.type === "if_statement" &&
    /^__name__\s*==|==\s*__name__$/.test(node.childForFieldName("condition")?.text ?? "")
  );
}

function underMain(name: string, target: Node): Problem {
  return {
    code: "app-under-main",
    line: lineOf(target),
    indent: "    ",
    appName: name,
    why: 'the application exists only under `if __name__ == "__main__"`, so a worker, which imports the module, would find none',
    fix: "move the application out of that block to the module's top level, or into an application factory, and run the command again",
  };
}

function unclear(name: string, target: Node): Problem {
  const lineIndent = " ".repeat(target.startPosition.column);
  return {
    code: "app-unclear",
    line: lineOf(target),
    indent: lineIndent,
    appName: name,
    why: `"${name}" is not certain to hold the Flask application behind this line: it is set differently on some path`,
    fix: "paste the call where the variable holds the Flask application",
  };
}

function some(node: Node, test: (node: Node) => boolean): boolean {
  let found = false;
  walk(node, (inner) => {
    found ||= test(inner);
    return !found && !opensScope(inner);
  });
  return found;
}
