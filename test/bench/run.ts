/**
 * `npm run bench` prints ratios taken side by side in one run; `npm run bench -- survey growth` runs those only. Every other
 * file of this folder is one benchmark: it exports `title` and `bench()`.
 */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

interface Bench {
  title: string;
  bench(): Promise<void> | void;
}

const here = import.meta.dirname;
const wanted = process.argv.slice(2);
const names = readdirSync(here)
  .filter((name) => name.endsWith(".ts") && name !== "run.ts")
  .map((name) => path.basename(name, ".ts"))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((name) => !existsSync(path.join(here, `${name}.ts`)));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(", ")}`);
  process.exitCode = 1;
}
for (const name of names) {
  const { title, bench }: Bench = await import(`./${name}.ts`);
  console.log(`\n== ${name}: ${title}`);
  try {
    await bench();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}
// Temporary folders and servers end with the process.
process.exit();
