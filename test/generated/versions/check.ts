/** Everything that is tried on one combination. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { copyTree } from "../../support/temp.ts";
import { type GeneratedApp, ours } from "./apps.ts";

export interface Finding {
  app: string;
  check: "import" | "worker" | "pytest" | "celery-verify";
  ok: boolean;
  /** What was printed, where it failed. */
  output: string;
}

export const checks = ["import", "worker", "pytest", "celery-verify"] as const;

/**
 * Imports the application with deprecations in our modules as errors, runs its tasks in a worker, its own and the generated
 * tests, and celery-verify.
 *
 * @param python interpreter of an environment that has Flask and Celery
 */
export async function checkApp(app: GeneratedApp, python: string): Promise<Finding[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "versions-app-"));
  try {
    const root = copyTree(app.root, path.join(folder, app.name));
    const smoke = await run([path.join(import.meta.dirname, "smoke.py"), JSON.stringify(app)]);
    // Exact module names: what a pattern would need is not possible on a command line.
    const strict = app.modules.flatMap((name) => ["-W", `error::DeprecationWarning:${name}`]);
    const pytest = await run(["-m", "pytest", "-q", "-p", "no:cacheprovider", ...strict]);
    const passed = Number(/(\d+) passed/.exec(pytest.output)?.[1] ?? 0);
    const verify = await ours(["celery-verify", "--report", "json", "--dest", root], { CELERY_VERIFY_PYTHON: python });
    const lines = smoke.output.split("\n");
    const finding = (check: Finding["check"], ok: boolean, output: string): Finding => {
      return { app: app.name, check, ok, output: ok ? "" : output };
    };
    return [
      finding("import", lines.includes("imported"), smoke.output),
      finding("worker", lines.includes("ran") && smoke.code === 0, smoke.output),
      // The application's own tests and at least one of ours.
      finding("pytest", pytest.code === 0 && passed >= 3, pytest.output),
      finding("celery-verify", verify.code === 0 && JSON.parse(verify.stdout).ok === true, failures(verify)),
    ];

    async function run(args: readonly string[]): Promise<{ code: number; output: string }> {
      const { CELERY_BROKER_URL: _, CELERY_RESULT_BACKEND: __, PYTHONPATH: ___, ...env } = process.env;
      const ran = await execa(python, args, {
        cwd: root,
        env: { ...env, ...app.env, PYTHONDONTWRITEBYTECODE: "", HOME: folder },
        extendEnv: false,
        all: true,
        reject: false,
        stdin: "ignore",
        timeout: 120_000,
      });
      return { code: ran.exitCode ?? 1, output: ran.all };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The checks that failed, or everything when there is no report. */
function failures({ stdout, stderr }: { stdout: string; stderr: string }): string {
  try {
    const report: { checks: { verdict: string }[]; output?: string } = JSON.parse(stdout);
    const failed = report.checks.filter(({ verdict }) => verdict === "failed");
    return `${JSON.stringify(failed, null, 1)}\n${report.output ?? ""}${stderr}`;
  } catch {
    return stdout + stderr;
  }
}
