import { type Node, type SourceFile, stringValue } from "../../python/index.ts";
import {
  applicationSources,
  assignedValue,
  definitionOf,
  enclosing,
  libraryName,
  sourcesNaming,
  statementOf,
} from "../names/lookup.ts";
import type { Reading } from "../reading.ts";

/** A statement that starts an APScheduler: whoever makes the application runs its jobs. */
export interface SchedulerStart {
  source: SourceFile;
  /** `scheduler.start()` on lines of its own. */
  statement: Node;
  /** It asks for our worker's mark already. */
  isGuarded: boolean;
}

/** Environment variable that the worker's entry sets before it makes the application. */
export const WORKER_MARK = "CELERY_WORKER_ENTRY";

const SCHEDULERS = /^(Background|Gevent|Tornado|Twisted|Asyncio|AsyncIO|Qt)?Scheduler$|^APScheduler$/;

/**
 * Where the application starts a scheduler of APScheduler or Flask-APScheduler.
 *
 * @see https://apscheduler.readthedocs.io/en/3.x/faq.html#how-do-i-share-a-single-job-store-among-one-or-more-worker-processes
 */
export function schedulerStarts(reading: Reading): SchedulerStart[] {
  if (sourcesNaming(reading, /apscheduler/).length === 0) return [];
  const starting = applicationSources(reading).filter(({ text }) => text.includes(".start("));
  return starting.flatMap((source) =>
    source.tree.rootNode.descendantsOfType("call").flatMap((call): SchedulerStart[] => {
      const callee = call.childForFieldName("function");
      if (callee?.type !== "attribute" || callee.childForFieldName("attribute")?.text !== "start") return [];
      if (!isScheduler(reading, source, callee.childForFieldName("object")!)) return [];
      const statement = statementOf(call);
      if (statement.type !== "expression_statement" || statement.namedChildren[0]?.id !== call.id) return [];
      return [{ source, statement, isGuarded: isGuarded(statement) }];
    }),
  );
}

function isScheduler(reading: Reading, source: SourceFile, object: Node): boolean {
  if (object.type !== "identifier") return false;
  const around = enclosing(object, "function_definition")?.childForFieldName("body");
  const local = around && assignedValue(around, object.text);
  const found = local ? null : definitionOf(reading, source, object);
  const holder = found?.name ? reading.parse(found.path) : source;
  const value = local ?? (found?.name && holder ? assignedValue(holder.tree.rootNode, found.name) : null);
  const callee = value?.type === "call" ? value.childForFieldName("function") : null;
  const library = callee && holder ? libraryName(holder, callee) : null;
  return library !== null && /apscheduler/.test(library.module) && SCHEDULERS.test(library.name);
}

function isGuarded(statement: Node): boolean {
  for (let at: Node | null = statement; at; at = at.parent) {
    const condition = at.type === "if_statement" ? at.childForFieldName("condition") : null;
    if (condition?.descendantsOfType("string").some((node) => stringValue(node) === WORKER_MARK)) return true;
  }
  return false;
}
