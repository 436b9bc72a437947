#!/usr/bin/env node
/** The command `plop-pack-flask-celery`. Without a terminal nothing is asked, and Plop with its prompts is not loaded. */
import { fileURLToPath } from "node:url";
import { runBin } from "./lib/cli/bin.ts";
import { ours } from "./ours.ts";

void runBin(process.argv.slice(2), { generators: ours, underPlop });

/** Plop's documented wrapper (https://plopjs.com/documentation/#wrapping-plop); it reads process.argv when it is imported. */
async function underPlop(args: string[]): Promise<void> {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...args);
  const { Plop, run } = await import("plop");
  const configPath = fileURLToPath(new URL("./plopfile.js", import.meta.url));
  Plop.prepare({ configPath }, (env) => Plop.execute(env, (found) => void run(found, undefined, false)));
}
