import { type Wanted, writeRequirement } from "../../lib/dependencies/edit.ts";
import { explainNoInstall, formatCommand, inFolder, planInstall } from "../../lib/dependencies/plan-install.ts";
import type { InstallStep } from "../../lib/dependencies/types.ts";
import { UserError } from "../../lib/errors/index.ts";
import type { Project } from "../../lib/survey/index.ts";
import { brokers } from "./brokers.ts";
import type { DescribedIntegration } from "./describe.ts";
import { resultStores } from "./result-stores.ts";

/** The packages that an integration needs. */
export function wantedPackages({ broker, results, dotenv }: DescribedIntegration): Wanted[] {
  const extras = [...new Set([brokers[broker].extra, resultStores[results].extra])]
    .filter((extra) => extra !== "")
    .sort();
  const celery: Wanted = { name: "celery", minimum: "5.4", below: "6", ...(extras.length ? { extras } : {}) };
  return dotenv ? [celery, { name: "python-dotenv", minimum: "1.0" }] : [celery];
}

/**
 * The step that installs them.
 *
 * @throws UserError `install-no-environment` when that would have to happen in a system interpreter
 */
export function installStep(project: Project, wanted: readonly Wanted[]): InstallStep {
  const requirements = wanted.map(writeRequirement);
  const step = planInstall(project.dependencies, requirements, project.root);
  if (step) return step;
  const { reason, commands } = explainNoInstall(project.dependencies, requirements);
  throw new UserError({
    code: "install-no-environment",
    what: "The packages can't be installed, so nothing was changed.",
    why: reason,
    fix: "make a virtual environment and run the command again, or leave --install out",
    details: commands.map((command) => `  ${inFolder(project.root, command)}`),
  });
}

/**
 * The command as a person types it, for CELERY.md: pip installs the requirements file that has been edited.
 *
 * @param edited - paths of the dependency files that the plan edits or has found complete
 */
export function installCommand(project: Project, wanted: readonly Wanted[], edited: readonly string[]): string {
  const requirements = wanted.map(writeRequirement);
  if (project.dependencies.manager !== "pip") {
    const step = planInstall(project.dependencies, requirements, project.root);
    if (step) return formatCommand(step.command);
  }
  const file = edited.find((path) => /requirements[^/]*\.txt$|requirements\/[^/]*\.txt$/.test(path));
  // With its own packages, where the project can be installed itself.
  const isPackage = project.paths.includes("setup.py") || /^\[build-system\]/m.test(textOf(project, "pyproject.toml"));
  const what = file ? ["-r", file] : isPackage ? ["-e", "."] : requirements;
  return formatCommand(["python", "-m", "pip", "install", ...what]);
}

function textOf(project: Project, path: string): string {
  return Buffer.from(project.read(path) ?? []).toString("utf8");
}
