import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import { planDependencies, type Wanted, writeRequirement } from "../../lib/dependencies/edit.ts";
import { formatCommand, inFolder, planInstall } from "../../lib/dependencies/plan-install.ts";

/** Declares a package where the project declares its own. Returns what is left to do, and the command that installs it. */
export function declarePackage(
  { project, changes }: Context,
  wanted: Wanted,
): { manual: ManualStep[]; next: string[] } {
  const { edits, manual, next } = planDependencies(project.dependencies, [wanted], project.read);
  if (edits.length === 0) return { manual, next: [] };
  for (const { path, after } of edits) changes.edit(path, after);
  const requirement = writeRequirement(wanted);
  const step = planInstall(project.dependencies, [requirement], project.root);
  const command = step?.command ?? ["python", "-m", "pip", "install", requirement];
  return { manual, next: [inFolder(project.root, formatCommand(command)), ...next] };
}
