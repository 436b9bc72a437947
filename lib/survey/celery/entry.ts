import { definitionOf, isApplicationCode, readText, valuesOf } from "../names/lookup.ts";
import type { Location } from "../project.ts";
import type { Reading } from "../reading.ts";
import { celeryObjects } from "./objects.ts";

/** The worker's entry, as in `celery -A make_celery`. */
export interface WorkerEntry {
  /** What stands behind `-A`, e.g. `make_celery` or `app.worker:celery`. */
  name: string;
  at: Location;
}

/** Files that start things, the ones that are run before those that tell people what to type. */
const STARTERS: readonly RegExp[] = [
  /(^|\/)Procfile[\w.-]*$/,
  /(^|\/)(docker-)?compose[\w.-]*\.ya?ml$/,
  /(^|\/)[\w.-]*Dockerfile[\w.-]*$/,
  /(\.sh|\.service|(^|\/)(Makefile|justfile|run|start[\w-]*|entrypoint[\w-]*)|\.conf|\.ini|\.toml|\.ya?ml)$/i,
  /\.(md|rst|txt)$/i,
];
/** `celery -A x worker`, `celery worker --app=x`; not across lines, except where a line is continued. */
const COMMAND =
  /\bcelery\b[^\n|&;`]*?(?:\s|["'],\s*["'])(?:-A|--app)(?:[=\s]|["'],\s*["'])\s*["']?([A-Za-z_][\w.]*(?::\w+)?)/g;
const KNOWN_FILES = /(^|\/)(make_celery|celery_worker|run_celery|celery_app|worker|celery_entry)\.py$/;

/** Finds how the project starts its worker; null when nothing tells it. */
export function findWorkerEntry(reading: Reading): WorkerEntry | null {
  for (const starter of STARTERS) {
    for (const path of reading.paths) {
      if (!starter.test(path) || /(^|\/)(node_modules|\.github)\//.test(path)) continue;
      const text = (readText(reading, path) ?? "").replace(/\\\r?\n/g, (end) => " ".repeat(end.length));
      for (const match of text.matchAll(COMMAND)) {
        const line = text.slice(0, match.index).split("\n").length;
        return { name: match[1]!, at: { path, line } };
      }
    }
  }
  return entryFile(reading);
}

/** A module of a usual name whose namespace holds a Celery object. */
function entryFile(reading: Reading): WorkerEntry | null {
  const objects = celeryObjects(reading);
  for (const path of reading.paths) {
    const source = KNOWN_FILES.test(path) && isApplicationCode(reading, path) ? reading.parse(path) : null;
    if (!source) continue;
    const hasObject = source.tree.rootNode.descendantsOfType("identifier").some((node) => {
      if (!/celery/i.test(node.text)) return false;
      const found = definitionOf(reading, source, node);
      return (
        found?.name && objects.some((object) => object.source.path === found.path && object.variable === found.name)
      );
    });
    const makesOne = /^\w*celery\w*\s*(:[^=\n]*)?=/im.test(source.text);
    if (hasObject || makesOne) return { name: valuesOf(reading).place(path).module, at: { path, line: 1 } };
  }
  return null;
}
