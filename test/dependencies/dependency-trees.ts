/** Trees of dependency files in memory: what planDependencies() makes of them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type DependencyPlan, planDependencies, type Wanted } from "../../lib/dependencies/edit.ts";
import { surveyDependencies } from "../../lib/dependencies/read.ts";
import type { Dependencies } from "../../lib/dependencies/types.ts";

export const CELERY: Wanted = { name: "celery", extras: ["redis"], minimum: "5.4" };
export const LINE = "celery[redis]>=5.4,<6";

export interface Planned extends DependencyPlan {
  deps: Dependencies;
  /** Text of each edited file; bytes as Latin-1. */
  texts: Record<string, string>;
}

export function surveyTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): Dependencies {
  return surveyDependencies(root, (name) => readOrNull(path.join(root, name)), Object.keys(files).sort());
}

/** Surveys and plans, in memory; also asserts that planning again over the result changes nothing. */
export function planTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  wanted: readonly Wanted[] = [CELERY],
): Planned {
  const { deps, plan } = planOnce(files, wanted);
  const texts = Object.fromEntries(
    plan.edits.map(({ path: name, after }) => [name, Buffer.from(after).toString("latin1")]),
  );
  const after = { ...files, ...Object.fromEntries(plan.edits.map((edit) => [edit.path, edit.after])) };
  const again = planOnce(after, wanted).plan;
  if (again.edits.length > 0) throw new Error(`a second run edits ${again.edits.map((edit) => edit.path)}`);
  return { ...plan, deps, texts };
}

function planOnce(files: Readonly<Record<string, string | Uint8Array>>, wanted: readonly Wanted[]) {
  const read = (name: string) => {
    const content = files[name];
    return content === undefined ? null : Buffer.from(content);
  };
  const deps = surveyDependencies("/nonexistent/project", read, Object.keys(files).sort());
  return { deps, plan: planDependencies(deps, wanted, read) };
}

function readOrNull(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
