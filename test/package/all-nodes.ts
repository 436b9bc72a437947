/**
 * npm run test:node — the packed tarball installed outside the repository with npm, pnpm and yarn, used on every Node that we
 * support, and its types judged by are-the-types-wrong. Downloads 200 MB once; Node's binaries stay under .cache/nodes.
 */
import { copyFileSync } from "node:fs";
import path from "node:path";
import { type Ran, runCommand } from "../support/command.ts";
import { tempDir } from "../support/temp.ts";
import { checkNode, directly, nodeFolder, nodeVersions, type Start, throughNpx, writeTeam } from "./nodes.ts";
import { packTarball } from "./tarball.ts";

// A name without a version's dots and in a folder of its own, as a person would have it.
const tarball = path.join(tempDir("packed-"), "pack.tgz");
copyFileSync(packTarball().file, tarball);

const npx = (name: string, ...args: string[]) => ["npx", "--yes", name, ...args];
/** Each in a project of its own; install scripts are off, since there are none to run. */
const managers: { name: string; install: string[]; env?: Record<string, string> }[] = [
  { name: "npm", install: ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", tarball, "plop@4"] },
  { name: "pnpm", install: npx("pnpm@10", "add", "--ignore-scripts", tarball, "plop@4") },
  // The copy of an earlier tarball of the same version would be taken from its cache.
  {
    name: "yarn",
    install: npx("yarn@1", "add", "--ignore-scripts", "--no-lockfile", `file:${tarball}`, "plop@4"),
    env: { YARN_CACHE_FOLDER: tempDir("yarn-") },
  },
];

const rows: string[] = [];
let failed = 0;

const wanted = process.argv.slice(2);
for (const { name, install, env } of managers.filter((one) => wanted.length === 0 || wanted.includes(one.name))) {
  const team = writeTeam();
  await attempt(name, "install", async () => {
    must(await runCommand(install, { cwd: team, env: env ?? {} }));
    return "";
  });
  // On one of them everything; the others show that the installation is whole.
  const majors = name === "npm" ? nodeVersions : ["20"];
  for (const major of majors) {
    const start: Start = name === "npm" ? throughNpx(team) : directly(team);
    await attempt(name, `Node ${major}`, async () => checkNode(team, await nodeFolder(major), start));
  }
}
if (wanted.length === 0 || wanted.includes("types")) {
  // Its CommonJS rule does not apply: the package is ESM only, and Plop 4 is, too.
  const attw = npx("@arethetypeswrong/cli@0.18", tarball, "--profile", "esm-only", "--no-emoji");
  await attempt("are-the-types-wrong", "esm-only", async () => must(await runCommand(attw)).stdout && "");
}

console.log(`\n| installed with | what | result | seconds |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`);
console.log(`${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function attempt(who: string, what: string, work: () => Promise<string>): Promise<void> {
  const started = performance.now();
  let result = "ok";
  try {
    result = `ok ${await work()}`.trim();
  } catch (error) {
    failed++;
    result = "FAILED";
    console.error(`--- ${who}, ${what}\n${error instanceof Error ? error.message : error}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  rows.push(`| ${who} | ${what} | ${result} | ${seconds} |`);
  console.log(`${who}, ${what}: ${result} (${seconds} s)`);
}

function must(ran: Ran): Ran {
  if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
  return ran;
}
