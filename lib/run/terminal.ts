/** What flow/ needs to know and do about the terminal, and nothing about generators. */
import type { Writable } from "node:stream";

/** Where the flow writes. Results go to `out`; `err` is for progress, warnings and errors. */
export interface Output {
  out: Writable & { isTTY?: boolean };
  err: Writable & { isTTY?: boolean };
}

export const terminal: Output = { out: process.stdout, err: process.stderr };

/** Says that nobody will answer, although there is a terminal: a program may have made it. */
export const unattended = "--no-interactive";

/** Whether somebody is there who can answer: a terminal on both sides, and nothing that says otherwise. */
export function isInteractive(): boolean {
  const { CI, NONINTERACTIVE, TERM } = process.env;
  if (CI || NONINTERACTIVE || TERM === "dumb" || process.argv.includes(unattended)) return false;
  // In this order: Node makes a stream of standard input when it is first looked at, which takes 7 ms.
  return Boolean(process.stdout.isTTY && process.stdin.isTTY);
}

/**
 * Writes a text and waits until it has left the process, since Plop calls process.exit() right after a failure.
 * A reader that has gone (`| head`) is no error.
 */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null) => {
      stream.off("error", settle);
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(error);
      else resolve();
    };
    stream.on("error", settle);
    stream.write(text, settle);
  });
}

/** Writes whole lines; in a terminal, over the frame that Plop's spinner may have left at the start of the line. */
export async function writeLines(stream: Output["out"], text: string): Promise<void> {
  if (text === "") return;
  await write(stream, `${stream.isTTY ? "\r\u001b[2K" : ""}${text.replace(/\n?$/, "\n")}`);
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Colours for a stream: none unless it is a terminal and NO_COLOR is unset (https://no-color.org). */
export function painter(stream: { isTTY?: boolean }): (style: keyof typeof codes, text: string) => string {
  const coloured = Boolean(stream.isTTY) && !process.env.NO_COLOR;
  return (style, text) => (coloured ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}

let pending = 0;

/**
 * Standard input that closes in the middle of a question lets Node end with exit code 0, because nothing is left to
 * wait for. From the call of this function until the returned one is called, that is an exit with 1 and a reason.
 */
export function expectAnswer(): () => void {
  // First in line: inquirer's own listener ends the process without a word.
  if (pending++ === 0) process.prependListener("exit", inputEnded);
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    if (--pending === 0) process.off("exit", inputEnded);
  };
}

function inputEnded(code: number): void {
  if (code !== 0) return;
  process.stderr.write(
    "\nThe input ended before every question was answered: nothing was written. [input-closed]\n" +
      "  why: standard input was closed in the middle of a question.\n" +
      "  do:  run it in a terminal, or give the answers on the command line.\n",
  );
  process.exit(1);
}
