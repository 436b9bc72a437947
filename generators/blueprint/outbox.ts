import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";
import type { FlaskApp, Project } from "../../lib/survey/index.ts";
import { wireCall } from "../common/wiring.ts";
import type { BlueprintAnswers } from "./prompts.ts";

/**
 * A task is sent together with a transaction only where there is one.
 *
 * @throws UserError `enqueue-needs-database`
 */
export function requireTransactions(
  { pathSet }: Project,
  { packageDir }: FlaskApp,
  { enqueue, database }: Pick<BlueprintAnswers, "enqueue" | "database">,
): void {
  if (enqueue === "direct") return;
  const holds = (name: string) => pathSet.has(`${packageDir ? `${packageDir}/` : ""}${name}`);
  const fits = {
    commit: database !== "none" && holds("celery_database.py"),
    outbox: database === "flask-sqlalchemy" && holds("celery_logging.py"),
  };
  if (fits[enqueue]) return;
  const needs =
    enqueue === "outbox"
      ? "a database of Flask-SQLAlchemy, and an integration of celery-factory or celery-direct"
      : "celery_database.py with delay_after_commit";
  throw new UserError({
    code: "enqueue-needs-database",
    what: `enqueue: ${enqueue} does not fit this project; nothing was changed.`,
    why: `it needs ${needs}; that is not here`,
    fix:
      enqueue === "outbox"
        ? "give --enqueue commit, or direct"
        : "run celery-factory with the database first, or give --enqueue direct",
  });
}

/** `celery_outbox.py`, and its table beside the application's own. */
export function addOutbox(context: Context, app: FlaskApp): void {
  const folder = app.packageDir ? `${app.packageDir}/` : "";
  context.write(`${folder}celery_outbox.py`, "integration/celery_outbox.py", { package: app.package });
  const module = app.package ? `${app.package}.celery_outbox` : "celery_outbox";
  wireCall(context, app, { module, name: "init_outbox" });
}

/** What makes the table, and what sends. */
export function relayCommands({ dependencies }: Project): string[] {
  const migrates = dependencies.versions.has("flask-migrate");
  return [
    migrates
      ? "flask db migrate && flask db upgrade: the table celery_outbox is new"
      : "make the table celery_outbox: db.create_all()",
    "beside the workers, as a service of its own: flask relay-tasks",
  ];
}
