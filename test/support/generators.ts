/** The real generators in this process, run as by a user without a terminal. */
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { type Generator, isChecking } from "../../lib/contract/generator.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import { UserError } from "../../lib/errors/index.ts";
import { findGenerators } from "../../lib/run/find.ts";
import { type Outcome, type RunOptions, runGenerator } from "../../lib/run/run.ts";
import type { Output } from "../../lib/run/terminal.ts";
import { ours } from "../../ours.ts";

const all = await findGenerators(ours);

export function generatorNamed(name: string): Generator {
  const found = all.find((generator) => generator.name === name);
  assert.ok(found, `there is no generator ${name}`);
  return found;
}

/** The same generator, whose plans are seen. */
export function spied(generator: Generator, seen: (plan: Plan) => void): Generator {
  if (isChecking(generator)) return generator;
  return {
    ...generator,
    async plan(context, answers) {
      const plan = await generator.plan(context, answers);
      seen(plan);
      return plan;
    },
  };
}

/** Takes whatever is printed. */
export function silent(): Output {
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() }) as NodeJS.WriteStream;
  return { out: nowhere(), err: nowhere() };
}

/** Runs a generator to its end; what a user would read as an error fails the test. */
export async function run(name: string, options: RunOptions): Promise<Outcome> {
  try {
    return await runGenerator(generatorNamed(name), { output: silent(), ...options });
  } catch (error) {
    // uvu takes the details of a UserError for a diff.
    throw error instanceof UserError ? new Error(`${name}: ${error.message}`) : error;
  }
}

/** The error that a run ends with; each part of it is one line. */
export async function refusal(name: string, options: RunOptions): Promise<UserError> {
  const error: unknown = await runGenerator(generatorNamed(name), { output: silent(), ...options }).then(
    () => null,
    (thrown) => thrown,
  );
  assert.ok(error instanceof UserError, `not refused: ${error instanceof Error ? error.stack : error}`);
  for (const part of [error.what, error.why, error.fix]) assert.match(part, /^[^\n]+$/);
  return error;
}
