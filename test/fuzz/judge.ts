/** Talks to judge.py: one long-lived process, one JSON object a line in each direction. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";

export interface Question {
  path: string;
  before: Uint8Array;
  /** null when the tool refused. */
  after: Uint8Array | null;
  factory: string;
  /** Arguments of the factory as Python source. */
  arguments: string;
}

export interface Judgement {
  /** Every path gives a Flask back under a name, or nothing: a tool should be able to edit this. */
  provable: boolean;
  reason: string;
  /** What is wrong with the edit; empty when it is right. */
  problems: string[];
  notes: string[];
  runs: number;
  /** How many calls of celery_init_app on returned apps were seen in all runs. */
  initialised: number;
}

export class Judge {
  readonly #python: ChildProcessWithoutNullStreams;
  readonly #waiting: { resolve(answer: Judgement): void; reject(error: Error): void }[] = [];

  constructor() {
    this.#python = spawn("python3", [path.join(import.meta.dirname, "judge.py")]);
    let complaint = "";
    this.#python.stderr.on("data", (text) => (complaint += text));
    createInterface({ input: this.#python.stdout }).on("line", (line) =>
      this.#waiting.shift()?.resolve(JSON.parse(line)),
    );
    this.#python.on("close", (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`the judge ended with ${code}: ${complaint}`));
    });
  }

  ask({ path, before, after, factory, arguments: given }: Question): Promise<Judgement> {
    const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
    const question = { path, before: encode(before), after: after && encode(after), factory, arguments: given };
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#python.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  end(): void {
    this.#python.stdin.end();
  }
}
