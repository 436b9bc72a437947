/** Starts the project's Python, which imports Flask and Celery while the project is still being read. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import path from "node:path";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Project } from "../../lib/survey/index.ts";
import { findInterpreter, type Interpreter } from "./interpreter.ts";
import { tellInstall } from "./tell-install.ts";
import { makeWorkspace, type Workspace } from "./workspace.ts";

export interface StartedPython {
  interpreter: Interpreter;
  workspace: Workspace;
  process: RunningPython;
  /** Files with what it finds, one JSON object per line, and with what the application prints. */
  events: string;
  output: string;
  /** Ends it, whatever it does, and removes what it worked on. */
  stop(): void;
}

export interface RunningPython {
  /** Hands over the request, which it waits for. */
  ask(request: string): void;
  /** How it ended; `error` is why it could not be started. */
  ended: Promise<{ exitCode: number | null; signal: string | null; error?: string }>;
  kill(): void;
}

const begun = new Map<string, Promise<StartedPython | null>>();

/**
 * Starts Python for a later {@link takePython}, which also tells what goes wrong. Gives back what ends it.
 *
 * @param root absolute path of the project, which need not have been read
 */
export async function beginPython(root: string): Promise<() => void> {
  const starting = startPython(root, () => "").catch(() => null);
  begun.set(root, starting);
  const started = await starting;
  return () => {
    begun.delete(root);
    started?.stop();
  };
}

/**
 * The Python that was begun for a project, else a new one, with a copy of the project to work on.
 *
 * @throws UserError `python-not-found`
 */
export async function takePython(project: Project): Promise<StartedPython> {
  const { root } = project;
  const starting = begun.get(root);
  begun.delete(root);
  const started = (await starting) ?? (await startPython(root, () => tellInstall(project)));
  try {
    started.workspace.copy(started.workspace.root, project);
  } catch (error) {
    started.stop();
    throw error;
  }
  return started;
}

async function startPython(root: string, tellInstall: () => string): Promise<StartedPython> {
  const interpreter = await findInterpreter(root, tellInstall);
  const workspace = makeWorkspace();
  const [events, output] = [path.join(workspace.own, "events.jsonl"), path.join(workspace.own, "output.txt")];
  closeSync(openSync(events, "a"));
  const running = run(interpreter.python, workspace, events, output);
  const stop = () => {
    process.removeListener("exit", stop);
    running.kill();
    workspace.remove();
  };
  process.once("exit", stop);
  return { interpreter, workspace, process: running, events, output, stop };
}

function run(python: string, workspace: Workspace, events: string, output: string): RunningPython {
  // To a file: what an application prints has no bounds, and a pipe that is closed would break it.
  const printed = openSync(output, "a");
  const child = spawn(python, ["-B", path.join(pythonFolder(), "run.py"), events], {
    cwd: workspace.root,
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONIOENCODING: "utf-8",
      TMPDIR: workspace.own,
      TEMP: workspace.own,
      TMP: workspace.own,
    },
    stdio: ["pipe", printed, printed],
  }) as ChildProcess & { stdin: Writable };
  closeSync(printed);
  // One that can't even start has nobody to read the request; what it printed tells more.
  child.stdin.on("error", () => {});
  return {
    ask: (request) => void child.stdin.end(request),
    ended: endOf(child),
    kill: () => void child.kill("SIGKILL"),
  };
}

function endOf(child: ChildProcess): RunningPython["ended"] {
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve({ exitCode: null, signal: null, error: message }));
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
}

/** From source it lies beside this file; the build copies it to dist/verify/python. */
function pythonFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = ["python", "verify/python", "../verify/python"].map((name) => path.join(here, name));
  const found = candidates.find((folder) => existsSync(path.join(folder, "run.py")));
  if (!found) throw new Error("the Python part of celery-verify is missing from the package");
  return found;
}
