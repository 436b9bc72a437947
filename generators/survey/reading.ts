import type { SourceFile } from "../python/index.ts";

/** The project as files: what every part of the survey reads from. */
export interface Reading {
  /** Absolute path. */
  root: string;
  /** Every path that is not ignored, relative, with forward slashes, sorted. */
  paths: readonly string[];
  pathSet: ReadonlySet<string>;
  /** Parsed Python files that name flask or celery. */
  sources: ReadonlyMap<string, SourceFile>;
  read(path: string): Uint8Array | null;
  /** Parses any Python file of the project once; null when it does not exist or can't be decoded. */
  parse(path: string): SourceFile | null;
}
