import { UserError } from "../errors/index.ts";
import type { Integration } from "../flow/integration.ts";
import type { InstallStep } from "../flow/plan.ts";
import { explainNoInstall, formatCommand, planInstall } from "../install/plan.ts";
import { type Wanted, writeRequirement } from "../settings/dependencies.ts";
import type { Project } from "../survey/project.ts";

/** The packages that an integration needs. RabbitMQ needs no extra: py-amqp is a dependency of Celery itself. */
export function wantedPackages({ broker, results, config }: Integration): Wanted[] {
  const extras = [
    ...(broker === "redis" || results === "redis" ? ["redis"] : []),
    ...(broker === "embedded" || results === "embedded" || results === "database" ? ["sqlalchemy"] : []),
  ];
  const celery: Wanted = { name: "celery", minimum: "5.4", below: "6", ...(extras.length ? { extras } : {}) };
  return config === "environment" ? [celery, { name: "python-dotenv", minimum: "1.0" }] : [celery];
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
  const { reason, commands } = explainNoInstall(requirements);
  throw new UserError({
    code: "install-no-environment",
    what: "The packages can't be installed, so nothing was changed.",
    why: reason,
    fix: "make a virtual environment and run the command again, or leave --install out",
    details: commands.map((command) => `  ${command}`),
  });
}

/** The command as a person types it, for CELERY.md; without an environment, pip with the dependency file's own line. */
export function installCommand(project: Project, wanted: readonly Wanted[]): string {
  const requirements = wanted.map(writeRequirement);
  const step =
    project.dependencies.manager === "pip" ? null : planInstall(project.dependencies, requirements, project.root);
  return formatCommand(step?.command ?? ["python", "-m", "pip", "install", ...requirements]);
}
