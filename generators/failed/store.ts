import { UserError } from "../../lib/errors/index.ts";
import type { CeleryUse, Project } from "../../lib/survey/index.ts";
import { resultMentions } from "../common/results.ts";

/** A database of Flask-SQLAlchemy, found in the code or brought along by a package of the team. */
export function hasDatabase({ databases, dependencies }: Project): boolean {
  return databases.some(({ kind }) => kind === "flask-sqlalchemy") || dependencies.versions.has("flask-sqlalchemy");
}

/** @throws UserError `failed-tasks-store` where the project has no such place */
export function requireStore(project: Project, celery: CeleryUse, store: "database" | "redis"): void {
  const isThere = store === "database" ? hasDatabase(project) : hasRedis(project, celery);
  if (isThere) return;
  const other = store === "database" ? "redis" : "database";
  throw new UserError({
    code: "failed-tasks-store",
    what: `store: ${store} does not fit this project; nothing was changed.`,
    why:
      store === "database"
        ? "no database of Flask-SQLAlchemy was found in it"
        : "neither its broker nor its results are in Redis, as far as its configuration says",
    fix: `give --store ${other}${store === "redis" ? "" : ", for which results must be kept in Redis, or FAILED_TASKS_URL set"}`,
  });
}

/** The client's library is there, and most likely a server. */
function hasRedis(project: Project, { kind }: CeleryUse): boolean {
  const named = resultMentions(project).some(({ text }) => /redis|sentinel|valkey/i.test(text));
  return named || project.dependencies.versions.has("redis") || (kind !== "ours" && project.broker?.kind === "redis");
}
