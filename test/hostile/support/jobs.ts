/** Generators on hostile projects, in a process that is ended when it does not end by itself. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { tempDir } from "../../support/temp.ts";

export interface Job {
  name: string;
  root: string;
  generator: string;
  given?: Record<string, string>;
  defaults?: Record<string, string>;
  partials?: Record<string, string>;
}

export interface Done {
  name: string;
  /** Of the error that it ended with; "" when it did what was asked for. */
  code: string;
  seconds: number;
  /** Everything that a user would have read. */
  printed: string;
  /** Commands that were started. */
  spawned: string[];
}

/**
 * @param limit seconds for each job; then the process is ended, and the job is `hangs`. One that takes it down is `crash`.
 */
export async function runJobs(jobs: readonly Job[], limit: number): Promise<Map<string, Done>> {
  const done = new Map<string, Done>();
  for (let rest = [...jobs]; rest.length > 0; rest = rest.filter(({ name }) => !done.has(name))) {
    await runSome(rest, limit, done);
  }
  return done;
}

function runSome(jobs: readonly Job[], limit: number, done: Map<string, Done>): Promise<void> {
  const file = path.join(tempDir("jobs-"), "jobs.json");
  writeFileSync(file, JSON.stringify(jobs));
  return new Promise((resolve) => {
    const worker = path.join(import.meta.dirname, "worker.ts");
    const child = spawn(process.execPath, ["--import", "tsx", worker, file], { stdio: ["ignore", "pipe", "pipe"] });
    let current = jobs[0]!.name;
    let why = "crash";
    let said = "";
    let line = "";
    const onTime = () => {
      why = "hangs";
      child.kill("SIGKILL");
    };
    // The first one waits for the modules, too.
    let timer = setTimeout(onTime, (limit + 60) * 1000);
    child.stderr.on("data", (chunk) => (said += chunk));
    child.stdout.on("data", (chunk) => {
      const lines = (line + chunk).split("\n");
      line = lines.pop()!;
      for (const text of lines) {
        const event: { begin?: string } & Done = JSON.parse(text);
        clearTimeout(timer);
        timer = setTimeout(onTime, limit * 1000);
        if (event.begin === undefined) done.set(event.name, event);
        else current = event.begin;
      }
    });
    child.on("close", () => {
      clearTimeout(timer);
      if (jobs.every(({ name }) => done.has(name))) return resolve();
      if (!done.has(current))
        done.set(current, { name: current, code: why, seconds: limit, printed: said, spawned: [] });
      resolve();
    });
  });
}
