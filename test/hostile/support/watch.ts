/** Sees every process that Node starts, whichever function of child_process is used. */
import { ChildProcess } from "node:child_process";

type Spawn = (options: { file: string; args?: string[] }) => unknown;

/** From now on, until stop() gives back what was started. */
export function watchProcesses(): { stop(): string[] } {
  const started: string[] = [];
  const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };
  const before = prototype.spawn;
  prototype.spawn = function spawn(this: unknown, options) {
    started.push([options.file, ...(options.args ?? []).slice(1)].join(" "));
    return before.call(this, options);
  };
  return {
    stop() {
      prototype.spawn = before;
      return started;
    },
  };
}
