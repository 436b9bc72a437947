/**
 * Names by which a project hands out a Flask application, a blueprint or a Celery object, or a class or function that makes one.
 *
 * Two things rest on them: which files are read beyond those that name Flask or Celery, and which calls and imports are
 * followed. Both are right only if no name is missing, so every rule here is wider than the one in Values or in a survey that it
 * stands for: it asks for a mention where they ask for proof. test/survey/everything.test.ts compares both.
 */
import { type ImportedName, type Node, type SourceFile, statements } from "../../python/index.ts";
import { importsOf } from "./imports-of.ts";
import { moduleStem } from "./modules.ts";
import { parameters, returnType } from "./signatures.ts";

/** Classes of Flask and of libraries that are subclasses of it, by the module they come from. */
export const FLASK_CLASSES: Readonly<Record<string, readonly string[]>> = {
  flask: ["Flask"],
  "flask.app": ["Flask"],
  apiflask: ["APIFlask"],
  flask_openapi3: ["OpenAPI"],
  flask_api: ["FlaskAPI"],
  eve: ["Eve"],
};

/** A class, an instance (or what gives one), a class whose instances nobody is asked for by name. */
const CLASS = 1;
const GIVEN = 2;
const QUIET = 4;

const ROOTS: readonly (readonly [string, number])[] = [
  ...[...Object.values(FLASK_CLASSES).flat(), "Blueprint", "APIBlueprint", "Namespace"].map(
    (name) => [name, CLASS] as const,
  ),
  ["SQLAlchemy", QUIET],
];

/** Finds the function of the project that a callee names. */
export type FindFunction = (source: SourceFile, callee: Node) => { source: SourceFile; definition: Node } | null;

export class Handing {
  /** Each name that some module hands out, with what it may be. */
  readonly #names = new Map<string, number>(ROOTS);
  /** The last part of each module that hands out one. */
  readonly #stems = new Set<string>();
  readonly #facts = new Map<SourceFile, Facts>();
  readonly #all: boolean;
  readonly #find: FindFunction;
  #mention: RegExp | null = null;

  /** @param all - every name counts: nothing is left out, whatever the rules say */
  constructor(find: FindFunction, all: boolean) {
    this.#find = find;
    this.#all = all;
  }

  /** Whether a name could hold an application, a blueprint or a Celery object, or something that gives one. */
  has(name: string): boolean {
    return this.#all || this.#names.has(name);
  }

  /** Whether an import of these words could bring one. */
  isBrought(words: readonly string[]): boolean {
    return words.some((word) => word === "*" || this.#names.has(word) || this.#stems.has(word));
  }

  /** Whether a piece of source names any of them. */
  isNamedIn(text: string): boolean {
    if (this.#all) return true;
    this.#mention ??= new RegExp([CELERY.source, ...[...this.#names.keys()].map(asWord)].join("|"));
    return this.#mention.test(text);
  }

  /**
   * Reads what these files hand out, until they tell nothing new.
   *
   * @returns files of functions that are given an application and may give it back
   */
  learn(sources: Iterable<SourceFile>): Set<SourceFile> {
    const given = new Set<SourceFile>();
    const all = [...sources];
    for (let before = -1; before < this.#names.size; ) {
      before = this.#names.size;
      for (const source of all) {
        if (!this.#facts.has(source) && !this.isNamedIn(source.text)) continue;
        const facts = this.#facts.get(source) ?? new Facts(source);
        this.#facts.set(source, facts);
        this.#learnFrom(facts, given);
      }
    }
    return given;
  }

  #learnFrom(facts: Facts, given: Set<SourceFile>): void {
    let exported = false;
    const known = facts.known;
    const local = (name: string, kinds: number) => {
      const before = known.get(name) ?? 0;
      if ((before | kinds) === before) return false;
      known.set(name, before | kinds);
      return true;
    };
    const outside = (name: string, kinds: number) => {
      const before = this.#names.get(name) ?? 0;
      exported ||= kinds > 0;
      if ((before | kinds) === before) return;
      this.#names.set(name, before | kinds);
      this.#mention = null;
    };
    const of = ({ name, attribute }: Head) =>
      (known.get(name) ?? 0) | (attribute || facts.hasStar ? (this.#names.get(name) ?? 0) : 0);
    const kindsOf = (heads: readonly Head[]) =>
      heads.reduce((kinds, head) => {
        const own = of(head);
        return kinds | (head.called ? (own & (CLASS | GIVEN) ? GIVEN : 0) : own);
      }, 0);
    const any = (words: readonly string[], kinds: number) =>
      words.some((name) => of({ name, attribute: true, called: false }) & kinds);

    for (let changed = true; changed; ) {
      changed = false;
      const learn = (name: string, kinds: number, isExported: boolean) => {
        if (kinds && local(name, kinds)) changed = true;
        if (kinds && isExported) outside(name, kinds);
      };
      for (const item of facts.imports) {
        const kinds = (item.name ? (this.#names.get(item.name) ?? 0) : 0) | (isOfCelery(item) ? CLASS : 0);
        learn(item.local, kinds, true);
      }
      for (const { name, bases } of facts.classes) learn(name, kindsOf(bases) & ~GIVEN, true);
      for (const { name, value, type, isExported } of facts.assignments)
        learn(name, kindsOf(value) | (any(type, CLASS) ? GIVEN : 0), isExported);
      for (const fn of facts.functions) {
        for (const { name, type } of fn.typed) if (any(type, CLASS)) learn(name, GIVEN, false);
        const makes =
          any(fn.returned, CLASS | GIVEN) || any(fn.annotation, CLASS) || fn.calls.some((head) => of(head) & CLASS);
        if (!makes) continue;
        learn(fn.name, GIVEN, true);
        if (fn.owner) learn(fn.owner, GIVEN, true);
      }
      for (const { callee, values } of facts.passing) {
        if (!(kindsOf(values) & (CLASS | GIVEN))) continue;
        const found = this.#find(facts.source, callee);
        const names = found ? new Set(parameters(found.definition).map(({ name }) => name)) : null;
        const definition = found?.definition;
        if (!found || !definition || !returnedWords(definition).some((word) => names?.has(word))) continue;
        given.add(found.source);
        const name = lastPart(callee);
        learn(name, GIVEN, true);
        outside(definition.childForFieldName("name")?.text ?? name, GIVEN);
      }
    }
    if (exported) this.#stems.add(moduleStem(facts.source.path));
  }
}

const CELERY = /[cC]elery/;

/** JavaScript knows the border of a word in ASCII only. */
function asWord(name: string): string {
  return /^\w+$/.test(name) ? `\\b${name}\\b` : name;
}

/** Any class or function of Celery, or of a library around it, may be what a project derives its own from. */
function isOfCelery({ level, module, name }: ImportedName): boolean {
  return level === 0 && (/^(celery|flask_celery\w*)(\.|$)/.test(module) || /Celery$/.test(name ?? ""));
}

/** A name in the place of a value: `app`, `module.app`, `create_app(…)`. */
interface Head {
  name: string;
  attribute: boolean;
  called: boolean;
}

const LOOKED_AT = ["global_statement", "class_definition", "assignment", "function_definition", "call"] as const;

/** What a file's tree says that the rules look at; walked once. */
class Facts {
  readonly source: SourceFile;
  readonly imports: readonly ImportedName[];
  readonly hasStar: boolean;
  readonly classes: { name: string; bases: Head[] }[] = [];
  readonly assignments: { name: string; value: Head[]; type: string[]; isExported: boolean }[] = [];
  readonly functions: {
    name: string;
    owner: string;
    returned: string[];
    annotation: string[];
    calls: Head[];
    typed: { name: string; type: string[] }[];
  }[] = [];
  /** Calls with the names that they are given. */
  readonly passing: { callee: Node; values: Head[] }[] = [];
  /** Kinds of this file's own names, in whatever scope. */
  readonly known = new Map<string, number>();

  constructor(source: SourceFile) {
    this.source = source;
    this.imports = importsOf(source);
    this.hasStar = this.imports.some(({ name }) => name === "*");
    // One walk for all: each crosses into the parser's memory.
    const nodes: Record<(typeof LOOKED_AT)[number], Node[]> = {
      global_statement: [],
      class_definition: [],
      assignment: [],
      function_definition: [],
      call: [],
    };
    for (const node of source.tree.rootNode.descendantsOfType([...LOOKED_AT]))
      nodes[node.type as keyof typeof nodes].push(node);
    const globals = new Set(nodes.global_statement.flatMap((node) => statements(node).map(({ text }) => text)));
    for (const node of nodes.class_definition) {
      const bases = node.childForFieldName("superclasses");
      this.classes.push({ name: nameIn(node), bases: bases ? statements(bases).flatMap(headsOf) : [] });
    }
    for (const node of nodes.assignment) {
      const left = node.childForFieldName("left");
      if (left?.type !== "identifier") continue;
      this.assignments.push({
        name: left.text,
        value: headsOf(node.childForFieldName("right")),
        type: wordsOf(node.childForFieldName("type")?.text),
        isExported: globals.has(left.text) || !this.isInFunction(node),
      });
    }
    const called = nodes.call.map((call) => ({ call, callee: call.childForFieldName("function") }));
    for (const node of nodes.function_definition) {
      const body = node.childForFieldName("body");
      const isInside = (call: Node) => body && body.startIndex <= call.startIndex && call.endIndex <= body.endIndex;
      this.functions.push({
        name: nameIn(node),
        owner: ownerOf(node),
        returned: returnedWords(node),
        annotation: wordsOf(returnType(node)),
        calls: called.flatMap(({ call, callee }) => (isInside(call) ? headsOf(callee) : [])),
        typed: parameters(node).flatMap(({ name, type }) => (type ? [{ name, type: wordsOf(type) }] : [])),
      });
    }
    for (const { call, callee } of called) {
      const list = call.childForFieldName("arguments");
      const values = (list ? statements(list) : []).flatMap((item) =>
        headsOf(item.type === "keyword_argument" ? item.childForFieldName("value") : item),
      );
      if (callee && values.length > 0) this.passing.push({ callee, values });
    }
  }

  isInFunction(node: Node): boolean {
    for (let at = node.parent; at; at = at.parent) if (at.type === "function_definition") return true;
    return false;
  }
}

/** The names that a value may come from, as Values and the surveys look through expressions. */
function headsOf(node: Node | null | undefined): Head[] {
  switch (node?.type) {
    case "identifier":
      return [{ name: node.text, attribute: false, called: false }];
    case "attribute":
      return [{ name: lastPart(node), attribute: true, called: false }];
    case "call":
      return headsOf(node.childForFieldName("function")).map((head) => ({ ...head, called: true }));
    case "subscript":
      return headsOf(node.childForFieldName("value"));
    case "assignment":
      return headsOf(node.childForFieldName("right"));
    case "named_expression":
      return headsOf(node.childForFieldName("value"));
    case "parenthesized_expression":
    case "conditional_expression":
    case "boolean_operator":
      return statements(node).flatMap(headsOf);
    default:
      return [];
  }
}

/** Every word of a function's return statements, those of functions inside it too. */
export function returnedWords(definition: Node): string[] {
  return definition.descendantsOfType("return_statement").flatMap(({ text }) => wordsOf(text));
}

function wordsOf(text: string | undefined): string[] {
  return text?.match(/[\p{L}\p{N}_]+/gu) ?? [];
}

function nameIn(definition: Node): string {
  return definition.childForFieldName("name")?.text ?? "";
}

/** The class whose method this is; "" for a function of its own. */
function ownerOf(definition: Node): string {
  for (let at = definition.parent; at && at.type !== "function_definition"; at = at.parent)
    if (at.type === "class_definition") return nameIn(at);
  return "";
}

function lastPart(callee: Node): string {
  return (callee.type === "attribute" ? callee.childForFieldName("attribute") : callee)?.text ?? "";
}
