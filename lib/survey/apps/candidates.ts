import {
  indentAt,
  lineOf,
  lineStart,
  type Node,
  opensScope,
  type SourceFile,
  statements,
  walk,
} from "../../python/index.ts";
import { boundNames } from "../names/bindings.ts";
import { functionsOf } from "../names/functions.ts";
import { returnedWords } from "../names/handing.ts";
import { hasYield, isAsync, parameters } from "../names/signatures.ts";
import type { Values } from "../names/values.ts";
import type { InitPoint } from "../project.ts";
import type { Env, ReturnPoint } from "./body-flow.ts";

/** Something that makes a Flask application: where Celery would be initialised, or why that can't be told. */
export interface Candidate {
  kind: "factory" | "module";
  source: SourceFile;
  name: string;
  /** The function; null for a module-level app. */
  definition: Node | null;
  line: number;
  inits: InitPoint[];
  /** Whether every return gives the application itself. */
  returnsApp: boolean;
  /** Why the place is not certain; null when it is. */
  problem: Problem | null;
}

export interface Problem {
  code: string;
  line: number;
  why: string;
  fix: string;
  /** Where the snippet belongs, when that differs from `line`. */
  indent: string;
  appName: string;
}

/** Every function of a file that hands out a Flask application. `given` tells what callers pass for its parameters. */
export function factoriesOf(source: SourceFile, values: Values, given: (definition: Node) => Env): Candidate[] {
  // Without a name of that kind a function can only give back what it is given.
  const { handing } = values;
  if (!handing.isNamedIn(source.text) && !mayReturnParameter(source.text)) return [];
  return functionsOf(source)
    .filter(({ definition }) => handing.isNamedIn(definition.text) || appParameters(definition).length > 0)
    .flatMap((found) => factoryOf(source, found, values, given(found.definition)) ?? []);
}

/** A parameter by which an application is handed in. */
const APP_PARAMETER = /app|flask|server/i;

/** Whether a parameter of that name could stand in the text, and a `return`. */
function mayReturnParameter(text: string): boolean {
  return /\breturn\b/.test(text) && /(?:app|flask|server)[\w\x80-\uffff]*[\s\\]*[,)=:#]/i.test(text);
}

/** Parameters that could be an application and stand in a return statement. */
export function appParameters(definition: Node): string[] {
  const names = parameters(definition).flatMap(({ name }) => (APP_PARAMETER.test(name) ? [name] : []));
  if (names.length === 0) return [];
  const returned = returnedWords(definition);
  return names.filter((name) => returned.includes(name));
}

function factoryOf(
  source: SourceFile,
  { name, definition }: { name: string; definition: Node },
  values: Values,
  given: Env,
): Candidate | null {
  if (hasYield(definition)) return null;
  const judge = values.judge(source);
  const seen = new Map<string, Node>();
  const flow = values.followFunction(source, definition, { given }, (statement, env) => {
    for (const [known, value] of env) if (value === "flask" && !seen.has(known)) seen.set(known, statement);
  });
  const declared = values.declaresFlask(source, definition);
  const bound = boundNames(definition.childForFieldName("body"));
  const isLocal = (name: string) =>
    bound.has(name) || parameters(definition).some((parameter) => parameter.name === name);
  const inits: InitPoint[] = [];
  let problem: Problem | null = null;
  let returnsApp = true;
  for (const point of flow.returns) {
    const { env } = point;
    const expression = point.expression && unwrap(point.expression);
    if (!expression || isPlainValue(expression)) continue;
    const value = judge.expression(expression, env);
    const isApp = expression.type === "identifier" && (value === "flask" || (declared && value === undefined));
    const appName = isApp ? expression.text : argumentThatIsApp(expression, env, isLocal);
    if (appName && (isApp || value !== "flask" || isChoice(expression))) {
      inits.push(initBefore(source, point, appName));
      returnsApp &&= isApp;
    } else problem ??= explainReturn(source, point, value, seen);
  }
  const constructs = buildsFlask(source, definition, values);
  if (inits.length === 0 && !(constructs && flow.returns.length > 0) && !problem) {
    return constructs ? buildsButKeeps(source, name, definition, seen) : null;
  }
  if (inits.length === 0 && !constructs && problem?.code !== "factory-returns-call") return null;
  if (inits.length > 0 && isGetter(definition, inits)) return null;
  if (isAsync(definition)) problem ??= asyncFactory(source, definition, inits);
  if (inits.length === 0) problem ??= noReturn(source, definition, seen);
  return { kind: "factory", source, name, definition, line: lineOf(definition), inits, returnsApp, problem };
}

function unwrap(expression: Node): Node {
  const inner = expression.type === "parenthesized_expression" ? statements(expression)[0] : undefined;
  return inner ? unwrap(inner) : expression;
}

/** `None`, a number, a string: whatever is returned here, it is no application. */
function isPlainValue(expression: Node): boolean {
  return ["none", "true", "false", "integer", "float", "string", "concatenated_string"].includes(expression.type);
}

function isChoice(expression: Node): boolean {
  return expression.type === "conditional_expression" || expression.type === "boolean_operator";
}

/**
 * `app` in `return app, socketio`, `return middleware(app)` or `return app if ready else None`; not in
 * `return app.wsgi_app` or `return f(g(app))`. A module's own app that a function merely passes on is not meant.
 */
function argumentThatIsApp(expression: Node, env: Env, isLocal: (name: string) => boolean): string | null {
  const list = isChoice(expression)
    ? expression
    : expression.type === "call"
      ? expression.childForFieldName("arguments")
      : ["tuple", "list", "expression_list", "dictionary"].includes(expression.type)
        ? expression
        : null;
  for (const item of list ? statements(list) : []) {
    const inner = ["keyword_argument", "pair"].includes(item.type) ? item.childForFieldName("value") : item;
    const name = inner && unwrap(inner);
    if (name?.type === "identifier" && env.get(name.text) === "flask" && isLocal(name.text)) return name.text;
  }
  return null;
}

function initBefore(source: SourceFile, { node }: ReturnPoint, appName: string): InitPoint {
  const indent = indentAt(source.text, node.startIndex);
  // `if app: return app` in one line: the statement goes before the return in the same line.
  if (indent === null) return { offset: node.startIndex, indent: "", appName, line: lineOf(node), inline: true };
  return { offset: lineStart(source.text, node.startIndex), indent, appName, line: lineOf(node), inline: false };
}

function explainReturn(
  source: SourceFile,
  point: ReturnPoint,
  value: string | undefined,
  seen: Map<string, Node>,
): Problem | null {
  const { node } = point;
  const expression = point.expression && unwrap(point.expression);
  if (!expression) return null;
  const base = {
    line: lineOf(node),
    indent: indentAt(source.text, node.startIndex) ?? "    ",
    appName: [...seen.keys()][0] ?? "app",
  };
  if (value === "flask") {
    return {
      ...base,
      code: "factory-returns-call",
      why: "this return hands on the application without a name, so there is no variable to initialise Celery with",
      fix: "assign the application to a variable first, or choose the function that finishes it as the target",
    };
  }
  if (expression?.type === "identifier" && (seen.has(expression.text) || value === "maybe")) {
    return {
      ...base,
      appName: expression.text,
      code: "factory-unclear",
      why: `at this return "${expression.text}" is not certain to be the Flask application: it is set differently on some path`,
      fix: "paste the call where the variable still holds the Flask application",
    };
  }
  return {
    ...base,
    code: "factory-unclear",
    why: `what this return gives ("${short(expression.text)}") is not certain to be the Flask application, nor certain not to be`,
    fix: "paste the call where a variable still holds the Flask application",
  };
}

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

function buildsFlask(source: SourceFile, definition: Node, values: Values): boolean {
  let builds = false;
  const judge = values.judge(source);
  values.followFunction(source, definition, {}, (statement, env) => {
    walk(statement, (node) => {
      const callee = node.type === "call" ? node.childForFieldName("function") : null;
      if (callee && judge.expression(callee, env) === "class") builds = true;
      return !builds && !opensScope(node);
    });
  });
  return builds;
}

/** A function that makes an app and keeps it: typical for a script's main(). */
function buildsButKeeps(source: SourceFile, name: string, definition: Node, seen: Map<string, Node>): Candidate {
  return {
    kind: "factory",
    source,
    name,
    definition,
    line: lineOf(definition),
    inits: [],
    returnsApp: false,
    problem: noReturn(source, definition, seen),
  };
}

function noReturn(source: SourceFile, definition: Node, seen: Map<string, Node>): Problem {
  const first = statements(definition.childForFieldName("body")!)[0];
  return {
    code: "factory-returns-nothing",
    line: lineOf(definition),
    indent: (first && indentAt(source.text, first.startIndex)) ?? "    ",
    appName: [...seen.keys()][0] ?? "app",
    why: "the function makes a Flask application but no return of it gives that application to its caller",
    fix: "return the application from the function, or paste the call where its configuration is complete",
  };
}

function asyncFactory(source: SourceFile, definition: Node, inits: readonly InitPoint[]): Problem {
  return {
    code: "factory-async",
    line: lineOf(definition),
    indent: inits[0]?.indent ?? indentAt(source.text, definition.startIndex) ?? "",
    appName: inits[0]?.appName ?? "app",
    why: "the factory is a coroutine, which neither Flask's loader nor a Celery worker can call",
    fix: "make the factory a plain function",
  };
}

/** `def get_app(): return app`: hands out what others have made. */
function isGetter(definition: Node, inits: readonly InitPoint[]): boolean {
  const body = statements(definition.childForFieldName("body")!).filter(
    (node) =>
      !(node.type === "expression_statement" && statements(node)[0]?.type === "string") &&
      node.type !== "global_statement",
  );
  return body.length === 1 && body[0]!.type === "return_statement" && inits.length === 1;
}
