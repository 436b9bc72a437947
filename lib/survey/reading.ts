import type { SourceFile } from "../python/index.ts";
import { BROKER_SCHEMES } from "./celery/broker-marks.ts";

/** What makes a Python file one of `sources`, in any case. */
export const FRAMEWORKS: readonly string[] = ["flask", "celery"];

/** What the surveys look for in files that need not name Flask or Celery; parts of a regular expression. */
export const SIDE_WORDS: readonly string[] = [
  ...["sqlalchemy", "REDIS_URL", ...BROKER_SCHEMES.map((scheme) => `${scheme.replace("+", "\\+")}://`)],
  ...["rq", "dramatiq", "huey", "apscheduler", "saq", "tasktiger", "flask_executor", "procrastinate"],
  // Told apart from Flask where there is no application.
  ...["Quart\\(", "connexion"],
];

/** The project as files: what every part of the survey reads from. */
export interface Reading {
  /** Absolute path. */
  root: string;
  /** Every path that is not ignored, relative, with forward slashes, sorted. */
  paths: readonly string[];
  pathSet: ReadonlySet<string>;
  /** Python files that name one of FRAMEWORKS, or belong to those that do. */
  sources: ReadonlyMap<string, SourceFile>;
  /** Python files that hold one of FRAMEWORKS or SIDE_WORDS, sorted: nothing else has to be looked into. */
  named: readonly string[];
  read(path: string): Uint8Array | null;
  /** Parses any Python file of the project once; null when it does not exist or can't be decoded. */
  parse(path: string): SourceFile | null;
}
