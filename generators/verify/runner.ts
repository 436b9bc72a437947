/** Gives the started Python the project and reads what it found. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../lib/errors/index.ts";
import { type EntryCall, type Project, surveyServers } from "../../lib/survey/index.ts";
import { conclude, type Event, type RunResult } from "./conclude.ts";
import type { Entry } from "./entry.ts";
import type { Interpreter } from "./interpreter.ts";
import type { StartedPython } from "./start.ts";
import type { WebEntries } from "./web-entries.ts";

export interface RunRequest {
  project: Project;
  entry: Entry;
  /** How the application is obtained where there is no entry. */
  target: EntryCall | null;
  /** What the project itself starts for the web. */
  web: WebEntries;
  /** What documents tell people to type for a worker. */
  commands: readonly { app: string; at: string; resolves: boolean }[];
  /** What to do instead where one of them fails. */
  workerCommand: string;
  live: boolean;
  /** Seconds until the application is ended. */
  seconds: number;
  installCommand: string;
}

/**
 * @throws UserError `flask-not-installed`, `celery-not-installed`, `environment-broken`
 */
export async function runChecks(python: StartedPython, request: RunRequest): Promise<RunResult> {
  const { interpreter, workspace, process: running } = python;
  const { project, entry, target, web, commands, live, seconds, installCommand } = request;
  const file = (name: string) => path.join(workspace.own, name);
  const stackFile = file("stack.txt");
  // What production sets in the environment is in `.env` here: the web has it where the worker has it.
  const loadsDotenv = /\bload_dotenv\(/.test(project.parse(entry.path)?.text ?? "");
  const modules = project.paths.filter((name) => name.endsWith(".py"));
  const details = {
    root: workspace.root,
    environment: variables(live),
    entry: entry.name,
    entryModule: entry.module,
    entryPath: entry.path,
    importRoots: entry.importRoots,
    files: [...modules, ...project.paths.filter((name) => /(^|\/)\.?env|\.ya?ml$|\.cfg$|\.ini$/.test(name))],
    target: target && { imports: target.imports, call: target.call },
    live,
    ports: live ? portsOf(process.env) : [],
    seconds,
    stackFile,
    workerLog: file("worker.log"),
    readyFile: file("ready"),
    queueFolder: file("queue"),
    installCommand,
    servers: serversOf(project),
    commands,
    workerCommand: request.workerCommand,
    web: { ...web, entries: web.entries.map((one) => ({ ...one, dotenv: dotenvOf(one.flask, loadsDotenv) })) },
    webRoot: workspace.web,
    webFiles: file("web"),
  };
  running.ask(JSON.stringify(details));
  // The process ends itself with a stack first; this is for one that can't.
  let late = false;
  const limit = setTimeout(
    () => {
      late = true;
      running.kill();
    },
    (seconds + 30) * 1000,
  );
  const result = await running.ended;
  clearTimeout(limit);
  const real = (text: string) =>
    [workspace.root, workspace.web].reduce(
      (told, copy) => told.replaceAll(`${copy}${path.sep}`, "").replaceAll(copy, project.root),
      text,
    );
  const output = real(readEnd(python.output)).trimEnd();
  if (!existsSync(python.events)) throw new Error(`the checks left no events: ${output}`);
  const events = readEvents(python.events);
  if (events.length === 0) throw notRunnable(interpreter, output || result.error || "");
  const stack = existsSync(stackFile) ? readFileSync(stackFile, "utf8") : "";
  const how = late || stack.includes("Timeout") ? "timeout" : (result.signal ?? `exit code ${result.exitCode}`);
  const { missing, broken, error = "" } = events.find((event) => event.missing) ?? {};
  if (missing && broken) throw environmentBroken(real(broken), interpreter, installCommand);
  if (missing) throw notInstalled(missing, interpreter, installCommand, real(error));
  return conclude(events, { seconds, output, stack, root: workspace.root, how, real });
}

function notInstalled(module: string, interpreter: Interpreter, installCommand: string, error: string): UserError {
  const name = module === "flask" ? "Flask" : "Celery";
  return new UserError({
    code: `${module}-not-installed`,
    what: `${name} can't be imported by ${interpreter.python} (from ${interpreter.from}).`,
    why: error || "It is not installed there.",
    fix: `Install what the project needs: ${installCommand}`,
  });
}

/** Installed, and not usable: to install it once more would change nothing. */
function environmentBroken(why: string, interpreter: Interpreter, installCommand: string): UserError {
  return new UserError({
    code: "environment-broken",
    what: `The libraries of ${interpreter.python} (from ${interpreter.from}) do not work together.`,
    why,
    fix: `Install versions that fit, the newest of both or those that the project was made with: ${installCommand}`,
  });
}

function notRunnable({ python, from }: Interpreter, output: string): UserError {
  return new UserError({
    code: "python-not-runnable",
    what: `${python} (from ${from}) can't run the checks.`,
    why: output.split("\n").at(-1) ?? "It ended without a word.",
    fix: "Make the environment anew; it needs Python 3.9 or later.",
  });
}

function readEvents(file: string): Event[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Event);
}

/** The last 64 KiB of a file. */
function readEnd(name: string): string {
  const size = statSync(name).size;
  const bytes = Buffer.alloc(Math.min(size, 65_536));
  const descriptor = openSync(name, "r");
  readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
  closeSync(descriptor);
  return bytes.toString("utf8");
}

/** What the application finds in its environment: no server is reached, unless `live`. */
function variables(live: boolean): Record<string, string | null> {
  if (live) return {};
  // Celery's own variables win over every configuration, so no worker of ours can take a message of anybody else.
  return {
    CELERY_BROKER_URL: "memory://",
    CELERY_RESULT_BACKEND: "cache+memory://",
    CELERY_BROKER_READ_URL: null,
    CELERY_BROKER_WRITE_URL: null,
  };
}

/** Ports of the broker and the result backend that the environment names, besides the usual ones. */
function portsOf(env: Readonly<Record<string, string | undefined>>): number[] {
  const named = [env.CELERY_BROKER_URL, env.CELERY_RESULT_BACKEND].flatMap((url) => {
    const port = /:(\d{2,5})(?:\/|$|\?)/.exec(url ?? "")?.[1];
    return port ? [Number(port)] : [];
  });
  return [...new Set([...named, 6379, 6380, 5672, 5671])];
}

/** The schemes that the project names for each of Celery's servers, which the environment of the checks hides. */
function serversOf(project: Project) {
  const { brokers, results } = surveyServers(project);
  const told = (named: typeof brokers) => named.map(({ scheme, at }) => ({ scheme, at: `${at.path}:${at.line}` }));
  return { broker_url: told(brokers), result_backend: told(results) };
}

/** What is read before the web starts: `flask` reads `.flaskenv` too, which steers only itself; a server gets what the worker gets. */
function dotenvOf(isFlask: boolean, loadsDotenv: boolean): "flask" | "env" | "" {
  if (isFlask) return "flask";
  return loadsDotenv ? "env" : "";
}
