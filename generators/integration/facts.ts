import type { BrokerFacts } from "./broker-facts.ts";

/** What the templates of `celery-factory` and `celery-direct` are rendered with. */
export interface Integration extends BrokerFacts {
  /** Project name for texts and key prefixes: snake_case, e.g. "flaskr". */
  project: string;
  kind: "factory" | "module";
  /** Dotted package that holds the generated modules; "" for a flat project. */
  package: string;
  /** Folder of that package with a trailing slash, "" at the root. */
  packageDir: string;
  /** e.g. "flaskr.celery_app", or "celery_app" when flat (another name on a collision). */
  celeryModule: string;
  /** Last part of `celeryModule`: what its siblings import. */
  celeryName: string;
  /** e.g. "flaskr.tasks" (another name on a collision). */
  tasksModule: string;
  /** How the worker's entry obtains the app. */
  entry: WorkerEntry;
  /** Folder on sys.path from which `package` is imported, relative to the root: "" or e.g. "src". */
  importRoot: string;
  /** Module name of the worker's entry at the project's root: "make_celery". */
  entryModule: string;
  tasks: "blueprint" | "centralized" | "mixed";
  database: { kind: "none" } | { kind: "flask-sqlalchemy" } | { kind: "sqlalchemy"; module: string; name: string };
  /** The worker's entry loads .env with python-dotenv. */
  dotenv: boolean;
  /** Environment variable by which the application knows that a worker makes it; "" where nothing asks. */
  workerMark: string;
  /** The factory reaches the database or the network when called. */
  heavyStart: boolean;
  /** The pytest file, relative to the project's root; none where the project does not use pytest. */
  testFile?: string;
  /** The project's own fixture that gives the application to its tests; "" where there is none. */
  testFixture: string;
  /** How the test makes the application otherwise: as the project's tests do, else as the worker does. */
  testEntry: WorkerEntry;
  /** Where the project's tests make their application in a way that can't be repeated: then there is no test of ours. */
  testsApart: string;
  /** The command that installs what is declared, as a person types it. */
  installCommand: string;
}

/** What `entryImports` makes of the survey's EntryCall. */
export interface WorkerEntry {
  /** Import lines in the order that isort and ruff want, an empty string between groups. */
  imports: readonly string[];
  call: string;
  returnsApp: boolean;
  /** Whether nothing is called: a module hands the application out. */
  isName: boolean;
}
