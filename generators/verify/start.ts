/** Starts the project's Python, which imports Flask and Celery while the project is still being read. */
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { Project } from "../../lib/survey/index.ts";
import { findInterpreter, type Interpreter } from "./interpreter.ts";
import { tellInstall } from "./tell-install.ts";
import { makeWorkspace, type Workspace } from "./workspace.ts";

export interface StartedPython {
  interpreter: Interpreter;
  workspace: Workspace;
  /** It waits for the request on its standard input, and ends without one. */
  process: ReturnType<typeof run>;
  /** Files with what it finds, one JSON object per line, and with what the application prints. */
  events: string;
  output: string;
  /** Ends it, whatever it does, and removes what it worked on. */
  stop(): void;
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
  writeFileSync(events, "");
  writeFileSync(output, "");
  const running = run(interpreter.python, workspace, events, output);
  // One that can't even start has nobody to read the request; what it printed tells more.
  running.stdin.on("error", () => {});
  const stop = () => {
    process.removeListener("exit", stop);
    running.kill("SIGKILL");
    workspace.remove();
  };
  process.once("exit", stop);
  return { interpreter, workspace, process: running, events, output, stop };
}

function run(python: string, workspace: Workspace, events: string, output: string) {
  // To a file: what an application prints has no bounds, and a pipe that is closed would break it.
  const printed = { file: output, append: true } as const;
  return execa(python, ["-B", path.join(pythonFolder(), "run.py"), events], {
    cwd: workspace.root,
    env: {
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONIOENCODING: "utf-8",
      TMPDIR: workspace.own,
      TEMP: workspace.own,
      TMP: workspace.own,
    },
    reject: false,
    stdin: "pipe",
    stdout: printed,
    stderr: printed,
    buffer: false,
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
