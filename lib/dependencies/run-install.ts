/** Runs the install step: no shell, no questions, quiet unless it fails. */
import { execa } from "execa";
import { createSpinner } from "nanospinner";
import { UserError } from "../errors/index.ts";
import { formatCommand } from "./plan-install.ts";
import type { InstallStep } from "./types.ts";

export interface RunInstallOptions {
  /** Gets each line that the package manager prints, as it comes. */
  onProgress?: (line: string) => void;
  /** Where the spinner turns; only a terminal gets one. */
  stderr?: NodeJS.WriteStream;
  /** Stops the package manager, as Ctrl-C does. */
  signal?: AbortSignal;
}

/**
 * Runs a planned installation to its end. The generated files stay whatever happens.
 *
 * @throws UserError `install-failed` with the package manager's output and the command to run again.
 */
export async function runInstall(install: InstallStep, options: RunInstallOptions = {}): Promise<void> {
  for (const command of install.environment ? [install.environment, install.command] : [install.command]) {
    await runCommand(command, install.cwd, options);
  }
}

async function runCommand(command: readonly string[], cwd: string, options: RunInstallOptions): Promise<void> {
  const [program = "", ...args] = command;
  const typed = formatCommand(command);
  const stderr = options.stderr ?? process.stderr;
  const spinner = stderr.isTTY ? createSpinner(`Installing: ${typed}`, { stream: stderr }).start() : null;
  const output: string[] = [];
  const child = execa(program, args, {
    cwd,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
    // The project's own pip configuration counts; questions, notices and a system interpreter don't.
    env: {
      PIP_NO_INPUT: "1",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      PIP_REQUIRE_VIRTUALENV: "1",
      POETRY_NO_INTERACTION: "1",
    },
    ...(options.signal ? { cancelSignal: options.signal } : {}),
  });
  for await (const line of child.iterable({ from: "all" })) {
    output.push(String(line));
    options.onProgress?.(String(line));
    spinner?.update({ text: `Installing: ${shorten(String(line), stderr.columns)}` });
  }
  const result = await child;
  if (!result.failed) {
    spinner?.success({ text: `Installed: ${typed}` });
    return;
  }
  spinner?.error({ text: `Failed: ${typed}` });
  throw new UserError({
    code: "install-failed",
    what: `Installing did not work: ${typed}`,
    why: explainFailure(program, result.code, result.exitCode, result.signal),
    fix: `the generated files are in place; run it again in ${cwd}: ${typed}`,
    details: output.slice(-40),
  });
}

function explainFailure(program: string, code?: string, exitCode?: number, signal?: string): string {
  if (code === "ENOENT") return `${program} was not found on this machine`;
  if (signal) return `${program} was stopped by ${signal}`;
  return exitCode === undefined
    ? `${program} could not be started`
    : `${program} ended with exit code ${exitCode}; its last lines are below`;
}

function shorten(line: string, columns = 80): string {
  const text = line.trim();
  const room = Math.max(20, columns - 16);
  return text.length > room ? `${text.slice(0, room - 1)}…` : text;
}
