/** Integrates a project, starts its own entry and the worker's in processes of their own, and tells whether both have the same application. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Plan } from "../../lib/contract/plan.ts";
import { UserError } from "../../lib/errors/index.ts";
import { runGenerator } from "../../lib/run/run.ts";
import { generatorNamed, silent, spied } from "../support/generators.ts";

/** What starts an application: folders on sys.path relative to `root`, a module and an expression in it. */
export interface Start {
  folders: readonly string[];
  module: string;
  expression: string;
}

export type Verdict =
  | { kind: "equal"; plan: Plan }
  | { kind: "refused"; code: string; why: string }
  /** Not the same application, or one that does not start any more. */
  | { kind: "wrong"; problems: readonly string[]; plan: Plan }
  /** The project itself does not start: the fault of whoever made it. */
  | { kind: "broken"; problems: readonly string[] };

interface Answer {
  problems: string[];
  errors: string[];
}

/** One warm Python that starts applications in copies of itself. */
export class Oracle {
  readonly #python: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];

  constructor(python: string) {
    this.#python = spawn(python, [path.join(import.meta.dirname, "oracle.py")]);
    let complaint = "";
    this.#python.stderr.on("data", (text) => {
      complaint += text;
    });
    createInterface({ input: this.#python.stdout }).on("line", (line) =>
      this.#waiting.shift()?.resolve(JSON.parse(line)),
    );
    this.#python.on("close", (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`the oracle ended with ${code}: ${complaint}`));
    });
  }

  /**
   * Runs the generator in `root` and compares what it says the worker's application is with the web's.
   *
   * @param start - what the project itself starts; null where that is nothing a module hands out
   */
  async judge(
    root: string,
    generator: string,
    start: Start | null,
    answers: Record<string, string> = {},
  ): Promise<Verdict> {
    if (start) {
      const before = await this.#ask(["the project before"], [{ root, ...start }]);
      if (before.errors[0]) return { kind: "broken", problems: before.problems };
    }
    const ran = await integrate(root, generator, answers);
    if (!("plan" in ran)) return ran;
    const { plan } = ran;
    if (!start) return { kind: "wrong", problems: ["nothing that can be imported makes an application"], plan };
    const entry = plan.changes.changes.find(
      ({ path: name, after }) =>
        name.endsWith(".py") && Buffer.from(after).toString("utf8").startsWith('"""The worker\'s entry:'),
    );
    if (!entry) return { kind: "wrong", problems: ["there is no worker's entry"], plan };
    const worker = {
      folders: [path.posix.dirname(entry.path) === "." ? "" : path.posix.dirname(entry.path)],
      module: path.posix.basename(entry.path, ".py"),
      expression: "celery_app",
    };
    const answer = await this.#ask(
      ["the web", "the worker"],
      [
        { root, ...start },
        { root, ...worker },
      ],
    );
    const problems = [...answer.problems, ...copiedSecrets(root, entry.path)];
    return problems.length > 0 ? { kind: "wrong", problems, plan } : { kind: "equal", plan };
  }

  #ask(names: readonly string[], starts: readonly (Start & { root: string })[]): Promise<Answer> {
    const environment = {
      CELERY_BROKER_URL: "redis://localhost:6379/0",
      CELERY_RESULT_BACKEND: "redis://localhost:6379/1",
    };
    const asked = starts.length === 1 ? [...starts, ...starts] : starts;
    const named = starts.length === 1 ? [...names, ...names] : names;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#python.stdin.write(`${JSON.stringify({ names: named, starts: asked, environment })}\n`);
    });
  }

  end(): void {
    this.#python.stdin.end();
  }
}

/** Long hexadecimal values are what secrets are in the projects that are made here. */
function copiedSecrets(root: string, entry: string): string[] {
  const found = /["'][0-9a-f]{32}["']/.exec(readFileSync(path.join(root, entry), "utf8"));
  return found ? [`${entry} holds a secret of the project's`] : [];
}

async function integrate(
  root: string,
  name: string,
  given: Record<string, string>,
): Promise<{ plan: Plan } | Extract<Verdict, { kind: "refused" }>> {
  const plans: Plan[] = [];
  const watched = spied(generatorNamed(name), (plan) => plans.push(plan));
  try {
    await runGenerator(watched, { root, given, output: silent() });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "refused", code: error.code, why: error.why };
  }
  const [plan] = plans;
  if (!plan) throw new Error(`${name} made no plan`);
  return { plan };
}
