/** The verdict on one path of a change set. */
export type Action = "create" | "edit" | "unchanged" | "conflict";

/** One path of a change set: what was read, what shall stand there. */
export interface Change {
  /** Path relative to the root, with forward slashes. */
  readonly path: string;
  readonly action: Action;
  /** The bytes that were read when the plan was made; null when the file did not exist. */
  readonly before: Uint8Array | null;
  readonly after: Uint8Array;
  /** Mode of a new file, e.g. 0o600; the existing mode is kept for an edit. */
  readonly mode?: number;
}

/** A place that only the user can edit, with the exact text to paste. */
export interface ManualStep {
  path: string;
  /** 1-based. */
  line: number;
  snippet: string;
  why: string;
}
