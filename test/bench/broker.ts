/** The embedded broker under load: nothing may be lost. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { pythonEnv } from "../support/python-env.ts";

export const title = "embedded broker, 10,000 tasks (BENCH_TASKS for another number)";

export async function bench(): Promise<void> {
  const { python } = await pythonEnv();
  const script = path.join(import.meta.dirname, "embedded.py");
  const ran = spawnSync(python, [script, process.env.BENCH_TASKS ?? "10000", "sqlite"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (ran.status !== 0) throw new Error(`embedded.py ended with ${ran.status}`);
}
