import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";
import type { CeleryProblem, CeleryUse, FlaskApp, Project } from "../../lib/survey/index.ts";
import { GENERATOR } from "./target.ts";

/**
 * Celery that somebody else has integrated is never integrated a second time; an integration of ours may be completed.
 *
 * @param target - the application that was asked for, which the others would have to be told too
 * @param asked - the generator that was run; the one that fits the application is named where that is another
 * @throws UserError `celery-in-use` with what was found, and what is wrong with it if anything is
 */
export function refuseOtherCelery(project: Project, asked: string, target = ""): void {
  const { celery } = project;
  if (!celery || celery.kind === "ours") return;
  const where = `${celery.at.path}:${celery.at.line}`;
  const [app, ...others] = project.apps;
  const named = target && others.length > 0 ? ` (--target ${target})` : "";
  throw new UserError({
    code: "celery-in-use",
    what: `This application uses Celery already (${where}); nothing was changed.`,
    why: celery.sound
      ? "new tasks can build on its integration, and a second one beside it would give two Celery applications"
      : "a second Celery application beside it would give tasks that no worker knows",
    fix: celery.sound
      ? `go on with blueprint-task, status-endpoint and celery-verify${named}${celery.problems.length ? "; what is listed here is worth mending, too" : ""}`
      : `run celery-adopt, which mends it, or with --how convert makes it what ${app ? GENERATOR[app.kind] : asked} makes`,
    details: celery.problems.map(findingLine),
  });
}

/**
 * The integration that a further generator builds on.
 *
 * @throws UserError `celery-missing` or `celery-unsound`
 */
export function requireCelery(project: Project, generator: string): CeleryUse {
  const { celery } = project;
  if (!celery) {
    throw new UserError({
      code: "celery-missing",
      what: `${generator} needs Celery in this application; nothing was changed.`,
      why: "no Celery integration was found",
      fix: "run celery-factory (or celery-direct) first",
    });
  }
  if (celery.sound) return celery;
  throw new UserError({
    code: "celery-unsound",
    what: `${generator} can't build on this Celery integration (${celery.at.path}:${celery.at.line}); nothing was changed.`,
    why: "something in it would keep new tasks from working",
    fix: "run celery-adopt, which mends what it can, or mend what is listed here",
    details: celery.problems.filter(({ blocks }) => blocks).map(findingLine),
  });
}

/** What the running application can't find is nothing to build on. `who` would have to find it. */
export function unreachable(celery: CeleryUse, who: string): UserError {
  return new UserError({
    code: "celery-unreachable",
    what: `${who} could not reach this application's Celery; nothing was changed.`,
    why: `what makes it (${celery.at.path}:${celery.at.line}) does not store it in app.extensions`,
    fix: 'add app.extensions["celery"] = celery_app there, as Flask\'s documentation does, and run the command again',
  });
}

function findingLine({ at, what, fix, code }: CeleryProblem): string {
  return `${at.path}:${at.line}  ${what}; ${fix} [${code}]`;
}

/** What only the owner can mend before a new task can be sent from everywhere. */
export function makeDefault(celery: CeleryUse): ManualStep[] {
  return celery.problems.flatMap(({ code, at, what, fix, snippet = "" }) =>
    code === "not-default" ? [{ ...at, snippet, why: `${what}; ${fix}` }] : [],
  );
}

/** `celery_request.py`: the facts of a request that travel with a message. */
export function addRequestFacts(context: Context, app: FlaskApp): void {
  const folder = app.packageDir ? `${app.packageDir}/` : "";
  const integration = { package: app.package, celeryName: "celery_app", ...context.project.celery };
  context.write(`${folder}celery_request.py`, "integration/celery_request.py", integration);
}
