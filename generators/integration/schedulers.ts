import type { Context } from "../../lib/contract/context.ts";
import { indentAt, indentUnit, lineOf, lineStart, mainQuote, nextLine, placeImport } from "../../lib/python/index.ts";
import { importsOf, type Project, schedulerStarts, WORKER_MARK } from "../../lib/survey/index.ts";

/** Whether the application starts a scheduler, which no worker may start a second time. */
export function hasScheduler(project: Project): boolean {
  return schedulerStarts(project).length > 0;
}

/**
 * Puts each start of a scheduler behind the mark that the worker's entry sets: its jobs would run once more in every worker.
 * Returns a warning for each, also for one that can't be edited.
 */
export function guardSchedulers(context: Context): string[] {
  return schedulerStarts(context.project).flatMap(({ source, statement, isGuarded }) => {
    if (isGuarded) return [];
    const where = `${source.path}:${lineOf(statement)}`;
    const start = lineStart(source.text, statement.startIndex);
    const indent = indentAt(source.text, statement.startIndex);
    const isAlone = source.text.slice(statement.endIndex, nextLine(source.text, statement.endIndex)).trim() === "";
    const isOneLine = statement.startPosition.row === statement.endPosition.row;
    const quote = mainQuote(source);
    const condition = `if ${quote}${WORKER_MARK}${quote} not in os.environ:`;
    if (indent === null || !isAlone || !isOneLine)
      return [`${where}: this scheduler starts in every worker, too. Put it below \`${condition}\``];
    const hasOs = importsOf(source).some(({ local, name }) => local === "os" && name === null);
    if (!hasOs) context.edit(source, placeImport(source, "import os", { isHome: () => false }));
    context.edit(source, {
      start,
      end: start,
      text: `${indent}${condition}${source.eol}${indentUnit(source)}`,
    });
    return [
      `${where}: the scheduler that starts here would run its jobs in every worker, too; it starts on the web alone now.`,
    ];
  });
}
