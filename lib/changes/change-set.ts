import { checkPath } from "./paths.ts";
import type { Action, Change } from "./types.ts";

export interface ChangeSetOptions {
  /** Reads a file below the root; null when it does not exist. */
  read(path: string): Uint8Array | null;
  /** Conflicts become edits: the user asked for `--force`. */
  force?: boolean;
}

/** What a generator wants to stand on disk, path by path. It only reads; commit() writes. */
export class ChangeSet {
  readonly #options: ChangeSetOptions;
  readonly #changes = new Map<string, Change>();
  readonly #spent = new Set<string>();

  constructor(options: ChangeSetOptions) {
    this.#options = options;
  }

  /** A file that holds nothing which its user would miss when it is written anew: that is no conflict. */
  supersede(path: string): void {
    this.#spent.add(path);
  }

  /** What would stand at path if the plan were carried out (else what stands there now); null for nothing. */
  current(path: string): Uint8Array | null {
    return this.#changes.get(path)?.after ?? this.#options.read(checkPath(path));
  }

  /**
   * A file that we generate: create when absent, unchanged when identical, else conflict (edit when forced).
   * @param content text is written as UTF-8
   * @param options.mode of a new file, e.g. 0o600; the mode of an existing file is kept
   * @throws UserError `path-outside`
   */
  write(path: string, content: string | Uint8Array, options: { mode?: number } = {}): void {
    this.#put(path, content, this.#options.force || this.#spent.has(path) ? "edit" : "conflict", options.mode);
  }

  /**
   * An edit of a user's file whose result is known for certain: edit, or unchanged when identical; create when
   * absent. Chained edits of one path fold into one change; an edit of a conflict stays one.
   * @throws UserError `path-outside`
   */
  edit(path: string, after: string | Uint8Array): void {
    const pending = this.#changes.get(path);
    this.#put(path, after, pending?.action === "conflict" ? "conflict" : "edit", pending?.mode);
  }

  /** Every path of the plan, sorted; also those that stay as they are. */
  get changes(): readonly Change[] {
    return [...this.#changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Files that exist with other content than ours: a user may have edited them. */
  get conflicts(): readonly Change[] {
    return this.changes.filter((change) => change.action === "conflict");
  }

  #put(path: string, content: string | Uint8Array, otherwise: Action, mode: number | undefined): void {
    const pending = this.#changes.get(path);
    const before = pending ? pending.before : this.#options.read(checkPath(path));
    const after = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
    const action = before === null ? "create" : sameBytes(before, after) ? "unchanged" : otherwise;
    this.#changes.set(path, { path, action, before, after, ...(mode === undefined ? {} : { mode }) });
  }
}

/** Whether two files have the same content; null stands for no file. */
export function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
