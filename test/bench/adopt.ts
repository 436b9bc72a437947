/** celery-adopt on an application of 200 files that uses Celery as of old, beside celery-factory on the same without. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { copyTree, writeTree } from "../support/temp.ts";
import { bin, FACTORY, makeApp } from "./support/app.ts";
import { measure, printRatios } from "./support/measure.ts";

export const title = "celery-adopt on a 200-file application; aim ≤ 1.5 × celery-factory";

export async function bench(): Promise<void> {
  const app = makeApp(200);
  const old = copyTree(app);
  const factory = path.join(old, "shop/__init__.py");
  const made = 'celery = Celery(__name__, broker="redis://localhost")\n\n\ndef create_app';
  const text = readFileSync(factory, "utf8").replace("def create_app", made);
  writeFileSync(factory, `from celery import Celery\n${text}`);
  const files = {
    "shop/jobs.py": "from shop import celery\n\n\n@celery.task\ndef job():\n    return 1\n",
    "celery_worker.py": "from shop import celery, create_app\n\napp = create_app()\napp.app_context().push()\n",
  };
  writeTree(files, old);
  const work = copyTree(app);
  const from = (folder: string) => () => {
    rmSync(work, { recursive: true });
    copyTree(folder, work);
  };
  const node = process.execPath;
  const adopt = (how: string) => [node, bin, "celery-adopt", "--how", how, "--dest", work];
  const measured = measure([
    { name: "celery-factory", command: [node, bin, ...FACTORY, "--dest", work], before: from(app) },
    { name: "celery-adopt, convert", command: adopt("convert"), before: from(old) },
    { name: "celery-adopt, mend", command: adopt("mend"), before: from(old) },
  ]);
  printRatios("three commands", measured, "celery-factory");
}
