import type { Edit, SourceFile } from "./source.ts";
import { splice } from "./splice.ts";

/** Edits of several files, gathered by whoever has one and applied together, each file once. */
export class EditBook {
  readonly #edits = new Map<string, { source: SourceFile; edits: Edit[] }>();

  add(source: SourceFile, ...edits: readonly Edit[]): void {
    const known = this.#edits.get(source.path);
    if (known) known.edits.push(...edits);
    else this.#edits.set(source.path, { source, edits: [...edits] });
  }

  /** Adds an import line unless the file has been given the same one. */
  addOnce(source: SourceFile, edit: Edit): void {
    const has = this.#edits
      .get(source.path)
      ?.edits.some(({ start, text }) => start === edit.start && text === edit.text);
    if (!has) this.add(source, edit);
  }

  /** New bytes by path. Throws when a result would have a syntax error that the file did not have. */
  apply(): Map<string, Uint8Array> {
    return new Map([...this.#edits].map(([path, { source, edits }]) => [path, splice(source, edits)]));
  }
}
