import { interrupted } from "./failures.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Stands between what ends a process and a change that is half done. */
export interface Guard {
  /** Lets signals that have arrived be seen. Throws UserError `interrupted` when there was one. */
  check(): Promise<void>;
  /** Gives signals their usual effect back. One that came too late to undo anything takes effect now. */
  lift(): Promise<void>;
}

/**
 * Holds signals back until the change is whole or undone.
 * @param onExit runs when other code ends this process all the same (process.exit, an uncaught error)
 */
export function guard(onExit: () => void): Guard {
  let seen: NodeJS.Signals | null = null;
  let told = false;
  const note = (signal: NodeJS.Signals): void => {
    seen ??= signal;
  };
  for (const signal of SIGNALS) process.on(signal, note);
  process.on("exit", onExit);
  return {
    async check() {
      await listen();
      told = seen !== null;
      if (seen) throw interrupted(seen);
    },
    async lift() {
      await listen();
      for (const signal of SIGNALS) process.off(signal, note);
      process.off("exit", onExit);
      if (seen && !told) process.kill(process.pid, seen);
    },
  };
}

/** Signals are handed over in the poll phase of the event loop; two turns are certain to pass through it. */
async function listen(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}
