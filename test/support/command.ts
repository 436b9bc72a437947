/** Runs commands as a user would: with and without a terminal. */
import { spawn } from "node:child_process";
import path from "node:path";

const repository = path.resolve(import.meta.dirname, "../..");

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string | undefined>;
  uid?: number;
}

/** Runs a program without a terminal; standard input is empty. */
export function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, {
      cwd: options.cwd ?? repository,
      env: { ...process.env, NODE_OPTIONS: "", ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), stdout, stderr }));
  });
}

/** Plop's own command line on a plopfile; TypeScript is loaded on the way, so that no build is needed. */
export function plopCommand(plopfile: string, ...args: string[]): string[] {
  const plop = path.join(repository, "node_modules/plop/bin/plop.js");
  return [process.execPath, "--import", import.meta.resolve("tsx"), plop, "--plopfile", plopfile, ...args];
}

export const fakePlopfile = path.join(repository, "test/support/fake-pack/plopfile.js");

export interface Typed {
  code: number;
  /** What the terminal showed, without escape sequences. */
  shown: string;
  /** The text that never came, null when every step was taken. */
  waitedFor: string | null;
}

/** Runs a program in a pseudo-terminal; each step waits for a text, then types keys. */
export async function runInTerminal(
  command: readonly string[],
  steps: readonly (readonly [string, string])[],
  options: CommandOptions = {},
): Promise<Typed> {
  const python = ["python3", path.join(import.meta.dirname, "terminal.py"), JSON.stringify(steps), ...command];
  const env = { CI: undefined, NO_COLOR: "1", TERM: "xterm", ...options.env };
  const { stdout, stderr } = await runCommand(python, { ...options, env });
  if (stdout === "") throw new Error(stderr);
  const typed: Typed = JSON.parse(stdout);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences start with an escape
  return { ...typed, shown: typed.shown.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "") };
}

export const keys = { enter: "\r", down: "\u001b[B", controlC: "\u0003", controlD: "\u0004" } as const;
