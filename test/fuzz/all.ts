/** `npm run test:fuzz`: every fuzz at length, one after the other; FUZZ_SEED repeats a run. In CI each runs for a shorter time. */
import { spawnSync } from "node:child_process";
import path from "node:path";

const RUNS = { factory: 5000, projects: 5000, blueprints: 1000, sequences: 1000, updates: 2000, adoptions: 2000 };

for (const [name, runs] of Object.entries(RUNS)) {
  const file = path.join(import.meta.dirname, `${name}.test.ts`);
  const env = { ...process.env, FUZZ_RUNS: String(runs) };
  const { status } = spawnSync(process.execPath, ["--import", "tsx", file], { stdio: "inherit", env });
  if (status !== 0) process.exitCode = 1;
}
