import { UserError } from "../errors/index.ts";
import type { Project } from "../survey/project.ts";

/**
 * Celery that somebody else has integrated is never integrated a second time; an integration of ours may be completed.
 *
 * @throws UserError `celery-in-use` with what was found, and what is wrong with it if anything is
 */
export function refuseOtherCelery(project: Project): void {
  const { celery } = project;
  if (!celery || celery.kind === "ours") return;
  const where = `${celery.at.path}:${celery.at.line}`;
  throw new UserError({
    code: "celery-in-use",
    what: `This application uses Celery already (${where}); nothing was changed.`,
    why: celery.sound
      ? "its integration is sound, and a second one beside it would give two Celery applications"
      : "a second Celery application beside it would give tasks that no worker knows",
    fix: celery.sound
      ? "go on with blueprint-task, status-endpoint and celery-verify, which build on it"
      : "mend what is listed here, or remove the old integration and run celery-factory again",
    details: celery.problems.map(({ at, what, fix }) => `${at.path}:${at.line}  ${what}; ${fix}`),
  });
}
