/**
 * Runs every *.test.ts below test/ (or those whose path contains one of the words given), each in a process of its own, some at
 * a time, and ends with `N passed, N failed` counted from what the runs reported. A file that reports no total, that ends in
 * the middle of its tests or that takes too long counts as a failure.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { pythonEnv } from "./support/python-env.ts";

interface Outcome {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

const here = import.meta.dirname;
const limitMinutes = 12;
/** Most of the time a file waits for servers and workers, so that two of them leave two processors idle. */
const atOnce = 2 * availableParallelism();
/** These run generated Python. */
const needsPython = /^(docs|e2e|generated|generators[\\/]verify)[\\/]/;
/** The slow ones come first, so that none of them is left to run alone. */
const isSlow = (file: string) => needsPython.test(file) || /^(fuzz|cases\.test)/.test(file);

const wanted = process.argv.slice(2);
const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !/^cases[\\/]/.test(name))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort((a, b) => Number(isSlow(b)) - Number(isSlow(a)) || (a < b ? -1 : 1));

const running = new Set<ChildProcess>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    for (const child of running) endGroup(child);
    process.exit(1);
  });
}

const outcomes: Outcome[] = [];
const queue = [...files];
// Slow files first, but others for as long as the Python environment, which the first run makes, is not there.
let hasPython = false;
if (files.some((file) => needsPython.test(file))) {
  const done = () => (hasPython = true);
  pythonEnv().then(done, done);
}
await Promise.all(Array.from({ length: atOnce }, worker));
report();

async function worker(): Promise<void> {
  const take = () => (hasPython ? queue.shift() : queue.pop());
  for (let file = take(); file; file = take()) outcomes.push(await runFile(file));
}

function runFile(file: string): Promise<Outcome> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", path.join(here, file)], {
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a time limit ends what the test has started, too.
      detached: true,
    });
    running.add(child);
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const timer = setTimeout(() => {
      output += `\n${file} took longer than ${limitMinutes} minutes and was ended.\n`;
      endGroup(child);
    }, limitMinutes * 60_000);
    child.on("close", (code) => {
      clearTimeout(timer);
      running.delete(child);
      const seconds = (performance.now() - started) / 1000;
      const outcome = { file, seconds, ...readOutcome(output, code) };
      const counted = `${outcome.passed} passed${outcome.failed ? `, ${outcome.failed} failed` : ""}`;
      console.log(`${outcome.failed ? "FAIL" : "ok  "} ${file}  ${counted}, ${seconds.toFixed(1)} s`);
      if (outcome.failed || outcome.skipped) console.log(output);
      resolve(outcome);
    });
  });
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

/** Reads uvu's closing lines; tests may print `SKIPPED <name>: <reason>` for what the machine can't run. */
function readOutcome(output: string, code: number | null): Omit<Outcome, "file" | "seconds"> {
  const number = (label: string) =>
    [...output.matchAll(new RegExp(`^\\s+${label}:\\s+(\\d+)`, "gm"))].reduce(
      (total, match) => total + Number(match[1]),
      0,
    );
  const total = number("Total");
  const passed = number("Passed");
  const skipped = number("Skipped") + (output.match(/^SKIPPED /gm)?.length ?? 0);
  // Tests that never ran, because the process ended before, are among the total and not among the passed.
  const failed = total - passed;
  const crashed = (total === 0 && skipped === 0) || (code !== 0 && failed === 0);
  return { passed, failed: crashed ? failed + 1 : failed, skipped };
}

function report(): void {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const [passed, failed, skipped] = [sum((one) => one.passed), sum((one) => one.failed), sum((one) => one.skipped)];
  const slowest = [...outcomes].sort((a, b) => b.seconds - a.seconds).slice(0, 5);
  if (outcomes.length > 5) {
    console.log(`slowest: ${slowest.map(({ file, seconds }) => `${file} ${seconds.toFixed(0)} s`).join(", ")}`);
  }
  const broken = outcomes.filter((one) => one.failed > 0).map(({ file }) => file);
  if (broken.length > 0) console.log(`failed in: ${broken.join(", ")}`);
  console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
  // In CI everything is installed first, so a skip means that something was not tested.
  process.exitCode = failed > 0 || passed === 0 || (process.env.CI && skipped > 0) ? 1 : 0;
}
