import { callArguments, type Node, type SourceFile, statements, stringValue, undecorated } from "../../python/index.ts";
import { applicationSources, bodyOf, definitionNamed, definitionOf, nameOf } from "../names/lookup.ts";
import { parameters } from "../names/signatures.ts";
import type { Blueprint } from "../project.ts";
import type { Reading } from "../reading.ts";
import { urlVariables } from "./prefix.ts";

/** A route of a blueprint as it is written: one method of one view. */
export interface Route {
  source: SourceFile;
  /** The statement at the file's top level that makes it. */
  statement: Node;
  /** The function that answers. */
  view: Node;
  /** Name of the blueprint in that file. */
  variable: string;
  /** Whether it answers POST, PUT, PATCH or DELETE. */
  changes: boolean;
  /** What decorates the view (or what it is wrapped in), but for the blueprint's own decorators. */
  decorators: readonly Node[];
  /** Parameters of the view that its own rule does not name. */
  extra: readonly string[];
}

const ROUTE = /^(route|get|post|put|patch|delete)$/;
const METHOD = /^(get|post|put|patch|delete)$/;

/** Every route of a blueprint that a decorator or `add_url_rule` makes at the top level of a file. */
export function routesOf(reading: Reading, blueprint: Blueprint): Route[] {
  const isOurs = (source: SourceFile, node: Node | null) => {
    const found = node && definitionOf(reading, source, node);
    return found?.path === blueprint.path && found.name === blueprint.variable;
  };
  const home = blueprint.path;
  const sources = applicationSources(reading);
  return sources
    .filter(({ path, text }) => text.includes(path === home ? blueprint.variable : "import"))
    .flatMap((source) => routesIn(source, (node) => isOurs(source, node)));
}

function routesIn(source: SourceFile, isOurs: (node: Node | null) => boolean): Route[] {
  return statements(source.tree.rootNode).flatMap((statement): Route[] => {
    if (statement.type === "decorated_definition") return decorated(source, statement, isOurs);
    const call = statement.type === "expression_statement" ? statement.namedChildren[0] : null;
    const callee = call?.type === "call" ? call.childForFieldName("function") : null;
    const isRule = callee?.childForFieldName("attribute")?.text === "add_url_rule";
    const object = callee?.childForFieldName("object") ?? null;
    return isRule && isOurs(object) ? added(source, statement, call!, object!.text) : [];
  });
}

/** `@bp.post("/x")` above a function, `@ns.route("/x")` above a class of views. */
function decorated(source: SourceFile, statement: Node, isOurs: (node: Node | null) => boolean): Route[] {
  const expressions = statement.namedChildren.flatMap((node) => (node?.type === "decorator" ? statements(node) : []));
  const owner = (node: Node) => calleeOf(node).childForFieldName("object");
  const route = expressions.find(
    (node) => ROUTE.test(calleeOf(node).childForFieldName("attribute")?.text ?? "") && isOurs(owner(node)),
  );
  if (!route) return [];
  const name = calleeOf(route).childForFieldName("attribute")!.text;
  const call = route.type === "call" ? callArguments(route) : null;
  const rule = { text: call?.positional[0]?.text ?? "", methods: call?.keywords.get("methods") ?? null, name };
  return views(undecorated(statement), expressions, rule).map((view) => ({
    ...view,
    decorators: view.decorators.filter((node) => !isOurs(owner(node))),
    source,
    statement,
    variable: owner(route)!.text,
  }));
}

/** `bp.add_url_rule("/x", view_func=login_required(show))`, also with `Show.as_view("show")`. */
function added(source: SourceFile, statement: Node, call: Node, variable: string): Route[] {
  const { positional, keywords } = callArguments(call);
  let given = keywords.get("view_func") ?? positional[2] ?? null;
  const wrappers: Node[] = [];
  while (
    given?.type === "call" &&
    given.childForFieldName("function")?.childForFieldName("attribute")?.text !== "as_view"
  ) {
    wrappers.push(given.childForFieldName("function")!);
    given = callArguments(given).positional[0] ?? null;
  }
  const name = given?.type === "call" ? given.childForFieldName("function")!.childForFieldName("object") : given;
  const definition = name && definitionNamed(source.tree.rootNode, name.text);
  if (!definition) return [];
  const rule = { text: positional[0]?.text ?? "", methods: keywords.get("methods") ?? null, name: "route" };
  return views(definition, wrappers, rule).map((view) => ({ ...view, source, statement, variable }));
}

interface Rule {
  /** The rule as it is written. */
  text: string;
  methods: Node | null;
  /** Name of the decorator. */
  name: string;
}

type View = Pick<Route, "view" | "changes" | "decorators" | "extra">;

function views(definition: Node, outer: Node[], rule: Rule): View[] {
  const named = new Set(urlVariables(rule.text).map(({ name }) => name));
  const extra = (view: Node) =>
    parameters(view)
      .map(({ name }) => name)
      .filter((name) => name !== "self" && !named.has(name));
  if (definition.type !== "class_definition") {
    return [{ view: definition, changes: changes(rule), decorators: outer, extra: extra(definition) }];
  }
  const ofClass = [...outer, ...decoratorsOfClass(definition)];
  return bodyOf(definition).flatMap((node) => {
    const view = undecorated(node);
    const method = nameOf(view);
    if (view.type !== "function_definition" || !METHOD.test(method)) return [];
    const own = node.namedChildren.flatMap((child) => (child?.type === "decorator" ? statements(child) : []));
    return [{ view, changes: method !== "get", decorators: [...ofClass, ...own], extra: extra(view) }];
  });
}

/** `decorators = [login_required]` of Flask's views, `method_decorators` of Flask-RESTX. */
function decoratorsOfClass(definition: Node): Node[] {
  return bodyOf(definition).flatMap((node) => {
    const assignment = node.type === "expression_statement" ? node.namedChildren[0] : null;
    const isList = /^(method_)?decorators$/.test(assignment?.childForFieldName("left")?.text ?? "");
    const value = isList ? assignment!.childForFieldName("right") : null;
    return value && ["list", "tuple"].includes(value.type) ? statements(value) : [];
  });
}

function changes({ name, methods }: Rule): boolean {
  if (name !== "route") return name !== "get";
  if (!methods) return false;
  const texts = statements(methods).map(stringValue);
  return texts.some((text) => text === null || /^(post|put|patch|delete)$/i.test(text));
}

/** What is called by a decorator, with or without arguments. */
export function calleeOf(decorator: Node): Node {
  return (decorator.type === "call" && decorator.childForFieldName("function")) || decorator;
}
