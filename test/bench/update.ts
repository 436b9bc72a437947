/** celery-update and celery-setup on an application of 200 files, beside celery-factory on the same. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runEarlier } from "../support/earlier.ts";
import { copyTree } from "../support/temp.ts";
import { bin, FACTORY, makeApp } from "./support/app.ts";
import { measure, printRatios } from "./support/measure.ts";

export const title = "celery-update and celery-setup on a 200-file application; aim ≤ 1.5 × celery-factory";

export async function bench(): Promise<void> {
  const app = makeApp(200);
  const integrated = copyTree(app);
  await runEarlier("0.1.0", "celery-factory", integrated, { broker: "redis" });
  const edited = copyTree(integrated);
  const settings = findSettings(edited);
  writeFileSync(settings, readFileSync(settings, "utf8").replace('"task_time_limit": 300', '"task_time_limit": 900'));
  const work = copyTree(app);
  const from = (folder: string) => () => {
    rmSync(work, { recursive: true });
    copyTree(folder, work);
  };
  const node = process.execPath;
  const measured = measure([
    { name: "celery-factory", command: [node, bin, ...FACTORY, "--dest", work], before: from(app) },
    { name: "celery-update", command: [node, bin, "celery-update", "--dest", work], before: from(integrated) },
    {
      name: "celery-update, a file edited",
      command: [node, bin, "celery-update", "--dest", work],
      before: from(edited),
    },
    {
      name: "celery-setup",
      command: [node, bin, "celery-setup", "--broker", "rabbitmq", "--dest", work],
      before: from(integrated),
    },
  ]);
  printRatios("three commands", measured, "celery-factory");
}

function findSettings(root: string): string {
  const name = readdirSync(root, { recursive: true, encoding: "utf8" }).find((file) =>
    file.endsWith("celery_settings.py"),
  );
  return path.join(root, name!);
}
