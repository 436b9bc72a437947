/** The whole checklist: the part without Python and the part in the project's interpreter, side by side. */
import type { FlaskApp, Project } from "../survey/project.ts";
import { completeChecks } from "./checks.ts";
import { findEntry, locateModule } from "./entry.ts";
import { findInterpreter } from "./interpreter.ts";
import type { VerifyReport } from "./report.ts";
import { runChecks } from "./runner.ts";
import { checkCredentials } from "./static/check-credentials.ts";
import { checkEnv } from "./static/check-env.ts";
import { checkDocumented, findWorkerCommands } from "./static/documented.ts";
import { listTracked } from "./static/tracked.ts";

export interface VerifyOptions {
  /** The application that was chosen; null where only the worker's entry is known. */
  app: FlaskApp | null;
  /** Use the configured broker and a worker process. */
  live: boolean;
  /** Seconds until an application that hangs is ended. */
  seconds?: number;
  progress?: (line: string) => void;
}

/**
 * Runs every check and changes nothing: the application runs in a copy of the project, off the network.
 *
 * @throws UserError `python-not-found`, `python-not-runnable`, `flask-not-installed`, `celery-not-installed`
 */
export async function verifyProject(project: Project, options: VerifyOptions): Promise<VerifyReport> {
  const { app, live, progress = () => {} } = options;
  const seconds = options.seconds ?? (Number(process.env.CELERY_VERIFY_SECONDS) || 60);
  const installCommand = tellInstall(project);
  const commands = findWorkerCommands(project.root, project.paths);
  const entry = findEntry(project, app, commands);
  const interpreter = await findInterpreter(project.root, installCommand);
  progress("celery-verify: starting the application");
  const running = runChecks({
    project,
    interpreter,
    entry,
    target: app?.entry ?? null,
    live,
    seconds,
    installCommand,
    progress,
  });
  const [tracked, run] = await Promise.all([listTracked(project.root, project.paths), running]);
  const documented = checkDocumented(
    commands,
    (name) => locateModule(project, entry.importRoots, name) !== null,
    entry.name,
  );
  const without = [checkCredentials(project.root, tracked), await checkEnv(project.root, tracked), documented];
  const checks = completeChecks([...run.findings, ...without]);
  const ok = checks.every((check) => check.ok);
  return { ok, python: interpreter.python, mode: live ? "live" : "in-memory", checks, output: run.output };
}

/** The command that installs what the project declares, as a person types it. */
function tellInstall(project: Project): string {
  const { manager, files } = project.dependencies;
  if (manager === "uv") return "uv sync";
  if (manager !== "pip") return `${manager} install`;
  const requirements = files.find((file) => file.kind === "requirements")?.path;
  const what = requirements ? `-r ${requirements}` : 'flask "celery[redis]"';
  return `python3 -m venv .venv && .venv/bin/pip install ${what}`;
}
