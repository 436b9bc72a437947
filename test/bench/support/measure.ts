/** Measures commands side by side: user and system CPU time, wall time and peak memory of a child and of all that it starts. */
import { spawnSync } from "node:child_process";
import path from "node:path";

export interface Command {
  name: string;
  command: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
  /** Undoes what the last run left, outside of what is measured. */
  before?: () => void;
  /** Exit codes that count as done; 0 only unless told. */
  codes?: readonly number[];
}

export interface Measured {
  name: string;
  /** Milliseconds; medians. */
  wall: number;
  cpu: number;
  /** Megabytes; median of the peaks. */
  memory: number;
}

const CHILD = path.join(import.meta.dirname, "rusage.py");

/** A B A B …, one warm-up of each, medians; BENCH_ROUNDS tells how many. */
export function measure(commands: readonly Command[], rounds = Number(process.env.BENCH_ROUNDS ?? 5)): Measured[] {
  const samples = commands.map((): Measured[] => []);
  for (let round = -1; round < rounds; round++) {
    commands.forEach((command, index) => {
      command.before?.();
      const sample = runOnce(command);
      if (round >= 0) samples[index]!.push(sample);
    });
  }
  return commands.map(({ name }, index) => {
    const of = (key: "wall" | "cpu" | "memory") => median(samples[index]!.map((sample) => sample[key]));
    return { name, wall: of("wall"), cpu: of("cpu"), memory: of("memory") };
  });
}

function runOnce({ name, command, cwd, env, codes = [0] }: Command): Measured {
  const ran = spawnSync("python3", [CHILD, ...command], {
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const { code, wall, cpu, memory, tail } = JSON.parse(ran.stdout);
  if (!codes.includes(code)) throw new Error(`${name} ended with ${code}:\n${tail}`);
  return { name, wall, cpu, memory };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Prints measurements with their ratio to the one called `base`. */
export function printRatios(title: string, measured: readonly Measured[], base: string): void {
  const to = measured.find(({ name }) => name === base)!;
  console.log(`\n${title} (ratios to ${base})`);
  console.table(
    Object.fromEntries(
      measured.map(({ name, wall, cpu, memory }) => [
        name,
        {
          "wall ms": Math.round(wall),
          "× wall": round(wall / to.wall),
          "CPU ms": Math.round(cpu),
          "× CPU": round(cpu / to.cpu),
          "peak MB": Math.round(memory),
        },
      ]),
    ),
  );
}

export function round(value: number): number {
  return Number(value.toFixed(2));
}
