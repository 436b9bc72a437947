import { callArguments, lineOf, type Node, type SourceFile, statements, stringValue } from "../../python/index.ts";
import { applicationSources, definitionOf, libraryName, nameOf, valuesOf } from "../names/lookup.ts";
import { mayHold, type Reading } from "../reading.ts";
import { CELERY, celeryObjects, celerySources } from "./objects.ts";

/** A Celery task of the application. */
export interface CeleryTask {
  /** As the worker registers it: its `name=`, else `module.function`. */
  name: string;
  /** The function. */
  function: string;
  path: string;
  line: number;
  /** As written, without the `@` and the arguments: `shared_task`, `celery.task`. */
  decorator: string;
  /** What its decorator says about its result; null when it says nothing. */
  ignoreResult: boolean | null;
}

/**
 * Tasks declared by a decorator: `@shared_task`, and `@x.task` where `x` is a Celery object.
 *
 * @see https://docs.celeryq.dev/en/stable/userguide/tasks.html#names
 */
export function surveyTasks(reading: Reading): CeleryTask[] {
  if (celerySources(reading).length === 0) return [];
  const objects = new Set(celeryObjects(reading).map((object) => `${object.source.path}:${object.variable}`));
  const sources = applicationSources(reading).filter((source) => mayHold(reading, source, /task/));
  return sources.flatMap((source) =>
    source.tree.rootNode.descendantsOfType("decorated_definition").flatMap((node) => {
      const definition = node.childForFieldName("definition");
      if (definition?.type !== "function_definition") return [];
      const decorator = statements(node).find(
        (item) => item.type === "decorator" && isTask(reading, source, item, objects),
      );
      return decorator ? [taskOf(reading, source, definition, decorator)] : [];
    }),
  );
}

function isTask(reading: Reading, source: SourceFile, decorator: Node, objects: ReadonlySet<string>): boolean {
  const callee = calleeOf(decorator);
  if (!callee) return false;
  const library = libraryName(source, callee);
  if (
    library &&
    /^celery(\.|$)/.test(library.module) &&
    ["shared_task", "task", "periodic_task"].includes(library.name)
  )
    return true;
  if (callee.type !== "attribute" || callee.childForFieldName("attribute")?.text !== "task") return false;
  const object = callee.childForFieldName("object")!;
  const found = definitionOf(reading, source, object);
  if (found?.name && objects.has(`${found.path}:${found.name}`)) return true;
  // `celery` from a library or an attribute of an extension: its name has to do.
  return CELERY.test(object.text);
}

function calleeOf(decorator: Node): Node | null {
  const expression = statements(decorator)[0];
  return (expression?.type === "call" ? expression.childForFieldName("function") : expression) ?? null;
}

function taskOf(reading: Reading, source: SourceFile, definition: Node, decorator: Node): CeleryTask {
  const expression = statements(decorator)[0]!;
  const keywords = expression.type === "call" ? callArguments(expression).keywords : new Map<string, Node>();
  const ignored = keywords.get("ignore_result")?.text;
  const name = stringValue(keywords.get("name") ?? null);
  return {
    name: name ?? `${valuesOf(reading).place(source.path).module}.${nameOf(definition)}`,
    function: nameOf(definition),
    path: source.path,
    line: lineOf(definition),
    decorator: calleeOf(decorator)?.text ?? "",
    ignoreResult: ignored === "True" ? true : ignored === "False" ? false : null,
  };
}
