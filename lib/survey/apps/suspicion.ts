/** Where it pays to follow the flow of a file or a function: decided by its text, generously, since following is slow. */
import type { Node, SourceFile } from "../../python/index.ts";
import { parameters, returnType } from "../names/signatures.ts";

export class Suspicion {
  /** Every name of the project that could hold a Flask application, or a class or function that gives one. */
  readonly names: ReadonlySet<string>;
  #construction: RegExp | null = null;
  #giving: RegExp | null = null;

  constructor(names: ReadonlySet<string>) {
    this.names = names;
  }

  /** Whether a file calls anything that could be a class of Flask's. */
  constructs(source: SourceFile): boolean {
    this.#construction ??= new RegExp(`\\b(?:${[...this.names].join("|")})\\b[\\s\\\\)]*\\(`);
    return this.#construction.test(source.text);
  }

  /** Whether any function of a file could be a factory: it makes an application, or gives back one or a parameter like it. */
  mayGive(source: SourceFile): boolean {
    if (!/\bdef\b/.test(source.text)) return false;
    const any = `\\b(?:${[...this.names].join("|")})\\b`;
    this.#giving ??= new RegExp(`->[^\\n]*${any}|${RETURN.source}?${any}`);
    if (this.constructs(source) || this.#giving.test(source.text)) return true;
    const returned = new Set([...source.text.matchAll(RETURN)].flatMap(([statement]) => words(statement)));
    return [...returned].some(
      (name) => APP_PARAMETER.test(name) && new RegExp(`[(,\\s]${name}\\s*[,)=:]`).test(source.text),
    );
  }

  /** Whether the text of a function names anything that could be a Flask application. */
  isSuspect(definition: Node): boolean {
    const text = definition.text;
    if (!/\breturn\b|\bFlask\b/.test(text)) return false;
    const given = parameters(definition).filter(
      ({ name, type }) => APP_PARAMETER.test(name) || (type && this.names.has(type.split(".").pop()!)),
    );
    const isNamed = (word: string) => this.names.has(word) || given.some(({ name }) => name === word);
    // It makes one, or gives one back.
    return (
      calledNames(text).some((name) => this.names.has(name)) ||
      definition.descendantsOfType("return_statement").some((node) => words(node.text).some(isNamed)) ||
      this.names.has(returnType(definition).split(".").pop()!)
    );
  }
}

/** A parameter by which an application is handed in. */
export const APP_PARAMETER = /app|flask|server/i;

/** A return statement's lines, as far as they hang together. */
const RETURN = /\breturn\b[^\n]*(?:[([{,\\]\s*\n[^\n]*){0,5}/g;

function words(text: string): string[] {
  return text.match(/[A-Za-z_]\w*/g) ?? [];
}

function calledNames(text: string): string[] {
  return text.match(/[A-Za-z_]\w*(?=[ \t]*\()/g) ?? [];
}
