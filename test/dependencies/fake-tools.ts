/** Package managers that record how they were called, and a virtual environment that holds nothing. */
import { chmodSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { tempDir, writeTree } from "../support/temp.ts";

export interface Call {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
}

export interface FakeTools {
  /** A folder for the front of PATH. */
  bin: string;
  calls(): Call[];
}

/** Makes programs of these names. Each prints two lines, writes its call down as JSON and ends with `exitCode`. */
export function makeFakeTools(names: readonly string[], exitCode = 0): FakeTools {
  const bin = tempDir("fake-tools-");
  for (const name of names) writeFakeTool(path.join(bin, name), path.join(bin, "calls.jsonl"), exitCode);
  return {
    bin,
    calls: () => {
      const log = path.join(bin, "calls.jsonl");
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, "utf8").trim().split("\n");
      return lines.map((line) => JSON.parse(line) as Call);
    },
  };
}

function writeFakeTool(file: string, log: string, exitCode: number): void {
  const script = [
    `#!${process.execPath}`,
    'const fs = require("fs");',
    "const { argv, env } = process;",
    `fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify({ argv: [require("path").basename(argv[1]), ...argv.slice(2)], cwd: process.cwd(), env }) + "\\n");`,
    'console.log("Resolving celery");',
    'console.error("Collecting kombu");',
    `process.exitCode = ${exitCode};`,
    "",
  ].join("\n");
  writeTree({ [path.basename(file)]: script }, path.dirname(file));
  chmodSync(file, 0o755);
}

/** An environment as `python -m venv` leaves it, with the Python a fake. */
export function makeFakeVenv(
  root: string,
  name: string,
  log: string,
  options: { exitCode?: number; pip?: boolean; config?: string } = {},
): void {
  const pip = options.pip === false ? {} : { [`${name}/lib/python3.11/site-packages/pip-24.0.dist-info/METADATA`]: "" };
  writeTree({ [`${name}/pyvenv.cfg`]: options.config ?? "home = /usr/bin\n", ...pip }, root);
  writeFakeTool(path.join(root, name, "bin", "python"), log, options.exitCode ?? 0);
}
