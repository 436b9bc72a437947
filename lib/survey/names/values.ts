import { callArguments, type ImportedName, type Node, type SourceFile, statements } from "../../python/index.ts";
import {
  type Env,
  type FlowResult,
  followBody,
  type Judge,
  joinValues,
  type Observe,
  type Value,
} from "../apps/body-flow.ts";
import type { Reading } from "../reading.ts";
import { boundNames } from "./bindings.ts";
import { findDefinition } from "./functions.ts";
import { FLASK_CLASSES, Handing } from "./handing.ts";
import { importsAs, importsOf } from "./imports-of.ts";
import { type ModulePlace, placeModule, resolveImport } from "./modules.ts";
import { hasYield, isAsync, parameters, returnType } from "./signatures.ts";

/** How many calls deep a value is followed. */
const MAX_DEPTH = 6;

/** Answers which names, calls and functions of the project hold a Flask application. One per survey; everything is cached. */
export class Values {
  readonly #reading: Reading;
  /** Which names are worth following. */
  readonly handing: Handing;
  readonly #modules = new Map<string, Env>();
  /** Modules that are being read, the outermost first, and the outermost of them that one further in asks for. */
  readonly #busy = new Set<string>();
  #circle = Number.POSITIVE_INFINITY;
  readonly #returned = new WeakMap<Node, Map<string, Value | undefined>>();
  readonly #places = new Map<string, ModulePlace>();

  constructor(reading: Reading) {
    this.#reading = reading;
    this.handing = new Handing((source, callee) => this.findFunction(source, callee), reading.everything);
    this.handing.learn(reading.sources.values());
  }

  place(path: string): ModulePlace {
    const known = this.#places.get(path);
    if (known) return known;
    const place = placeModule(path, this.#reading.pathSet, (folder) => this.#reading.isNamespace(folder));
    this.#places.set(path, place);
    return place;
  }

  /** What holds at the end of a module, `global` assignments of its functions included. */
  module(path: string): Env {
    const known = this.#modules.get(path);
    if (known) return known;
    const source = this.#reading.parse(path);
    if (!source) return new Map();
    if (this.#busy.has(path)) {
      this.#circle = Math.min(this.#circle, [...this.#busy].indexOf(path));
      return new Map();
    }
    const depth = this.#busy.size;
    this.#busy.add(path);
    const flow = followBody(source.tree.rootNode, new Map(), this.judge(source));
    const env = new Map(flow.end ?? []);
    // The functions that assign its names through `global` start from what it holds.
    this.#modules.set(path, env);
    for (const [name, value] of this.#globalAssignments(source)) {
      const joined = joinValues(env.get(name), value);
      if (joined) env.set(name, joined);
      else env.delete(name);
    }
    this.#busy.delete(path);
    // What was read inside of a circle depends on where it was entered: only its first module is known for good.
    if (this.#circle < depth) this.#modules.delete(path);
    else this.#circle = Number.POSITIVE_INFINITY;
    return env;
  }

  /** Follows a module's own statements, e.g. to see what holds at each of them. */
  followModule(source: SourceFile, observe?: Observe): FlowResult {
    return followBody(source.tree.rootNode, new Map(), this.judge(source), observe);
  }

  /**
   * Follows a function from its first statement.
   *
   * @param given - what is known of its parameters beyond their annotations
   */
  followFunction(
    source: SourceFile,
    definition: Node,
    { given = new Map(), depth = 0 }: { given?: Env; depth?: number } = {},
    observe?: Observe,
  ): FlowResult {
    const body = definition.childForFieldName("body")!;
    const start = new Map<string, Value>();
    const globals = new Set(
      body
        .descendantsOfType("global_statement")
        .flatMap((node) => (node ? statements(node).map((name) => name.text) : [])),
    );
    const locals = boundNames(body);
    for (const [name, value] of this.module(source.path)) {
      if (globals.has(name) || !locals.has(name)) start.set(name, value);
    }
    for (const parameter of parameters(definition)) {
      const value =
        given.get(parameter.name) ?? (parameter.type && start.get(parameter.type) === "class" ? "flask" : undefined);
      if (value) start.set(parameter.name, value);
      else start.delete(parameter.name);
    }
    return followBody(body, start, this.judge(source, depth), observe);
  }

  /** The function that a call names, in this file or imported from another one of the project. */
  findFunction(source: SourceFile, callee: Node): { source: SourceFile; definition: Node } | null {
    if (callee.type === "attribute") return this.#findMethod(source, callee);
    if (callee.type !== "identifier") return null;
    const own = findDefinition(source.tree.rootNode, callee.text, "function_definition");
    if (own) return { source, definition: own };
    const target = this.#follow(source, callee.text);
    const definition = target && findDefinition(target.source.tree.rootNode, target.name, "function_definition");
    return definition ? { source: target.source, definition } : null;
  }

  judge(source: SourceFile, depth = 0): Judge {
    return {
      expression: (node, env) => this.#evaluate(source, node, env, depth),
      imported: (name) => this.#imported(source, name),
      starred: (name) => this.#starred(source, name),
      classDefinition: (node, env) => {
        const bases = node.childForFieldName("superclasses");
        const isFlask = bases && statements(bases).some((base) => this.#evaluate(source, base, env, depth) === "class");
        return isFlask ? "class" : undefined;
      },
    };
  }

  #evaluate(source: SourceFile, node: Node, env: Env, depth: number): Value | undefined {
    const again = (inner: Node | null | undefined) => (inner ? this.#evaluate(source, inner, env, depth) : undefined);
    switch (node.type) {
      case "identifier":
        return env.get(node.text);
      case "none":
        return "none";
      case "parenthesized_expression":
        return again(statements(node)[0]);
      case "named_expression":
        return again(node.childForFieldName("value"));
      case "conditional_expression": {
        const [yes, , no] = statements(node);
        return joinValues(again(yes), again(no));
      }
      case "attribute":
        return this.#attribute(source, node);
      case "call":
        return this.#call(source, node, env, depth);
      default:
        return undefined;
    }
  }

  /** `flask.Flask` and `module.app` through `import`. */
  #attribute(source: SourceFile, node: Node): Value | undefined {
    const object = node.childForFieldName("object");
    const name = node.childForFieldName("attribute")?.text ?? "";
    if (object?.type !== "identifier") return undefined;
    const imported = importsAs(source, object.text)[0];
    if (!imported) return undefined;
    if (imported.name === null && FLASK_CLASSES[imported.module]?.includes(name)) return "class";
    if (!this.handing.has(name)) return undefined;
    const path = resolveImport(this.place(source.path), imported, this.#reading.pathSet);
    return path ? handedOn(this.module(path).get(name)) : undefined;
  }

  #call(source: SourceFile, node: Node, env: Env, depth: number): Value | undefined {
    const callee = node.childForFieldName("function");
    if (!callee) return undefined;
    if (this.#evaluate(source, callee, env, depth) === "class") return "flask";
    if (depth >= MAX_DEPTH || !this.handing.has(callee.text.split(".").pop()!)) return undefined;
    const found = this.findFunction(source, callee);
    if (!found) return undefined;
    const given = this.argumentsOf(source, node, found.definition, env, depth);
    const value = handedOn(this.returned(found.source, found.definition, given, depth + 1));
    return value === "class" ? undefined : value;
  }

  /** What a function gives back: the same on every return, or what its annotation declares. */
  returned(source: SourceFile, definition: Node, given: Env, depth = 0): Value | undefined {
    const key = `${[...given].sort().join()}`;
    const known = this.#returned.get(definition);
    if (known?.has(key)) return known.get(key);
    const results = known ?? new Map<string, Value | undefined>();
    this.#returned.set(definition, results.set(key, undefined)); // A function that calls itself meets this.
    const value = this.#joinReturns(source, definition, given, depth);
    // Inside of a circle of modules nothing is known for good yet: see module().
    if (this.#circle === Number.POSITIVE_INFINITY) results.set(key, value);
    else results.delete(key);
    return value;
  }

  #joinReturns(source: SourceFile, definition: Node, given: Env, depth: number): Value | undefined {
    if (isAsync(definition) || hasYield(definition)) return undefined;
    if (this.declaresFlask(source, definition)) return "flask";
    const { returns, end } = this.followFunction(source, definition, { given, depth });
    if (returns.length === 0 || end) return undefined;
    const judge = this.judge(source, depth);
    const values = returns.map(({ expression, env }) => (expression ? judge.expression(expression, env) : "none"));
    return values.reduce(joinValues);
  }

  /** `-> Flask` is the author's own word for what comes out. */
  declaresFlask(source: SourceFile, definition: Node): boolean {
    const type = returnType(definition);
    if (!type) return false;
    const [object, name] = type.split(".");
    if (name)
      return importsOf(source).some((item) => item.local === object && FLASK_CLASSES[item.module]?.includes(name));
    return this.module(source.path).get(type) === "class";
  }

  /** What a call passes for the parameters of a function, as far as it is known. */
  argumentsOf(source: SourceFile, call: Node, definition: Node, env: Env, depth = 0): Env {
    const { positional, keywords } = callArguments(call);
    const given = new Map<string, Value>();
    parameters(definition).forEach(({ name }, index) => {
      const argument = keywords.get(name) ?? positional[index];
      const value = argument && this.#evaluate(source, argument, env, depth);
      if (value) given.set(name, value);
    });
    return given;
  }

  #imported(source: SourceFile, imported: ImportedName): Value | undefined {
    if (imported.level === 0 && imported.name && FLASK_CLASSES[imported.module]?.includes(imported.name))
      return "class";
    if (!imported.name || !this.handing.has(imported.name)) return undefined;
    const path = resolveImport(this.place(source.path), imported, this.#reading.pathSet);
    return path && path !== source.path ? handedOn(this.module(path).get(imported.name)) : undefined;
  }

  /** What `from module import *` brings. */
  #starred(source: SourceFile, imported: ImportedName): Env {
    const path = resolveImport(this.place(source.path), imported, this.#reading.pathSet);
    if (!path || path === source.path) return new Map();
    return new Map([...this.module(path)].filter(([name, value]) => !name.startsWith("_") && handedOn(value)));
  }

  /** The file and name that a name of this file comes from, re-exports followed. */
  #follow(source: SourceFile, name: string): { source: SourceFile; name: string } | null {
    let at = { source, name };
    for (let hops = 0; hops < MAX_DEPTH; hops++) {
      const next = this.#from(at.source, at.name);
      if (!next) return hops ? at : null;
      at = next;
    }
    return null;
  }

  /** One step of that: by its own import, else by a star. */
  #from(source: SourceFile, name: string): { source: SourceFile; name: string } | null {
    if (source.path && findDefinition(source.tree.rootNode, name, "function_definition")) return null;
    const place = this.place(source.path);
    const imported = importsAs(source, name).find((item) => item.name && item.name !== "*");
    if (imported?.name) {
      const path = resolveImport(place, imported, this.#reading.pathSet);
      const next = path ? this.#reading.parse(path) : null;
      return next && { source: next, name: imported.name };
    }
    for (const star of importsAs(source, "*")) {
      const path = resolveImport(place, star, this.#reading.pathSet);
      const next = path && path !== source.path ? this.#reading.parse(path) : null;
      const { rootNode } = next?.tree ?? {};
      if (!next || !rootNode) continue;
      if (findDefinition(rootNode, name, "function_definition") || importsAs(next, name).length > 0)
        return { source: next, name };
    }
    return null;
  }

  #findMethod(source: SourceFile, callee: Node): { source: SourceFile; definition: Node } | null {
    const object = callee.childForFieldName("object");
    const name = callee.childForFieldName("attribute")?.text ?? "";
    if (object?.type === "attribute") return this.#inDotted(source, object.text, name);
    if (object?.type !== "identifier") return null;
    const method = methodOf(source, object.text, name);
    if (method) return method;
    const imported = importsAs(source, object.text)[0];
    const path = imported && resolveImport(this.place(source.path), imported, this.#reading.pathSet);
    const target = path ? this.#reading.parse(path) : null;
    if (!target) return null;
    const holder = imported?.name ? (this.#follow(source, object.text) ?? { source: target, name: object.text }) : null;
    return (holder && methodOf(holder.source, holder.name, name)) ?? this.#member(target, name);
  }

  /** `package.module.create_app` and `package.module.Class.create_app` behind `import package.module`. */
  #inDotted(source: SourceFile, dotted: string, name: string): { source: SourceFile; definition: Node } | null {
    const target = this.#dottedModule(source, dotted);
    if (target) return this.#member(target, name);
    const cut = dotted.lastIndexOf(".");
    const holder = this.#dottedModule(source, dotted.slice(0, cut));
    if (!holder) return null;
    const owner = dotted.slice(cut + 1);
    const found = this.#follow(holder, owner);
    return methodOf(holder, owner, name) ?? (found && methodOf(found.source, found.name, name));
  }

  /** The module that `import dotted` names. */
  #dottedModule(source: SourceFile, dotted: string): SourceFile | null {
    const imported = importsOf(source).find((item) => item.name === null && item.module === dotted);
    const path = imported && resolveImport(this.place(source.path), imported, this.#reading.pathSet);
    return path ? this.#reading.parse(path) : null;
  }

  /** A function of a module, or one that it hands on. */
  #member(target: SourceFile, name: string): { source: SourceFile; definition: Node } | null {
    const own = findDefinition(target.tree.rootNode, name, "function_definition");
    if (own) return { source: target, definition: own };
    const found = this.#follow(target, name);
    const definition = found && findDefinition(found.source.tree.rootNode, found.name, "function_definition");
    return definition ? { source: found.source, definition } : null;
  }

  /** What functions of the module assign to its names through `global`. */
  #globalAssignments(source: SourceFile): [string, Value | undefined][] {
    const found: [string, Value | undefined][] = [];
    const judge = this.judge(source);
    for (const node of source.tree.rootNode.descendantsOfType("global_statement")) {
      const definition = node?.parent?.parent;
      if (!node || definition?.type !== "function_definition") continue;
      const names = new Set(statements(node).map((name) => name.text));
      this.followFunction(source, definition, {}, (statement, env) => {
        const assignment = statement.type === "expression_statement" ? statements(statement)[0] : undefined;
        const left = assignment?.type === "assignment" ? assignment.childForFieldName("left")?.text : undefined;
        const right = assignment?.childForFieldName("right");
        if (left && right && names.has(left)) found.push([left, judge.expression(right, env)]);
      });
    }
    return found;
  }
}

/** None that another module or function gives tells nothing about what it may give on another day. */
function handedOn(value: Value | undefined): Value | undefined {
  return value === "none" ? undefined : value;
}

function methodOf(source: SourceFile, owner: string, name: string): { source: SourceFile; definition: Node } | null {
  const type = findDefinition(source.tree.rootNode, owner, "class_definition");
  const definition = type && findDefinition(type.childForFieldName("body")!, name, "function_definition");
  return definition ? { source, definition } : null;
}
