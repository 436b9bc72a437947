import { UserError } from "../../lib/errors/index.ts";
import type { CeleryUse, FlaskApp, Location, Project } from "../../lib/survey/index.ts";
import { unreachable } from "../common/existing.ts";
import { resultMentions, resultsAreOn } from "../common/results.ts";

/**
 * A status can only be told where results are kept, and kept where every process can read them.
 *
 * @throws UserError `results-off`, `results-rpc` or `celery-unreachable`
 * @see https://docs.celeryq.dev/en/stable/userguide/tasks.html#result-backends
 */
export function requireResults(project: Project, app: FlaskApp, celery: CeleryUse): void {
  const found = celery.kind === "ours" ? [] : resultMentions(project);
  const rpc = found.filter(({ text }) => /rpc:\/\//.test(text));
  if (rpc[0] && rpc.length === found.length) throw rpcResults(rpc[0].at);
  const isOn = celery.kind === "ours" ? resultsAreOn(project, app) : found.length > 0;
  if (!isOn) throw resultsOff(celery);
  if (celery.access === null) throw unreachable(celery, "The status routes");
}

function rpcResults(at: Location): UserError {
  return new UserError({
    code: "results-rpc",
    what: "There is no status to show; nothing was changed.",
    why: `${at.path}:${at.line} keeps results in rpc://, which only the process that sent a task can read, and only once`,
    fix: "use a Redis or database result backend, then run the command again",
  });
}

function resultsOff(celery: CeleryUse): UserError {
  const ours = celery.kind === "ours";
  return new UserError({
    code: "results-off",
    what: "There is no status to show; nothing was changed.",
    why: ours
      ? "no result_backend is configured for this integration, so Celery forgets what becomes of a task"
      : "no result_backend was found, and without one Celery forgets what becomes of a task",
    fix: ours
      ? 'set "result_backend" where the broker_url stands, or CELERY_RESULT_BACKEND in .env; after --results none, run celery-factory (or celery-direct) again with another --results and --force'
      : 'set result_backend in Celery\'s settings, e.g. "redis://localhost:6379/1", then run the command again',
  });
}
