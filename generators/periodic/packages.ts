import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import { planDependencies, type Wanted, writeRequirement } from "../../lib/dependencies/edit.ts";
import { formatCommand, inFolder, planInstall } from "../../lib/dependencies/plan-install.ts";
import { ignorePattern } from "../../lib/files/env-files.ts";
import type { PeriodicFacts } from "./facts.ts";

const REDBEAT: Wanted = { name: "celery-redbeat", minimum: "2.3", below: "3" };

/** What beat keeps its schedule with: a package that gets declared, or a file that Git ignores. */
export function addStore(context: Context, { scheduler }: PeriodicFacts): { manual: ManualStep[]; next: string[] } {
  const { project, changes } = context;
  if (scheduler === "file") {
    const rules = project.read(".gitignore");
    const ignored = ignorePattern(rules, "celerybeat-schedule*", "What beat keeps between two starts");
    if (ignored) changes.edit(".gitignore", ignored);
    return { manual: [], next: [] };
  }
  const { edits, manual, next } = planDependencies(project.dependencies, [REDBEAT], project.read);
  if (edits.length === 0) return { manual, next: [] };
  for (const { path, after } of edits) changes.edit(path, after);
  const requirement = writeRequirement(REDBEAT);
  const step = planInstall(project.dependencies, [requirement], project.root);
  const command = step?.command ?? ["python", "-m", "pip", "install", requirement];
  return { manual, next: [inFolder(project.root, formatCommand(command)), ...next] };
}
