import type { ManualStep } from "../changes/types.ts";
import type { Dependencies } from "../dependencies/types.ts";
import type { SourceFile } from "../python/source.ts";
import type { UrlVariable } from "./blueprints/prefix.ts";
import type { BrokerKind } from "./celery/broker-marks.ts";
import type { NamedUrl } from "./celery/named-urls.ts";
import type { Reading } from "./reading.ts";

/** A place in the user's project; `line` is 1-based. */
export interface Location {
  path: string;
  line: number;
}

/** Everything that reading the project tells. Each part is read when it is first asked for. */
export interface Project extends Reading {
  /** Flask applications that can be edited for certain. */
  readonly apps: readonly FlaskApp[];
  /** What looked like an application and can't be edited for certain; only when there is no other. */
  readonly refusals: readonly Refusal[];
  readonly blueprints: readonly Blueprint[];
  readonly databases: readonly Database[];
  /** Celery that is already in use, null where there is none. */
  readonly celery: CeleryUse | null;
  /** Other task queues: RQ, Dramatiq, Huey … with where they were seen. */
  readonly otherQueues: readonly { name: string; at: Location }[];
  /** Broker named by existing configuration, dependency or compose files. */
  readonly broker: { kind: BrokerKind; at: Location } | null;
  /** A broker that the configuration names and that no value of the `broker` prompt stands for; null where another one is named. */
  readonly otherBroker: NamedUrl | null;
  /** Where the configuration has results go; null where it does not say. */
  readonly results: NamedUrl | null;
  readonly dependencies: Dependencies;
  readonly pytest: boolean;
  /** What a `target` answer names, also with a call: `app.py:create_app("x")`; null when there is no such thing. */
  findApp(target: string): FlaskApp | Refusal | null;
}

/** A Flask application that can be edited for certain. */
export interface FlaskApp {
  /** `path/to/file.py:name`, the value of the `target` prompt. */
  readonly target: string;
  readonly kind: "factory" | "module";
  /** `if __name__ == "__main__"` starts a module-level app, or a factory configures one: both ways in. */
  readonly hybrid: boolean;
  readonly file: SourceFile;
  /** The factory function's name (`Class.method` for a static method), or the variable of a module-level app. */
  readonly name: string;
  /** Dotted module name of `file` seen from `importRoot`, e.g. `app.main`. */
  readonly module: string;
  /** Folder on sys.path, relative to the root: "" or e.g. "src", "backend". */
  readonly importRoot: string;
  /** Dotted package that gets celery_app.py, "" for a flat project of sibling modules. */
  readonly package: string;
  /** Folder of that package, relative to the root ("" when flat and importRoot is ""). */
  readonly packageDir: string;
  /** How the file imports its siblings. */
  readonly importStyle: "relative" | "absolute";
  /** Where `celery_init_app(app)` goes: every own return of the factory, or one place for a module-level app. */
  readonly inits: readonly InitPoint[];
  /** Offset in file.text at which a new import line goes; the line before it ends there. */
  readonly importAt: ImportPoint;
  /** How the worker's entry obtains the app. */
  readonly entry: EntryCall;
  /** Line of the definition. */
  readonly at: Location;
  /** Things to tell the user: the factory reaches the database, async views, … */
  readonly notes: readonly {
    at: Location;
    kind: "database-at-start" | "async-view" | "network-at-start";
    text: string;
  }[];
}

/** A place for one statement, at a line start. */
export interface InitPoint {
  /** Offset of the start of the line before which the statement goes. */
  offset: number;
  /** The white space that the statement gets. */
  indent: string;
  /** Name that is provably bound to the Flask instance there. */
  appName: string;
  line: number;
  /** `if made: return app` in one line: the statement goes before the return, followed by `; `. */
  inline: boolean;
}

export interface ImportPoint {
  offset: number;
  line: number;
  indent: string;
}

/** How to obtain the application: `from app import create_app` / `create_app("default")`. */
export interface EntryCall {
  /** Import lines and preparation, e.g. `import os`, `from app import create_app`. */
  imports: readonly string[];
  /** The expression, e.g. `create_app(os.getenv("FLASK_CONFIG") or "default")`; for a module-level app its name. */
  call: string;
  /** Whether the value of the call is the Flask application itself. */
  returnsApp: boolean;
  /** The project's own entry point from which it was taken; null when the defaults suffice. */
  from: Location | null;
}

/** Why something that looks like an app is left alone, and what the user can paste where. */
export interface Refusal {
  target: string;
  at: Location;
  code: string;
  why: string;
  fix: string;
  manual: readonly ManualStep[];
}

export interface Blueprint {
  /** First argument of Blueprint(), e.g. "users"; the namespace's name for flask-restx. */
  name: string;
  /** Variable that holds it. */
  variable: string;
  kind: "blueprint" | "namespace" | "smorest";
  /** Package that has the class: `flask`, `apiflask`, `flask_openapi3` … */
  library: string;
  /** File with the constructor. */
  path: string;
  /** Dotted module of that file, and of the package it belongs to. */
  module: string;
  package: string;
  /** `package`: a folder of its own (app/users/__init__.py or app/users/views.py); `module`: a single file among others. */
  layout: "package" | "module";
  at: Location;
  /** Where it is registered on the app; null when that was not found. */
  registeredAt: Location | null;
  /** Variable parts that its routes get from prefixes; null where a prefix can't be read. */
  readonly prefixVariables: readonly UrlVariable[] | null;
}

export interface Database {
  kind: "flask-sqlalchemy" | "sqlalchemy";
  /** Dotted module and name of the SQLAlchemy() object or scoped_session. "" when not found for certain. */
  module: string;
  name: string;
  at: Location;
}

export interface CeleryUse {
  kind: "ours" | "flask-documented" | "context-task" | "flask-celeryext" | "module-level" | "unknown";
  /** Whether blueprint-task, status-endpoint and celery-verify can build on it. */
  readonly sound: boolean;
  at: Location;
  /** Worker entry, as in `celery -A make_celery`; "" when not found. */
  entry: string;
  /** Where the entry was seen; null when it was not found. */
  entryAt: Location | null;
  /** Module-level variable that holds the Celery application, where there is one. */
  object: { module: string; name: string } | null;
  /** Function that makes it, e.g. celery_init_app; null at module level. */
  initializer: { module: string; name: string } | null;
  /** How code reaches it: `current_app.extensions["celery"]`, `celery.current_app`, or the module's variable. */
  access: "extensions" | "default" | "module" | null;
  readonly problems: readonly CeleryProblem[];
}

/** Something that is wrong with an existing Celery integration. */
export interface CeleryProblem {
  at: Location;
  /** Stable: several-celery-objects, no-app-context, never-initialised, flask-config-copied, pickle, rpc-results, … */
  code: string;
  what: string;
  fix: string;
  /** Nothing of ours can be built on it before this is mended. */
  blocks: boolean;
  /** The line that mends it, where one line does. */
  snippet?: string;
}
