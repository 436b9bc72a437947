import { UserError } from "../../lib/errors/index.ts";
import type { CeleryUse, Location, Project } from "../../lib/survey/index.ts";
import { resultsAreOn } from "../common/existing.ts";

const SETTING = /\b(?:celery_)?result_backend\b|\bbackend\s*=/i;
const SETTINGS_FILE = /(^|\/)\.?[\w.-]*env(\.[\w.-]+)?$|\.(ya?ml|toml|ini|cfg|json)$/;

/**
 * A status can only be told where results are kept, and kept where every process can read them.
 *
 * @throws UserError `results-off`, `results-rpc` or `celery-unreachable`
 * @see https://docs.celeryq.dev/en/stable/userguide/tasks.html#result-backends
 */
export function requireResults(project: Project, celery: CeleryUse): void {
  const found = celery.kind === "ours" ? [] : mentions(project);
  const rpc = found.filter(({ text }) => /rpc:\/\//.test(text));
  if (rpc[0] && rpc.length === found.length) throw rpcResults(rpc[0].at);
  const isOn = celery.kind === "ours" ? resultsAreOn(project) : found.length > 0;
  if (!isOn) throw resultsOff(celery);
  if (celery.access === null) throw unreachable(celery);
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
      ? "this integration was made with results none, so Celery forgets what becomes of a task"
      : "no result_backend was found, and without one Celery forgets what becomes of a task",
    fix: ours
      ? "run celery-factory (or celery-direct) again with another --results and --force, then this command"
      : 'set result_backend in Celery\'s settings, e.g. "redis://localhost:6379/1", then run the command again',
  });
}

function unreachable(celery: CeleryUse): UserError {
  return new UserError({
    code: "celery-unreachable",
    what: "The status routes could not reach this application's Celery; nothing was changed.",
    why: `what makes it (${celery.at.path}:${celery.at.line}) neither stores it in app.extensions nor in a module's variable`,
    fix: 'add app.extensions["celery"] = celery_app there, as Flask\'s documentation does, and run the command again',
  });
}

/** Lines of code and of settings that name a result backend. */
function mentions(project: Project): { at: Location; text: string }[] {
  const settings = project.paths.filter((path) => SETTINGS_FILE.test(path));
  const texts = [
    ...[...project.sources.values()].map(({ path, text }) => ({ path, text })),
    ...settings.map((path) => ({ path, text: Buffer.from(project.read(path) ?? []).toString("utf8") })),
  ];
  return texts.flatMap(({ path, text }) =>
    text.split(/\r\n|\n|\r/).flatMap((line, index) => {
      const isSetting = SETTING.test(line) && !/^\s*#/.test(line) && !/backend\s*=\s*None/.test(line);
      return isSetting && /celery|result_backend|redis|db\+|rpc/i.test(line)
        ? [{ at: { path, line: index + 1 }, text: line }]
        : [];
    }),
  );
}
