/** What the project declares, and how it is installed. */

/** What the project declares; see surveyDependencies(). */
export interface Dependencies {
  /** The tool that manages the environment, by lock file or section. */
  readonly manager: "uv" | "poetry" | "pdm" | "pipenv" | "pip";
  readonly files: readonly DependencyFile[];
  /** Normalised (PEP 503) name → version where a lock, a pin or the virtual environment tells it, else null. */
  readonly versions: ReadonlyMap<string, string | null>;
  /** What its lock files hold: normalised name → version. */
  readonly locked?: ReadonlyMap<string, string>;
  /** What the project's virtual environment holds, declared or not: normalised name → version. */
  readonly installed?: ReadonlyMap<string, string>;
}

export interface DependencyFile {
  path: string;
  kind:
    | "requirements"
    | "requirements-in"
    | "pyproject-pep621"
    | "poetry"
    | "pipfile"
    | "setup-cfg"
    | "setup-py"
    | "conda";
  /** Normalised names that it declares itself. */
  declares: readonly string[];
  /** The user edits another file and compiles this one, or pip refuses changes without hashes. */
  generated: boolean;
  hashed: boolean;
  /** A new dependency belongs here. One up from the root starts with "../" and can't be written. */
  target?: boolean;
  /** Files that it takes in with `-r`, as paths relative to the root. */
  includes?: readonly string[];
  /** 1-based line of Flask, else of the last requirement: where a user would add one by hand. */
  line?: number;
  /** What makes this file again, as a person types it, where it is generated or hashed. */
  command?: string;
}

/** The command that installs what the change needs; never run through a shell. */
export interface InstallStep {
  /** Program and arguments. */
  command: readonly string[];
  /** The command that makes the virtual environment first, where the project has none. */
  environment?: readonly string[];
  /** Directory that it runs in, absolute. */
  cwd: string;
}
