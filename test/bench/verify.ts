/** celery-verify in memory beside what the same interpreter needs to import the application and Celery. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { pythonEnv } from "../support/python-env.ts";
import { bin, FACTORY, makeApp } from "./support/app.ts";
import { measure, printRatios } from "./support/measure.ts";

export const title = "celery-verify beside importing the application; aim ≤ 2 ×";

export async function bench(): Promise<void> {
  const { python, bin: programs } = await pythonEnv();
  const app = makeApp(30);
  const made = spawnSync(process.execPath, [bin, ...FACTORY, "--dest", app], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(made.stderr);
  const env = {
    VIRTUAL_ENV: path.dirname(programs),
    PATH: `${programs}:${process.env.PATH}`,
    CELERY_BROKER_URL: "redis://localhost:6379/0",
    CELERY_RESULT_BACKEND: "redis://localhost:6379/0",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const measured = measure(
    [
      { name: "import", command: [python, "-c", "import make_celery, celery.app.base, celery.worker"], cwd: app, env },
      // 1: this project keeps no .env rules of its own; the time is the same.
      {
        name: "verify",
        command: [process.execPath, bin, "celery-verify", "--dest", app],
        cwd: app,
        env,
        codes: [0, 1],
      },
    ],
    5,
  );
  printRatios("small application", measured, "import");
}
