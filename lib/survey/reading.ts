import type { SourceFile } from "../python/index.ts";

/** The project as files: what every part of the survey reads from. */
export interface Reading {
  /** Absolute path. */
  root: string;
  /** Every path that is not ignored, relative, with forward slashes, sorted. */
  paths: readonly string[];
  pathSet: ReadonlySet<string>;
  /** Python files that name Flask or Celery, start an application, or import what hands one out; sorted. */
  sources: ReadonlyMap<string, SourceFile>;
  /** Python files that one of the surveys has a use for, sorted: nothing else has to be looked into. */
  named: readonly string[];
  /** Nothing is left out by its text: slow, and the measure of what is. */
  everything: boolean;
  /** Whether a folder without `__init__.py` is imported as a package. */
  isNamespace(folder: string): boolean;
  read(path: string): Uint8Array | null;
  /** Parses any Python file of the project once; null when it does not exist or can't be decoded. */
  parse(path: string): SourceFile | null;
}

/**
 * Whether a file's text may hold what is looked for in its tree. A text only rules a file out: `pattern` must match whatever the
 * tree could answer with.
 */
export function mayHold(reading: Reading, source: SourceFile, pattern: Pick<RegExp, "test">): boolean {
  return reading.everything || pattern.test(source.text);
}
