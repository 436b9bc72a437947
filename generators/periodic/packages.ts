import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import type { Wanted } from "../../lib/dependencies/edit.ts";
import { ignorePattern } from "../../lib/files/env-files.ts";
import { declarePackages } from "../common/packages.ts";
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
  return declarePackages(context, [REDBEAT]);
}
