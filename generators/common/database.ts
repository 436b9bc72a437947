import { UserError } from "../../lib/errors/index.ts";
import type { Database, Project } from "../../lib/survey/index.ts";

/** The values of the `database` prompt. */
export const databases = {
  none: { hint: "tasks use no database", wanted: "", made: "" },
  "flask-sqlalchemy": {
    hint: "db.session of Flask-SQLAlchemy",
    wanted: "SQLAlchemy() of Flask-SQLAlchemy",
    made: "db = SQLAlchemy()",
  },
  sqlalchemy: {
    hint: "a scoped_session of plain SQLAlchemy",
    wanted: "scoped_session of SQLAlchemy",
    made: "db_session = scoped_session(sessionmaker(engine))",
  },
} as const;

/** What tasks import to reach the database; module and name are "" where it is reached through the application alone. */
export type ChosenDatabase =
  | { kind: "none" }
  | { kind: "flask-sqlalchemy" | "sqlalchemy"; module: string; name: string };

/** Flask-SQLAlchemy is reached through the application; a scoped_session only by its name. */
export function usableDatabase({ databases: [first] }: Project): Database | undefined {
  return first && (first.name !== "" || first.kind === "flask-sqlalchemy") ? first : undefined;
}

/**
 * The database that an answer stands for.
 *
 * @param byName whether it is imported by its name, whatever its kind
 * @throws UserError `database-missing` when the project has none of that kind, or none that can be reached
 */
export function chosenDatabase(project: Project, kind: string, byName: boolean): ChosenDatabase {
  if (kind === "none") return { kind };
  const found = project.databases.find((database) => database.kind === kind);
  if (found?.name) return { kind: found.kind, module: found.module, name: found.name };
  const isFlask = kind === "flask-sqlalchemy";
  // What a package of the team brings along is seen in the dependencies alone.
  const isThere = found || project.dependencies.versions.has(kind);
  if (isFlask && !byName && isThere) return { kind, module: "", name: "" };
  const { wanted, made } = databases[isFlask ? kind : "sqlalchemy"];
  throw new UserError({
    code: "database-missing",
    what: `database: ${kind} does not fit this project; nothing was changed.`,
    why: found
      ? `${found.at.path}:${found.at.line}: what is made here has no name at a module's top level, so no task can import it`
      : `no ${wanted} was found in it`,
    fix: `make one at a module's top level, such as ${made}, or give --database none`,
  });
}
