import type { Node as RawNode } from "web-tree-sitter";

export interface Position {
  /** 0-based. */
  readonly row: number;
  readonly column: number;
}

/**
 * A syntax node. The parser's own nodes are made anew at every look and each look crosses into WASM; these are made once,
 * when they are first asked for, so that the same place is always the same object.
 */
export class Node {
  readonly type: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly parent: Node | null;
  readonly #raw: RawNode;
  #children: Node[] | null = null;
  #named: Node[] | null = null;
  #fields: Map<string, Node[]> | null = null;

  constructor(raw: RawNode, parent: Node | null) {
    this.#raw = raw;
    this.type = raw.type;
    this.startIndex = raw.startIndex;
    this.endIndex = raw.endIndex;
    this.parent = parent;
  }

  /** Unique within one tree. */
  get id(): number {
    return this.#raw.id;
  }
  get text(): string {
    return this.#raw.text;
  }
  get startPosition(): Position {
    return this.#raw.startPosition;
  }
  get endPosition(): Position {
    return this.#raw.endPosition;
  }
  get isError(): boolean {
    return this.#raw.isError;
  }
  get isMissing(): boolean {
    return this.#raw.isMissing;
  }
  get hasError(): boolean {
    return this.#raw.hasError;
  }

  get children(): readonly Node[] {
    this.#children ??= this.#raw.children.flatMap((child) => (child ? [new Node(child, this)] : []));
    return this.#children;
  }

  /** Children that are more than punctuation or keywords; comments are among them. */
  get namedChildren(): readonly Node[] {
    if (this.#named) return this.#named;
    const named = new Set(this.#raw.namedChildren.map((child) => child?.id));
    this.#named = this.children.filter((child) => named.has(child.id));
    return this.#named;
  }

  childForFieldName(name: string): Node | null {
    return this.childrenForFieldName(name)[0] ?? null;
  }

  childrenForFieldName(name: string): readonly Node[] {
    this.#fields ??= new Map();
    let found = this.#fields.get(name);
    if (!found) {
      const ids = new Set(this.#raw.childrenForFieldName(name).map((child) => child?.id));
      found = ids.size ? this.children.filter((child) => ids.has(child.id)) : [];
      this.#fields.set(name, found);
    }
    return found;
  }

  /** All nodes of the given types below and including this one, in the order of the text. */
  descendantsOfType(types: string | readonly string[]): Node[] {
    const wanted = typeof types === "string" ? [types] : types;
    // The parser tells where they are; only the way there is walked.
    const starts = this.#raw.descendantsOfType([...wanted]).map((node) => node?.startIndex ?? 0);
    const found: Node[] = [];
    const visit = (node: Node) => {
      if (wanted.includes(node.type)) found.push(node);
      for (const child of node.namedChildren) {
        if (starts.some((at) => child.startIndex <= at && at < child.endIndex)) visit(child);
      }
    };
    if (starts.length > 0) visit(this);
    return found;
  }
}

/** A parsed text. */
export interface SyntaxTree {
  readonly rootNode: Node;
  /** Frees the parser's memory; the nodes must not be used afterwards. */
  delete(): void;
}
