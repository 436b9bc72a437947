import type { Language, Node as RawNode } from "web-tree-sitter";

export interface Position {
  /** 0-based. */
  readonly row: number;
  readonly column: number;
}

/** What all nodes of one tree share. */
export interface TreeContext {
  readonly text: string;
  readonly symbols: Symbols;
}

/** What the grammar says about its symbols, asked once instead of for every node. */
export class Symbols {
  readonly #language: Language;
  readonly #named: boolean[] = [];
  readonly #fields = new Map<string, number>();

  constructor(language: Language) {
    this.#language = language;
  }

  /** The parser's own name of a symbol that no grammar holds. */
  name(id: number): string {
    return this.#language.types[id] ?? "ERROR";
  }

  isNamed(id: number): boolean {
    this.#named[id] ??= this.name(id) === "ERROR" || this.#language.nodeTypeIsNamed(id);
    return this.#named[id];
  }

  /** 0 where the grammar has no such field. */
  field(name: string): number {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const id = this.#language.fieldIdForName(name) ?? 0;
    this.#fields.set(name, id);
    return id;
  }
}

/** A callee that is a name or an attribute of names; its last part. */
const CALLEE = /(?:\w+\s*\.\s*)*(\w+)\s*\(/y;
const NONE: readonly Node[] = [];
/** Named nodes that never have children: most of a tree, so that asking for them is worth sparing. */
const LEAVES = new Set(["identifier", "comment", "integer", "float", "string_start", "string_end"]);

/**
 * A syntax node. The parser's own nodes are made anew at every look and each look crosses into WASM; these are made once,
 * when they are first asked for, so that the same place is always the same object, and whatever they have told they know.
 */
export class Node {
  readonly parent: Node | null;
  readonly startIndex: number;
  /** Unique within one tree. */
  readonly id: number;
  // TypeScript's `private`, not `#`: there are hundreds of thousands of these.
  private readonly raw: RawNode;
  private readonly context: TreeContext;
  private symbol = -1;
  private end = -1;
  private all: readonly Node[] | null = null;
  private named: readonly Node[] | null = null;
  private byField: Map<string, readonly Node[]> | null = null;
  private single: Map<string, Node | null> | null = null;
  private found: Map<string, readonly Node[]> | null = null;

  constructor(raw: RawNode, parent: Node | null, context: TreeContext) {
    this.raw = raw;
    this.parent = parent;
    this.context = context;
    this.startIndex = raw.startIndex;
    this.id = raw.id;
  }

  private get typeId(): number {
    if (this.symbol < 0) this.symbol = this.raw.typeId;
    return this.symbol;
  }
  get type(): string {
    return this.context.symbols.name(this.typeId);
  }
  get endIndex(): number {
    if (this.end < 0) this.end = this.raw.endIndex;
    return this.end;
  }
  get text(): string {
    return this.context.text.slice(this.startIndex, this.endIndex);
  }
  get startPosition(): Position {
    return this.raw.startPosition;
  }
  get endPosition(): Position {
    return this.raw.endPosition;
  }
  get isError(): boolean {
    return this.raw.isError;
  }
  get isMissing(): boolean {
    return this.raw.isMissing;
  }
  get hasError(): boolean {
    return this.raw.hasError;
  }

  get children(): readonly Node[] {
    if (this.all) return this.all;
    const made: Node[] = [];
    if (!LEAVES.has(this.type)) {
      for (const child of this.raw.children) if (child) made.push(new Node(child, this, this.context));
    }
    this.all = made.length > 0 ? made : NONE;
    return this.all;
  }

  /** Children that are more than punctuation or keywords; comments are among them. */
  get namedChildren(): readonly Node[] {
    this.named ??= this.children.filter((child) => this.context.symbols.isNamed(child.typeId));
    return this.named;
  }

  childForFieldName(name: string): Node | null {
    const known = this.single?.get(name);
    if (known !== undefined) return known;
    const field = this.context.symbols.field(name);
    const raw = field && !LEAVES.has(this.type) ? this.raw.childForFieldId(field) : null;
    const child = (raw && this.children.find(({ id }) => id === raw.id)) ?? null;
    this.single ??= new Map();
    this.single.set(name, child);
    return child;
  }

  childrenForFieldName(name: string): readonly Node[] {
    this.byField ??= new Map();
    let found = this.byField.get(name);
    if (!found) {
      const ids = new Set(this.raw.childrenForFieldName(name).map((child) => child?.id));
      found = ids.size ? this.children.filter((child) => ids.has(child.id)) : NONE;
      this.byField.set(name, found);
    }
    return found;
  }

  /**
   * Calls below this node whose callee could be one of `names`, whatever it is reached through: by text, before any node
   * is made.
   */
  callsNaming(names: ReadonlySet<string>): readonly Node[] {
    const { text } = this.context;
    const raws = this.raw.descendantsOfType("call").filter((raw) => {
      CALLEE.lastIndex = raw.startIndex;
      const callee = CALLEE.exec(text);
      return !callee || names.has(callee[1]!);
    });
    return locate(this, raws).filter((node) => node.type === "call");
  }

  /** All nodes of the given types below and including this one, in the order of the text. */
  descendantsOfType(types: string | readonly string[]): readonly Node[] {
    const wanted = typeof types === "string" ? [types] : types;
    const key = wanted.join();
    this.found ??= new Map();
    let nodes = this.found.get(key);
    if (!nodes) {
      // The parser tells which they are; only the way there is walked.
      nodes = locate(this, this.raw.descendantsOfType([...wanted])).filter((node) =>
        this.context.symbols.isNamed(node.typeId),
      );
      this.found.set(key, nodes);
    }
    return nodes;
  }
}

/** Our nodes for the parser's own, which come in the order of the text, parents first. */
function locate(root: Node, raws: readonly (RawNode | null)[]): Node[] {
  const found: Node[] = [];
  let at = root;
  for (const raw of raws) {
    if (!raw) continue;
    while (at.parent && at !== root && at.endIndex < raw.startIndex) at = at.parent;
    let node = descend(at, raw);
    while (!node && at !== root) {
      at = at.parent!;
      node = descend(at, raw);
    }
    if (!node) continue;
    found.push(node);
    at = node;
  }
  return found;
}

function descend(node: Node, raw: RawNode): Node | null {
  if (node.id === raw.id) return node;
  const { children } = node;
  // The last child that starts no later; before it only those count that reach as far (an empty node may lie at a border).
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (children[middle]!.startIndex <= raw.startIndex) low = middle + 1;
    else high = middle;
  }
  for (let index = low - 1; index >= 0 && children[index]!.endIndex >= raw.startIndex; index--) {
    const inside = descend(children[index]!, raw);
    if (inside) return inside;
  }
  return null;
}

/** A parsed text. */
export interface SyntaxTree {
  readonly rootNode: Node;
  /** Frees the parser's memory; the nodes must not be used afterwards. */
  delete(): void;
}
