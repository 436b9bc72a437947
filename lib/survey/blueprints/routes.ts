import { callArguments, type Node, type SourceFile, statements, stringValue, undecorated } from "../../python/index.ts";
import { applicationSources, assignedValue, bodyOf, definitionNamed, definitionOf, nameOf } from "../names/lookup.ts";
import { parameters } from "../names/signatures.ts";
import type { Blueprint } from "../project.ts";
import type { Reading } from "../reading.ts";
import { urlVariables } from "./prefix.ts";

/** A route of a blueprint as it is written: one method of one view. */
export interface Route {
  /** The file that makes it, and the statement at its top level that does. */
  source: SourceFile;
  statement: Node;
  /** The file with the view, which may be another one; and the function that answers. */
  holder: SourceFile;
  view: Node;
  /** Name of the blueprint in `source`; "" where only an Api made of it stands there. */
  variable: string;
  /** Whether it answers POST, PUT, PATCH or DELETE. */
  changes: boolean;
  /** What decorates the view (or what it is wrapped in), but for the blueprint's own decorators. */
  decorators: readonly Node[];
  /** Parameters of the view that its own rule does not name. */
  extra: readonly string[];
  /** A decorator takes a variable of the rule away from the view. */
  isTaking: boolean;
}

const ROUTE = /^(route|get|post|put|patch|delete)$/;
const METHOD = /^(get|post|put|patch|delete)$/;

/** Every route of a blueprint that a decorator, `add_url_rule` or an Api made of it makes at the top level of a file. */
export function routesOf(reading: Reading, blueprint: Blueprint): Route[] {
  const isBlueprint = (source: SourceFile, node: Node | null | undefined) => {
    const found = node && definitionOf(reading, source, node);
    return found?.path === blueprint.path && found.name === blueprint.variable;
  };
  /** Name of the blueprint where the node stands for it, "" for an Api of it, null for anything else. */
  const nameOfOwner = (source: SourceFile, node: Node | null): string | null => {
    if (!node) return null;
    if (isBlueprint(source, node)) return node.text;
    const found = definitionOf(reading, source, node);
    const holder = found?.name ? reading.parse(found.path) : null;
    const made = holder && assignedValue(holder.tree.rootNode, found!.name!);
    if (made?.type !== "call" || !/Api$/.test(made.childForFieldName("function")?.text ?? "")) return null;
    const { positional, keywords } = callArguments(made);
    return isBlueprint(holder!, positional[0] ?? keywords.get("app") ?? keywords.get("blueprint")) ? "" : null;
  };
  return applicationSources(reading)
    .filter(({ path, text }) => text.includes(path === blueprint.path ? blueprint.variable : "import"))
    .flatMap((source) => routesIn(reading, source, (node) => nameOfOwner(source, node)));
}

type Owner = (node: Node | null) => string | null;

function routesIn(reading: Reading, source: SourceFile, owner: Owner): Route[] {
  return statements(source.tree.rootNode).flatMap((statement): Route[] => {
    const make = (variable: string) => (view: View) => ({ ...view, source, statement, variable });
    if (statement.type === "decorated_definition") return decorated(source, statement, owner, make);
    const call = statement.type === "expression_statement" ? statement.namedChildren[0] : null;
    const callee = call?.type === "call" ? call.childForFieldName("function") : null;
    const method = callee?.childForFieldName("attribute")?.text ?? "";
    const variable = /^add_(url_rule|resource)$/.test(method) ? owner(callee!.childForFieldName("object")) : null;
    if (variable === null) return [];
    return (method === "add_resource" ? resource(reading, source, call!) : ruled(reading, source, call!)).map(
      make(variable),
    );
  });
}

/** `@bp.post("/x")` above a function, `@ns.route("/x")` above a class of views. */
function decorated(
  source: SourceFile,
  statement: Node,
  owner: Owner,
  make: (variable: string) => (view: View) => Route,
): Route[] {
  const expressions = statement.namedChildren.flatMap((node) => (node?.type === "decorator" ? statements(node) : []));
  const ownerOf = (node: Node) => owner(calleeOf(node).childForFieldName("object"));
  const isRoute = (node: Node) => ROUTE.test(calleeOf(node).childForFieldName("attribute")?.text ?? "");
  const route = expressions.find((node) => isRoute(node) && ownerOf(node) !== null);
  if (!route) return [];
  const name = calleeOf(route).childForFieldName("attribute")!.text;
  const call = route.type === "call" ? callArguments(route) : null;
  const rule = { text: call?.positional[0]?.text ?? "", methods: call?.keywords.get("methods") ?? null, name };
  return views(source, undecorated(statement), expressions, rule)
    .map((view) => ({ ...view, decorators: view.decorators.filter((node) => ownerOf(node) === null) }))
    .map(make(ownerOf(route)!));
}

/** `bp.add_url_rule("/x", view_func=login_required(show))`, also with `Show.as_view("show")`. */
function ruled(reading: Reading, source: SourceFile, call: Node): View[] {
  const { positional, keywords } = callArguments(call);
  let given = keywords.get("view_func") ?? positional[2] ?? null;
  const wrappers: Node[] = [];
  const isView = (node: Node) => node.childForFieldName("function")?.childForFieldName("attribute")?.text === "as_view";
  while (given?.type === "call" && !isView(given)) {
    wrappers.push(given.childForFieldName("function")!);
    given = callArguments(given).positional[0] ?? null;
  }
  const name = given?.type === "call" ? given.childForFieldName("function")!.childForFieldName("object") : given;
  const rule = { text: positional[0]?.text ?? "", methods: keywords.get("methods") ?? null, name: "route" };
  return viewsNamed(reading, source, name, wrappers, rule);
}

/** `Api(bp).add_resource(Orders, "/orders", "/orders/<id>")` of Flask-RESTful and Flask-RESTX. */
function resource(reading: Reading, source: SourceFile, call: Node): View[] {
  const [name = null, ...rules] = callArguments(call).positional;
  const rule = { text: rules.map(({ text }) => text).join(" "), methods: null, name: "route" };
  return viewsNamed(reading, source, name, [], rule);
}

function viewsNamed(reading: Reading, source: SourceFile, name: Node | null, outer: Node[], rule: Rule): View[] {
  const found = name && definitionOf(reading, source, name);
  const holder = found?.name ? reading.parse(found.path) : null;
  const definition = holder && definitionNamed(holder.tree.rootNode, found!.name!);
  return definition ? views(holder!, definition, outer, rule) : [];
}

interface Rule {
  /** The rule as it is written. */
  text: string;
  methods: Node | null;
  /** Name of the decorator. */
  name: string;
}

type View = Omit<Route, "source" | "statement" | "variable">;

function views(holder: SourceFile, definition: Node, outer: Node[], rule: Rule): View[] {
  const named = urlVariables(rule.text).map(({ name }) => name);
  const describe = (view: Node, own: readonly string[]): Pick<View, "holder" | "view" | "extra" | "isTaking"> => ({
    holder,
    view,
    extra: own.filter((name) => !named.includes(name)),
    isTaking: !view.childForFieldName("parameters")!.text.includes("**") && named.some((name) => !own.includes(name)),
  });
  const namesOf = (view: Node) => parameters(view).map(({ name }) => name);
  if (definition.type !== "class_definition") {
    return [{ ...describe(definition, namesOf(definition)), changes: changes(rule), decorators: outer }];
  }
  const ofClass = [...outer, ...decoratorsOfClass(definition)];
  return bodyOf(definition).flatMap((node) => {
    const view = undecorated(node);
    const method = nameOf(view);
    if (view.type !== "function_definition" || !METHOD.test(method)) return [];
    const own = node.namedChildren.flatMap((child) => (child?.type === "decorator" ? statements(child) : []));
    // The first is the view itself, whatever it is called.
    return [{ ...describe(view, namesOf(view).slice(1)), changes: method !== "get", decorators: [...ofClass, ...own] }];
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
