/** At the end of a change that somebody was asked about: shall it be proved now? */
import type { NodePlopAPI } from "plop";
import type { Project } from "../survey/index.ts";

interface WithInquirer {
  inquirer: { prompt(questions: object[]): Promise<Record<string, unknown>> };
}

/** Whether there is a Python with Celery to prove it with. Without one, a yes would only lead to an error. */
export async function canVerify({ root, dependencies }: Project): Promise<boolean> {
  if (process.env.CELERY_VERIFY_PYTHON) return true;
  const { findVirtualEnvironment } = await import("../dependencies/environment.ts");
  const found = findVirtualEnvironment(root);
  return found ? found.packages.has("celery") : dependencies.manager !== "pip" || Boolean(process.env.CONDA_PREFIX);
}

/** Asks, and runs `verify` on a yes. Only to be called where a question has been answered before. */
export async function offerVerify(plop: NodePlopAPI, verify: () => Promise<string>): Promise<void> {
  const { inquirer } = plop as unknown as WithInquirer;
  const { now } = await inquirer.prompt([
    { type: "confirm", name: "now", message: "Prove now that it works (runs celery-verify)?", default: true },
  ]);
  if (now) await verify();
}
