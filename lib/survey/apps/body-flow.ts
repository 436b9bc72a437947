import { type ImportedName, type Node, namesOf, statements, undecorated } from "../../python/index.ts";
import { boundNames, namesRebound, patternNames, patternsIn } from "../names/bindings.ts";

/**
 * What is known about a name at one point of a function: it holds a Flask instance on every path ("flask"), an instance
 * or None ("maybe"), None ("none"), or a class whose instances are Flask applications ("class"). Anything else is absent.
 */
export type Value = "flask" | "maybe" | "none" | "class";
export type Env = ReadonlyMap<string, Value>;

/** Gives values; the flow below only knows names. */
export interface Judge {
  expression(node: Node, env: Env): Value | undefined;
  imported(name: ImportedName): Value | undefined;
  /** What `from module import *` brings. */
  starred(name: ImportedName): Env;
  /** A class statement; `env` tells what its bases are. */
  classDefinition(node: Node, env: Env): Value | undefined;
}

export interface ReturnPoint {
  node: Node;
  /** null for a bare `return`. */
  expression: Node | null;
  env: Env;
}

export interface FlowResult {
  returns: ReturnPoint[];
  /** What holds when the end of the body is reached; null when it never is. */
  end: Env | null;
}

/** Called with every statement and what holds before it. */
export type Observe = (statement: Node, env: Env) => void;

/**
 * Follows one body (a function's or a module's) statement by statement, joining what branches know. Conservative: a name
 * that any path, loop, handler or nested function may have rebound to something else is forgotten.
 */
export function followBody(body: Node, start: Env, judge: Judge, observe: Observe = () => {}): FlowResult {
  const returns: ReturnPoint[] = [];
  const unstable = namesRebound(body);
  /** What the statements in progress bind, innermost last: see during(). */
  const journals: Map<string, Value | undefined>[] = [];
  const end = block(body, start);
  return { returns, end };

  function block(node: Node, env: Env | null): Env | null {
    for (const statement of statements(node)) {
      if (!env) return null;
      env = step(statement, env);
    }
    return env;
  }

  function step(node: Node, env: Env): Env | null {
    observe(node, env);
    switch (node.type) {
      case "return_statement":
        returns.push({ node, expression: statements(node)[0] ?? null, env });
        return null;
      case "raise_statement":
      case "break_statement":
      case "continue_statement":
        return null;
      case "if_statement":
        return ifStatement(node, env);
      case "for_statement":
      case "while_statement":
        return loop(node, env);
      case "with_statement": {
        const clause = node.namedChildren.find((child) => child?.type === "with_clause") ?? null;
        const bound = forget(env, boundNames(clause));
        const { end, midway } = during(bound, () => block(field(node, "body"), bound));
        // A context manager that swallows exceptions may leave at any statement of the body.
        return /suppress|raises/.test(headOf(node)) ? joinReachable(end, midway) : end;
      }
      case "try_statement":
        return tryStatement(node, env);
      case "match_statement":
        return matchStatement(node, env);
      case "expression_statement":
        return statements(node).reduce<Env>((known, expression) => assign(expression, known), env);
      case "import_statement":
      case "import_from_statement":
        return bindImports(node, env);
      case "class_definition":
      case "decorated_definition":
        return bindDefinition(undecorated(node), env);
      default:
        // Definitions, del, global and anything newer: what they bind is no longer known.
        return forget(env, boundNames(node));
    }
  }

  /** Runs a part and tells what may hold when it is left in the middle: every binding made or not made. */
  function during(env: Env, run: () => Env | null): { end: Env | null; midway: Env } {
    const journal = new Map<string, Value | undefined>();
    journals.push(journal);
    const end = run();
    journals.pop();
    const midway = new Map(env);
    for (const [name, value] of journal) {
      const joined = joinValues(env.get(name), value);
      if (joined) midway.set(name, joined);
      else midway.delete(name);
    }
    return { end, midway };
  }

  function record(name: string, value: Value | undefined): void {
    for (const journal of journals) journal.set(name, journal.has(name) ? joinValues(journal.get(name), value) : value);
  }

  function forget(env: Env, names: ReadonlySet<string>): Env {
    for (const name of names) record(name, undefined);
    return without(env, names);
  }

  function assign(node: Node, env: Env): Env {
    if (node.type !== "assignment") return forget(env, boundNames(node));
    const right = node.childForFieldName("right");
    const left = node.childForFieldName("left");
    if (!right) return env; // A bare annotation binds nothing.
    const inner = right.type === "assignment" ? assign(right, env) : forget(env, boundNames(right));
    const declared = node.childForFieldName("type");
    let last = right;
    while (last.type === "assignment") last = last.childForFieldName("right") ?? last;
    const value = (declared && instanceOf(declared, env)) || judge.expression(last, env);
    if (left?.type === "identifier") return set(inner, left.text, value);
    if (
      left &&
      ["pattern_list", "tuple_pattern"].includes(left.type) &&
      ["expression_list", "tuple"].includes(last.type)
    ) {
      const values = statements(last).map((item) => judge.expression(item, env));
      const targets = statements(left);
      if (targets.length === values.length && targets.every((target) => target.type === "identifier")) {
        return targets.reduce((known, target, index) => set(known, target.text, values[index]), inner);
      }
    }
    return left ? forget(inner, patternNames(left)) : inner;
  }

  function instanceOf(type: Node, env: Env): Value | undefined {
    const name = statements(type)[0];
    return name && judge.expression(name, env) === "class" ? "flask" : undefined;
  }

  function set(env: Env, name: string, value: Value | undefined): Env {
    const known = unstable.has(name) ? undefined : value;
    record(name, known);
    const next = new Map(env);
    if (known) next.set(name, known);
    else next.delete(name);
    return next;
  }

  function ifStatement(node: Node, env: Env): Env | null {
    const condition = field(node, "condition");
    const base = forget(env, boundNames(condition));
    const ends = [block(field(node, "consequence"), narrow(base, condition, true))];
    let rest: Env | null = narrow(base, condition, false);
    for (const branch of node.childrenForFieldName("alternative")) {
      if (!branch) continue;
      if (branch.type === "elif_clause") {
        const test = field(branch, "condition");
        const known: Env | null = rest && forget(rest, boundNames(test));
        ends.push(known && block(field(branch, "consequence"), narrow(known, test, true)));
        rest = known && narrow(known, test, false);
      } else {
        ends.push(rest && block(field(branch, "body"), rest));
        rest = null;
      }
    }
    return [...ends, rest].reduce(joinReachable, null);
  }

  function loop(node: Node, env: Env): Env | null {
    // The body may run again with what it has bound itself, so it is followed twice; only the second time counts.
    const start = forget(env, patternNames(node.childForFieldName("left")));
    const before = returns.length;
    const { midway } = during(start, () => block(field(node, "body"), start));
    returns.length = before;
    block(field(node, "body"), midway);
    const alternative = node.childForFieldName("alternative");
    const skipped = alternative ? block(field(alternative, "body"), midway) : midway;
    return joinReachable(skipped, midway);
  }

  function tryStatement(node: Node, env: Env): Env | null {
    const ends: (Env | null)[] = [];
    let cleanup: Node | null = null;
    const whole = during(env, () => {
      const tried = during(env, () => block(field(node, "body"), env));
      let normal = tried.end;
      for (const clause of node.namedChildren) {
        if (clause?.type === "except_clause" || clause?.type === "except_group_clause") {
          const alias = clause.namedChildren.find((child) => child.type === "as_pattern") ?? null;
          ends.push(block(clauseBlock(clause), forget(tried.midway, boundNames(alias))));
        } else if (clause?.type === "else_clause") normal = normal && block(field(clause, "body"), normal);
        else if (clause?.type === "finally_clause") cleanup = clauseBlock(clause);
      }
      return [normal, ...ends].reduce(joinReachable, null);
    });
    if (!cleanup) return whole.end;
    // A `finally` also runs with whatever an unfinished body left behind; its own returns see that.
    block(cleanup, whole.midway);
    const before = returns.length;
    const after = whole.end && block(cleanup, whole.end);
    returns.length = before;
    return after;
  }

  function matchStatement(node: Node, env: Env): Env | null {
    const ends: (Env | null)[] = [];
    let isExhaustive = false;
    for (const clause of node.descendantsOfType("case_clause")) {
      const body = clause.childForFieldName("consequence");
      if (!body || clause.parent?.parent?.id !== node.id) continue;
      const patterns = clause.namedChildren.filter((child) => child.type === "case_pattern");
      isExhaustive ||= patterns.length === 1 && patterns[0]!.text === "_" && !clause.childForFieldName("guard");
      ends.push(block(body, forget(env, patternsIn(patterns))));
    }
    return (isExhaustive ? ends : [...ends, env]).reduce(joinReachable, null);
  }

  function bindDefinition(node: Node, env: Env): Env {
    const name = node.childForFieldName("name")?.text ?? "";
    return set(env, name, node.type === "class_definition" ? judge.classDefinition(node, env) : undefined);
  }

  function bindImports(node: Node, env: Env): Env {
    let next: Env = env;
    for (const name of namesOf(node)) {
      if (name.name !== "*") next = set(next, name.local, judge.imported(name));
      else for (const [local, value] of judge.starred(name)) next = set(next, local, value);
    }
    return next;
  }
}

/** `if app is None`, `if app`, `if not app`: what the test tells about a name that may be None. */
function narrow(env: Env, condition: Node, outcome: boolean): Env {
  const test = noneTest(condition);
  if (!test) return env;
  const value = env.get(test.name);
  const isNone = test.isNone === outcome;
  if (value !== "maybe") return env;
  return new Map(env).set(test.name, isNone ? "none" : "flask");
}

function noneTest(node: Node): { name: string; isNone: boolean } | null {
  if (node.type === "parenthesized_expression") return noneTest(statements(node)[0] ?? node.children[1]!);
  if (node.type === "identifier") return { name: node.text, isNone: false };
  if (node.type === "not_operator") {
    const inner = noneTest(field(node, "argument"));
    return inner && { name: inner.name, isNone: !inner.isNone };
  }
  const match = node.type === "comparison_operator" ? /^(\w+)\s+is\s+(not\s+)?None$/.exec(node.text) : null;
  return match ? { name: match[1]!, isNone: !match[2] } : null;
}

/** What two paths agree on; an instance on one and None on the other is "maybe". */
export function joinValues(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === b) return a;
  const instance = (value: Value | undefined) => value === "flask" || value === "maybe" || value === "none";
  return instance(a) && instance(b) ? "maybe" : undefined;
}

function join(a: Env, b: Env): Env {
  const next = new Map<string, Value>();
  for (const [name, value] of a) {
    const joined = joinValues(value, b.get(name));
    if (joined) next.set(name, joined);
  }
  return next;
}

function joinReachable(a: Env | null, b: Env | null): Env | null {
  return a && b ? join(a, b) : (a ?? b);
}

function without(env: Env, names: ReadonlySet<string>): Env {
  if (![...names].some((name) => env.has(name))) return env;
  return new Map([...env].filter(([name]) => !names.has(name)));
}

function clauseBlock(clause: Node): Node {
  return clause.namedChildren.find((child) => child?.type === "block") ?? clause;
}

function headOf(node: Node): string {
  return node.text.slice(0, field(node, "body").startIndex - node.startIndex);
}

function field(node: Node, name: string): Node {
  const found = node.childForFieldName(name);
  if (!found) throw new Error(`${node.type} without ${name}`);
  return found;
}
