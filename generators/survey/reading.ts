import type { SourceFile } from "../python/index.ts";

/** What the surveys look for in files that need not name Flask or Celery. */
export const SIDE_WORDS: readonly string[] = [
  ...["sqlalchemy", "amqp://", "amqps://", "redis://", "rediss://", "REDIS_URL"],
  ...["rq", "dramatiq", "huey", "apscheduler", "saq", "tasktiger", "flask_executor", "procrastinate"],
];

/** The project as files: what every part of the survey reads from. */
export interface Reading {
  /** Absolute path. */
  root: string;
  /** Every path that is not ignored, relative, with forward slashes, sorted. */
  paths: readonly string[];
  pathSet: ReadonlySet<string>;
  /** Parsed Python files that name flask or celery. */
  sources: ReadonlyMap<string, SourceFile>;
  /** Python files whose bytes hold one of SIDE_WORDS, found by one look at each; absent where nothing is on disk. */
  sidePaths?(): ReadonlySet<string>;
  read(path: string): Uint8Array | null;
  /** Parses any Python file of the project once; null when it does not exist or can't be decoded. */
  parse(path: string): SourceFile | null;
}
