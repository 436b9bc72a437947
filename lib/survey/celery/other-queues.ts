import { lineOf } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { importedDefinition, sourcesNaming } from "../names/lookup.ts";
import type { Project } from "../project.ts";
import type { Reading } from "../reading.ts";

/** Libraries that run work in the background, by the module that is imported. */
const QUEUES: readonly { name: string; modules: RegExp }[] = [
  { name: "RQ", modules: /^(rq|flask_rq2?|rq_scheduler)$/ },
  { name: "Dramatiq", modules: /^(dramatiq|flask_dramatiq|flask_melodramatiq)$/ },
  { name: "Huey", modules: /^(huey|flask_huey)$/ },
  { name: "APScheduler", modules: /^(apscheduler|flask_apscheduler)$/ },
  { name: "arq", modules: /^arq$/ },
  { name: "SAQ", modules: /^saq$/ },
  { name: "TaskTiger", modules: /^tasktiger$/ },
  { name: "Flask-Executor", modules: /^flask_executor$/ },
  { name: "Procrastinate", modules: /^procrastinate$/ },
];

const NAMED = /rq|dramatiq|huey|apscheduler|saq|tasktiger|flask_executor|procrastinate|flask_/;

/** Other task queues that the application imports, each with the first place. */
export function surveyOtherQueues(reading: Reading): Project["otherQueues"] {
  const found = new Map<string, { name: string; at: { path: string; line: number } }>();
  for (const source of sourcesNaming(reading, NAMED)) {
    for (const item of importsOf(source)) {
      const top = item.module.split(".")[0]!;
      const queue = item.level === 0 ? QUEUES.find(({ modules }) => modules.test(top)) : undefined;
      if (!queue || found.has(queue.name) || importedDefinition(reading, source, item)) continue;
      found.set(queue.name, { name: queue.name, at: { path: source.path, line: lineOf(item.node) } });
    }
  }
  return [...found.values()];
}
