import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";
import { inStyleOf, insertLines, lineOf, lineStart, mergeImports, type SourceFile } from "../../lib/python/index.ts";
import { isFlaskImport, ownImports } from "../../lib/survey/index.ts";
import { appendCode } from "../common/append.ts";
import { refuseTakenName } from "../common/wiring.ts";
import type { PeriodicFacts } from "./facts.ts";
import { findTask, type PeriodicPlace } from "./place.ts";

/** Makes a task periodic: a new one, or one that is there. */
export function addPeriodic(context: Context, { tasksPath }: PeriodicPlace, facts: PeriodicFacts): void {
  const { project, templates } = context;
  const source = project.parse(tasksPath);
  if (!source) {
    context.start(tasksPath, "periodic/tasks.py", facts);
    return;
  }
  const found = findTask(source, facts.task);
  const line = templates.render("periodic/decorator.py", { ...facts, name: found?.name ?? "" }).trim();
  if (found?.periodic) {
    refuseOther(source, found.periodic.text, line, lineOf(found.periodic));
    return;
  }
  refuseTakenName(source, facts.scheduleModule, "periodic");
  const isOwn = ownImports(facts.importRoot, project.pathSet, facts.scheduleModule);
  const imports = templates.render(found ? "periodic/decorator_imports.py" : "periodic/task_imports.py", facts);
  const ways = { isHome: isFlaskImport, isOwn };
  if (!found) {
    context.edit(source, ...mergeImports(source, imports, ways));
    appendCode(context, source, templates.render("periodic/task.py", facts));
    return;
  }
  // Directly above the function: what Celery makes a task of is what runs by the schedule.
  const offset = lineStart(source.text, found.definition.startIndex);
  context.edit(source, ...mergeImports(source, imports, ways), insertLines(source, offset, inStyleOf(source, line)));
}

/** @throws UserError `schedule-exists` */
function refuseOther(source: SourceFile, there: string, wanted: string, line: number): void {
  const plain = (text: string) => text.replaceAll("'", '"').replace(/\s+/g, "").replace(/,\)/g, ")");
  if (plain(there) === plain(wanted)) return;
  throw new UserError({
    code: "schedule-exists",
    what: `${source.path} was left as it is.`,
    why: `${source.path}:${line}: the task has another schedule already`,
    fix: "write this line in its place:",
    details: [`  ${wanted}`],
  });
}
