/** The whole checklist: the part without Python and the part in the project's interpreter, side by side. */
import type { FlaskApp, Project } from "../../lib/survey/index.ts";
import { completeChecks } from "./checks.ts";
import { findWorkerEntry, locateModule, tellWorkerCommand } from "./entry.ts";
import type { VerifyReport } from "./report.ts";
import { runChecks } from "./runner.ts";
import { takePython } from "./start.ts";
import { findWorkerCommands } from "./static/documented.ts";
import { checkFiles } from "./static/index.ts";
import { tellInstall } from "./tell-install.ts";
import { findWebEntries } from "./web-entries.ts";

export interface VerifyOptions {
  /** The application that was chosen; null where only the worker's entry is known. */
  app: FlaskApp | null;
  /** Use the configured broker and a worker process. */
  live: boolean;
  /** The revision that runs now, for Git; nothing is compared without one. */
  since?: string;
  /** Seconds until an application that hangs is ended. */
  seconds?: number;
  progress?: (line: string) => void;
}

/**
 * Runs every check and changes nothing: the application runs in a copy of the project, off the network.
 *
 * @throws UserError `python-not-found`, `python-not-runnable`, `flask-not-installed`, `celery-not-installed`,
 * `environment-broken`
 */
export async function verifyProject(project: Project, options: VerifyOptions): Promise<VerifyReport> {
  const { app, live, progress = () => {} } = options;
  const seconds = options.seconds ?? (Number(process.env.CELERY_VERIFY_SECONDS) || 60);
  const python = await takePython(project);
  try {
    progress("celery-verify: starting the application");
    const commands = findWorkerCommands(project.root, project.paths);
    const entry = findWorkerEntry(project, app, commands);
    const web = findWebEntries(project, entry.importRoots, entry.name);
    if (web.entries.length > 0) python.workspace.copy(python.workspace.web, project);
    const resolves = (name: string) => locateModule(project, entry.importRoots, name) !== null;
    const workerCommand = tellWorkerCommand(entry);
    const running = runChecks(python, {
      project,
      entry,
      target: app?.entry ?? null,
      web,
      commands: commands.map(({ app, path, line }) => ({ app, at: `${path}:${line}`, resolves: resolves(app) })),
      workerCommand,
      live,
      seconds,
      installCommand: tellInstall(project),
    });
    const reading = checkFiles(project, { commands, resolves, workerCommand, since: options.since ?? "" });
    const [run, files] = await Promise.all([running, reading]);
    const checks = completeChecks([...run.findings, ...files]);
    const ok = checks.every(({ verdict }) => verdict === "ok" || verdict === "not-applicable");
    const mode = live ? "live" : "in-memory";
    return { ok, python: python.interpreter.python, mode, checks, output: run.output };
  } finally {
    python.stop();
  }
}
