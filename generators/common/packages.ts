import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import { planDependencies, type Wanted, writeRequirement } from "../../lib/dependencies/edit.ts";
import { formatCommand, inFolder, planInstall } from "../../lib/dependencies/plan-install.ts";
import { surveyDependencies } from "../../lib/dependencies/read.ts";

/** Declares packages where the project declares its own. Returns what is left to do, and the command that installs them. */
export function declarePackages(
  { project, changes }: Context,
  wanted: readonly Wanted[],
): { manual: ManualStep[]; next: string[] } {
  // Another part of the same plan may have added to these files.
  const read = (path: string) => changes.current(path) ?? project.read(path);
  const declared = surveyDependencies(project.root, read, project.paths);
  const { edits, manual, next } = planDependencies(declared, wanted, read);
  if (edits.length === 0) return { manual, next: [] };
  for (const { path, after } of edits) changes.edit(path, after);
  const requirements = wanted.map(writeRequirement);
  const step = planInstall(project.dependencies, requirements, project.root);
  const command = step?.command ?? ["python", "-m", "pip", "install", ...requirements];
  return { manual, next: [inFolder(project.root, formatCommand(command)), ...next] };
}
