/** Runs the Python part in a copy of the project and reads what it found. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { UserError } from "../errors/index.ts";
import type { EntryCall, Project } from "../survey/project.ts";
import { conclude, type Event, type RunResult } from "./conclude.ts";
import type { Entry } from "./entry.ts";
import type { Interpreter } from "./interpreter.ts";
import { makeWorkspace, type Workspace } from "./workspace.ts";

export interface RunRequest {
  project: Project;
  interpreter: Interpreter;
  entry: Entry;
  /** How the application is obtained where there is no entry. */
  target: EntryCall | null;
  live: boolean;
  /** Seconds until the application is ended. */
  seconds: number;
  installCommand: string;
  progress: (line: string) => void;
}

/**
 * @throws UserError `flask-not-installed`, `celery-not-installed`
 */
export async function runChecks(request: RunRequest): Promise<RunResult> {
  const { project } = request;
  const workspace = makeWorkspace(project.root, project.paths);
  const onExit = () => workspace.remove();
  process.once("exit", onExit);
  try {
    return await runIn(workspace, request);
  } finally {
    process.removeListener("exit", onExit);
    workspace.remove();
  }
}

async function runIn(workspace: Workspace, request: RunRequest): Promise<RunResult> {
  const { project, interpreter, entry, target, live, seconds, installCommand } = request;
  const file = (name: string) => path.join(workspace.own, name);
  const [requestFile, eventsFile, stackFile] = [file("request.json"), file("events.jsonl"), file("stack.txt")];
  const python = project.paths.filter((name) => name.endsWith(".py"));
  const details = {
    root: workspace.root,
    entry: entry.name,
    entryModule: entry.module,
    entryPath: entry.path,
    importRoots: entry.importRoots,
    files: [...python, ...project.paths.filter((name) => /(^|\/)\.?env|\.ya?ml$|\.cfg$|\.ini$/.test(name))],
    target: target && { imports: target.imports, call: target.call },
    live,
    ports: live ? portsOf(process.env) : [],
    seconds,
    stackFile,
    workerLog: file("worker.log"),
    readyFile: file("ready"),
    installCommand,
  };
  writeFileSync(requestFile, JSON.stringify(details));
  writeFileSync(eventsFile, "");
  // To a file: what an application prints has no bounds, and a pipe that is closed would break it.
  const outputFile = file("output.txt");
  writeFileSync(outputFile, "");
  const printed = { file: outputFile, append: true };
  const result = await execa(interpreter.python, ["-B", path.join(pythonFolder(), "run.py"), requestFile, eventsFile], {
    cwd: path.join(workspace.root, entry.importRoots[0] ?? ""),
    env: environment(workspace, live),
    reject: false,
    stdin: "ignore",
    stdout: printed,
    stderr: printed,
    buffer: false,
    // The process ends itself with a stack first; this is for one that can't.
    timeout: (seconds + 30) * 1000,
    killSignal: "SIGKILL",
  });
  const real = (text: string) =>
    text.replaceAll(`${workspace.root}${path.sep}`, "").replaceAll(workspace.root, project.root);
  const output = real(readEnd(outputFile)).trimEnd();
  if (!existsSync(eventsFile)) throw new Error(`the checks left no events: ${output}`);
  const events = readEvents(eventsFile);
  if (events.length === 0) throw notRunnable(interpreter, output || result.shortMessage || "");
  const stack = existsSync(stackFile) ? readFileSync(stackFile, "utf8") : "";
  const how =
    result.timedOut || stack.includes("Timeout") ? "timeout" : (result.signal ?? `exit code ${result.exitCode}`);
  const missing = events.find((event) => event.missing);
  if (missing) throw notInstalled(missing.missing!, request, real(missing.error ?? ""));
  return conclude(events, { seconds, output, stack, root: workspace.root, how, real });
}

function notInstalled(module: string, { interpreter, installCommand }: RunRequest, error: string): UserError {
  const name = module === "flask" ? "Flask" : "Celery";
  return new UserError({
    code: `${module}-not-installed`,
    what: `${name} can't be imported by ${interpreter.python} (from ${interpreter.from}).`,
    why: error || "It is not installed there.",
    fix: `Install what the project needs: ${installCommand}`,
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

/** The environment of the application: nothing written, no server reached, unless `live`. */
function environment(workspace: Workspace, live: boolean): Record<string, string | undefined> {
  const always = {
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONIOENCODING: "utf-8",
    TMPDIR: workspace.own,
    TEMP: workspace.own,
    TMP: workspace.own,
  };
  if (live) return always;
  // Celery's own variables win over every configuration, so no worker of ours can take a message of anybody else.
  return {
    ...always,
    CELERY_BROKER_URL: "memory://",
    CELERY_RESULT_BACKEND: "cache+memory://",
    CELERY_BROKER_READ_URL: undefined,
    CELERY_BROKER_WRITE_URL: undefined,
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

/** From source it lies beside this file; the build copies it to dist/verify/python. */
function pythonFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = ["python", "verify/python", "../verify/python"].map((name) => path.join(here, name));
  const found = candidates.find((folder) => existsSync(path.join(folder, "run.py")));
  if (!found) throw new Error("the Python part of celery-verify is missing from the package");
  return found;
}
