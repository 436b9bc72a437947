/** Runs the Python part in a copy of the project and reads what it found. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { UserError } from "../errors/index.ts";
import type { EntryCall, Project } from "../survey/project.ts";
import type { Finding } from "./checks.ts";
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

export interface RunResult {
  findings: Finding[];
  /** The end of what the application printed, when it broke off; "" otherwise. */
  output: string;
}

/** One line of the events file. */
interface Event {
  begin?: string;
  id?: string;
  ok?: boolean;
  detail?: string;
  fix?: string;
  missing?: string;
  error?: string;
  denied?: string;
  crash?: string;
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
  const result = await execa(interpreter.python, ["-B", path.join(pythonFolder(), "run.py"), requestFile, eventsFile], {
    cwd: path.join(workspace.root, entry.importRoots[0] ?? ""),
    env: environment(workspace, live),
    all: true,
    reject: false,
    stdin: "ignore",
    // The process ends itself with a stack first; this is for one that can't.
    timeout: (seconds + 30) * 1000,
    killSignal: "SIGKILL",
    maxBuffer: 200_000,
  });
  const real = (text: string) =>
    text.replaceAll(`${workspace.root}${path.sep}`, "").replaceAll(workspace.root, project.root);
  const line = (text: string) =>
    real(text)
      .trim()
      .replaceAll(/\s*\n\s*/g, " ");
  const output = real(String(result.all ?? "")).trimEnd();
  if (!existsSync(eventsFile)) throw new Error(`the checks left no events: ${output}`);
  const events = readEvents(eventsFile);
  if (events.length === 0) throw notRunnable(interpreter, output || result.shortMessage || "");
  const stack = existsSync(stackFile) ? readFileSync(stackFile, "utf8") : "";
  return conclude(events, { request, output, stack, root: workspace.root, code: result.exitCode ?? null, real, line });
}

interface Ending {
  request: RunRequest;
  output: string;
  stack: string;
  root: string;
  code: number | null;
  real: (text: string) => string;
  /** The same, on one line. */
  line: (text: string) => string;
}

function conclude(events: readonly Event[], { request, output, stack, root, code, real, line }: Ending): RunResult {
  const missing = events.find((event) => event.missing);
  if (missing) throw notInstalled(missing.missing!, request, real(missing.error ?? ""));
  const findings: Finding[] = events.flatMap(({ id, ok, detail = "", fix = "" }) =>
    id === undefined ? [] : [{ id, ok: ok === true, detail: line(detail), fix: line(fix) }],
  );
  const denied = events.find((event) => event.denied)?.denied;
  const start = findings.find((finding) => finding.id === "flask-starts");
  if (denied && start && !start.ok) {
    start.detail += ` (start-up connects to ${denied}; the application is kept off the network while it is verified)`;
  }
  const crash = events.find((event) => event.crash)?.crash;
  if (crash) throw new Error(`the checks stopped: ${real(crash)}`);
  const last = events.at(-1);
  const end = tail(output);
  if (last?.begin !== undefined) {
    const id = last.begin.startsWith("import ") ? "flask-starts" : last.begin;
    findings.push({ id, ok: false, ...explainEnding(stack, root, code, request.seconds, end) });
    return { findings, output: end };
  }
  return { findings, output: start?.ok === false ? end : "" };
}

/** The check that was under way did not come to an end: the process was ended, or ended itself. */
function explainEnding(stack: string, root: string, code: number | null, seconds: number, output: string) {
  const printed = output ? ` It printed: ${output.split("\n").at(-1)}` : "";
  if (stack.includes("Timeout") || code === null) {
    const place = placeInStack(stack, root);
    const detail = `${place ? `${place}: ` : ""}still running after ${seconds} s.${printed}`;
    return { detail, fix: "Move what waits there out of start-up, or give it more time: CELERY_VERIFY_SECONDS=120." };
  }
  const detail = `the application ended the process with exit code ${code}.${printed}`;
  return { detail, fix: "Remove os._exit() and the like from what runs on import." };
}

/** The innermost line of the project in a stack of faulthandler, whose innermost frame comes first. */
function placeInStack(stack: string, root: string): string {
  for (const [, file, line] of stack.matchAll(/^\s*File "(.+)", line (\d+) in /gm)) {
    if (file!.startsWith(root + path.sep)) return `${path.relative(root, file!).replaceAll(path.sep, "/")}:${line}`;
  }
  return "";
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

function tail(output: string): string {
  return output.split("\n").slice(-20).join("\n").slice(-2000);
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
