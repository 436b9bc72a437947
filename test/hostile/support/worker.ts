/**
 * Runs jobs from a file, one after the other, and writes a line of JSON before and after each. In a process of its own, so that
 * one that never ends can be ended, and told by name.
 */
import { readFileSync, writeSync } from "node:fs";
import { Writable } from "node:stream";
import { UserError } from "../../../lib/errors/index.ts";
import { explain } from "../../../lib/run/explain.ts";
import { findGenerators } from "../../../lib/run/find.ts";
import { runGenerator } from "../../../lib/run/run.ts";
import { ours } from "../../../ours.ts";
import type { Job } from "./jobs.ts";
import { watchProcesses } from "./watch.ts";

const generators = await findGenerators(ours);
const jobs: Job[] = JSON.parse(readFileSync(process.argv[2]!, "utf8"));

for (const job of jobs) {
  writeSync(1, `${JSON.stringify({ begin: job.name })}\n`);
  const printed: string[] = [];
  const stream = () =>
    new Writable({
      write(chunk, _encoding, done) {
        printed.push(String(chunk));
        done();
      },
    }) as NodeJS.WriteStream;
  const started = performance.now();
  const watch = watchProcesses();
  let code = "";
  try {
    const generator = generators.find(({ name }) => name === job.generator)!;
    const { root, given = {}, defaults = {}, partials = {} } = job;
    await runGenerator(generator, { root, given, defaults, partials, output: { out: stream(), err: stream() } });
  } catch (error) {
    code = error instanceof UserError ? error.code : "bug";
    printed.push(explain(error));
  }
  const seconds = (performance.now() - started) / 1000;
  const done = { name: job.name, code, seconds, printed: printed.join(""), spawned: watch.stop() };
  writeSync(1, `${JSON.stringify(done)}\n`);
}
