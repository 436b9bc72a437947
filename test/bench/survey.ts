/** The survey of big trees beside grep. */
import { rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "./support/app.ts";
import { measure, printRatios } from "./support/measure.ts";
import { makeTree } from "./support/tree.ts";

export const title =
  "survey of 10,000 Python files, 50 with Flask, beside grep; aim ≤ 2 ×, ≤ 200 MB; then 1,000 to 50,000 files";

export function bench(): void {
  for (const files of SIZES) {
    const root = makeTree(files, files / 200);
    try {
      const measured = measure(
        [
          { name: "grep", command: ["grep", "-rlE", "flask|celery", "--include=*.py", root], codes: [0, 1] },
          { name: "node, empty", command: [process.execPath, "-e", ""] },
          { name: "node, reads them", command: [process.execPath, "--input-type=module", "-e", FLOOR, root] },
          { name: "survey", command: [process.execPath, "--input-type=module", "-e", READ, root] },
        ],
        Number(process.env.BENCH_ROUNDS ?? 3),
      );
      printRatios(`${files} files, ${files / 200} with Flask`, measured, "grep");
    } finally {
      rmSync(root, { recursive: true });
    }
  }
}

const SIZES = (process.env.BENCH_FILES ?? "10000,1000,5000,20000,50000").split(",").map(Number);
const built = pathToFileURL(path.join(repository, "dist/index.js")).href;
/** No survey in Node can take less. */
const FLOOR = `import { closeSync, openSync, readdirSync, readSync } from "node:fs";
const buffer = Buffer.alloc(1 << 18);
(function visit(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = folder + "/" + entry.name;
    if (entry.isDirectory()) visit(name);
    if (!entry.name.endsWith(".py")) continue;
    const file = openSync(name);
    readSync(file, buffer);
    closeSync(file);
  }
})(process.argv[1]);`;
/** Everything that a generator asks of a project. */
const READ = `import { stages } from ${JSON.stringify(built)};
const project = await stages.survey(process.argv[1]);
for (const part of ["apps", "refusals", "blueprints", "databases", "celery", "broker", "dependencies", "pytest"]) void project[part];`;
