import { nameOf, valuesOf } from "../names/lookup.ts";
import type { CeleryProblem, CeleryUse, Location, Project } from "../project.ts";
import type { Reading } from "../reading.ts";
import { findWorkerEntry } from "./entry.ts";
import { type CeleryObject, celeryImports, celeryObjects, isGivenApp } from "./objects.ts";
import { surveyOtherQueues } from "./other-queues.ts";
import { celeryProblems } from "./problems.ts";
import { surveyTasks } from "./tasks.ts";

/**
 * Celery that is already in use, and other task queues. Unknown is not absent: any import of Celery in the
 * application's code gives a CeleryUse, of kind "unknown" when it can't be told what it is.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/celery/
 */
export function surveyCelery(reading: Reading): { celery: CeleryUse | null; otherQueues: Project["otherQueues"] } {
  return { celery: findCelery(reading), otherQueues: surveyOtherQueues(reading) };
}

function findCelery(reading: Reading): CeleryUse | null {
  const imports = celeryImports(reading);
  const objects = celeryObjects(reading);
  const main = objects[0];
  const at = main?.at ?? imports[0]?.at ?? surveyTasks(reading).map(({ path, line }) => ({ path, line }))[0];
  if (!at) return null;
  const kind = main?.kind ?? "unknown";
  // Whoever only wants to know where it is does not wait for what is wrong with it.
  let found: CeleryProblem[] | null = null;
  const problems = () => {
    found ??= [...(kind === "unknown" ? [unknownIntegration(at)] : []), ...celeryProblems(reading, objects)];
    return found;
  };
  const entry = findWorkerEntry(reading);
  return {
    kind,
    get sound() {
      return !problems().some(({ blocks }) => blocks);
    },
    at,
    entry: entry?.name ?? "",
    entryAt: entry?.at ?? null,
    object: main?.variable ? { module: moduleOf(reading, main), name: objectName(main) } : null,
    initializer: main?.maker ? { module: moduleOf(reading, main), name: nameOf(main.maker) } : null,
    access: main ? accessTo(reading, main) : null,
    get problems() {
      return problems();
    },
  };
}

function unknownIntegration(at: Location): CeleryProblem {
  return {
    at,
    code: "unknown-integration",
    what: "Celery is used here in a way that this tool does not know",
    fix: "add tasks and routes by hand, or move to Flask's documented celery_init_app first",
    blocks: true,
  };
}

function moduleOf(reading: Reading, object: CeleryObject): string {
  return valuesOf(reading).place(object.source.path).module;
}

/** The extension object of flask-celeryext holds the Celery application. */
function objectName({ kind, variable }: CeleryObject): string {
  return kind === "flask-celeryext" ? `${variable}.celery` : variable;
}

/** How a view of the running application reaches its Celery. */
function accessTo(reading: Reading, object: CeleryObject): CeleryUse["access"] {
  const text = object.maker?.text ?? "";
  if (
    object.kind === "ours" ||
    (/\.extensions\s*\[\s*["']celery["']\s*\]\s*=/.test(text) && isGivenApp(reading, object))
  )
    return "extensions";
  // flask-celeryext takes Celery's current application: https://flask-celeryext.readthedocs.io/en/latest/
  if (object.kind === "flask-celeryext") return "default";
  if (/\.set_default\s*\(/.test(text)) return "default";
  return object.variable ? "module" : null;
}
