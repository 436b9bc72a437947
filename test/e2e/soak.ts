/** `npm run test:soak`: what CI does for seconds, for minutes: beats and web processes that are killed, and event streams. */
import { spawnSync } from "node:child_process";
import path from "node:path";

const LONG: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  periodic: { PERIODIC_KILLS: "50" },
  outbox: { OUTBOX_COMMITS: "10000" },
  "status-stream": { STATUS_STREAM_SECONDS: "300" },
};

for (const [name, env] of Object.entries(LONG)) {
  const file = path.join(import.meta.dirname, `${name}.test.ts`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", file], {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exitCode = 1;
}
