/**
 * Runs every *.test.ts below test/ (or the paths given), each in a process of its own, two at a time, and ends with
 * `N passed, N failed` counted from what the runs reported. A file that reports no total counts as a failure.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

const here = import.meta.dirname;
const wanted = process.argv.slice(2);
const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !/^cases[\\/]/.test(name))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

const sum: Outcome = { passed: 0, failed: 0, skipped: 0 };
const queue = [...files];
await Promise.all([worker(), worker()]);
const skipped = sum.skipped ? `, ${sum.skipped} skipped` : "";
console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
// In CI everything is installed first, so a skip means that something was not tested.
process.exitCode = sum.failed > 0 || sum.passed === 0 || (process.env.CI && sum.skipped > 0) ? 1 : 0;

async function worker(): Promise<void> {
  for (let file = queue.shift(); file; file = queue.shift()) {
    const { passed, failed, skipped } = await runFile(file);
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
}

function runFile(file: string): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", path.join(here, file)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", (code) => {
      const outcome = readOutcome(output, code);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${outcome.failed ? "FAIL" : "ok  "} ${file}  ${outcome.passed} passed, ${seconds} s`);
      if (outcome.failed || outcome.skipped) console.log(output);
      resolve(outcome);
    });
  });
}

/** Reads uvu's closing lines; tests may print `SKIPPED <name>: <reason>` for what the machine can't run. */
function readOutcome(output: string, code: number | null): Outcome {
  const number = (label: string) =>
    [...output.matchAll(new RegExp(`^\\s+${label}:\\s+(\\d+)`, "gm"))].reduce(
      (total, match) => total + Number(match[1]),
      0,
    );
  const total = number("Total");
  const passed = number("Passed");
  const skipped = number("Skipped") + (output.match(/^SKIPPED /gm)?.length ?? 0);
  const failed = total - passed;
  const crashed = total === 0 || (code !== 0 && failed === 0);
  return { passed, failed: crashed ? failed + 1 : failed, skipped };
}
