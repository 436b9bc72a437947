/** One error class tree: what a user can mend, and (everything else) bugs of ours. */

/** The four parts of every refusal and error that a user sees. */
export interface UserErrorParts {
  /** Stable kebab-case code, e.g. `target-ambiguous`; each has a section in docs/errors.md. */
  code: string;
  /** One line: what happened. */
  what: string;
  /** One line: why it is so. */
  why: string;
  /** One line: what to do now. */
  fix: string;
  /** Further lines, such as candidates or snippets to paste, printed as they are. */
  details?: readonly string[];
}

/** Something that the user can mend. Anything else that is thrown is a bug of ours. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly details: readonly string[];

  constructor(parts: UserErrorParts) {
    super(formatParts(parts));
    this.code = parts.code;
    this.what = parts.what;
    this.why = parts.why;
    this.fix = parts.fix;
    this.details = parts.details ?? [];
  }
}

function formatParts({ code, what, why, fix, details = [] }: UserErrorParts): string {
  return [`${what} [${code}]`, `  why: ${why}`, `  do:  ${fix}`, ...details.map((line) => `  ${line}`)].join("\n");
}
