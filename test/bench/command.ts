/** The whole command on an application of 200 files, beside a stock Plop generator that adds as many files. */
import { rmSync } from "node:fs";
import path from "node:path";
import { copyTree } from "../support/temp.ts";
import { bin, createdFiles, FACTORY, makeApp, plop, repository, stockPlopfile } from "./support/app.ts";
import { measure, printRatios } from "./support/measure.ts";

export const title = "whole command on a 200-file application; aim ≤ 1.5 × stock Plop";

export function bench(): void {
  const app = makeApp(200);
  const created = createdFiles(app);
  const work = copyTree(app);
  const before = () => {
    rmSync(work, { recursive: true });
    copyTree(app, work);
  };
  const node = process.execPath;
  const ours = path.join(repository, "plopfile.js");
  const stock = stockPlopfile(created);
  const measured = measure([
    { name: "stock Plop", command: [node, plop, "--plopfile", stock, "celery", work], before },
    {
      name: "plop, our pack",
      command: [node, plop, "--plopfile", ours, FACTORY[0], "--dest", work, "--", ...FACTORY.slice(1)],
      before,
    },
    { name: "our bin", command: [node, bin, ...FACTORY, "--dest", work], before },
  ]);
  printRatios(`${created.size} files made`, measured, "stock Plop");
}
