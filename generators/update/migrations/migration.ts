import type { Edit, ImportedName, Node, SourceFile } from "../../../lib/python/index.ts";

/** A place in a file of the user's own that takes from a generated one what is not there any more. */
export interface Use {
  source: SourceFile;
  /** The generated file and the name that is gone from it. */
  path: string;
  name: string;
  at: Node;
  /** The import that takes the name itself; null where it is reached through its module. */
  imported: ImportedName | null;
}

/**
 * A numbered rule for what a merge of generated files can't do: it edits files of the user's own. Applied where a generated file has
 * lost `name` in this update; what it leaves undone is refused, with its place.
 */
export interface Migration {
  number: number;
  rule: string;
  why: string;
  /** The generated file's own name, and what was in it up to the version before. */
  file: string;
  name: string;
  /** @returns no edits where it can't be sure */
  edits(use: Use): Edit[];
  /** An import that the edits call for. */
  line?(use: Use): string;
}
