import { callArguments, indentAt, lineStart, type Node, nextLine } from "../../python/index.ts";
import { type AppUse, traceApp } from "../apps/app-trace.ts";
import { enclosing, importFor, statementOf, valuesOf } from "../names/lookup.ts";
import { isOwnRoutes } from "../own.ts";
import type { FlaskApp } from "../project.ts";
import type { Reading } from "../reading.ts";

/** Where another blueprint is registered, and how the file writes such a registration. */
export interface RegistrationPoint {
  path: string;
  /** Offset of a line's start in that file's text. */
  offset: number;
  indent: string;
  line: number;
  /** Name of the application there. */
  appName: string;
  /** Whether the blueprint's import stands in the function, right before the call, or among the file's imports. */
  importAt: "local" | "module";
  importStyle: "relative" | "absolute";
}

/**
 * Where another `app.register_blueprint(x)` goes: behind the last one that always runs, else before the point where
 * Celery is initialised. Null when neither place is certain.
 */
export function registrationPoint(reading: Reading, app: FlaskApp): RegistrationPoint | null {
  const uses = traceApp(valuesOf(reading), app).filter(
    (use) => use.action === "register_blueprint" && !use.conditional && !isOwnRoutes(use.source),
  );
  // Among several functions, the one that registers most is the project's place for it.
  const home = (use: AppUse) => `${use.source.path}:${use.definition?.startIndex}`;
  const count = (use: AppUse) => uses.filter((other) => home(other) === home(use)).length;
  for (const { source, node, appName, loop } of uses.toReversed().sort((a, b) => count(b) - count(a))) {
    const statement = loop ?? statementOf(node);
    const indent = indentAt(source.text, statement.startIndex);
    const offset = nextLine(source.text, statement.endIndex);
    const rest = source.text.slice(statement.endIndex, offset);
    if (indent === null || !/^\s*(#.*)?$/.test(rest.replace(/[\r\n]+$/, ""))) continue;
    const argument = callArguments(node).positional[0];
    const imported = loop || !argument ? null : importFor(source, rootName(argument), argument.startIndex);
    const local = imported !== null && enclosing(imported.node, "function_definition") !== null;
    return {
      path: source.path,
      offset,
      indent,
      line: statement.endPosition.row + 2,
      appName,
      importAt: local ? "local" : "module",
      importStyle: imported ? (imported.level > 0 ? "relative" : "absolute") : app.importStyle,
    };
  }
  const init = app.inits.length === 1 ? app.inits[0]! : null;
  if (!init || init.inline) return null;
  const { offset, indent, line, appName } = init;
  return {
    path: app.file.path,
    offset: lineStart(app.file.text, offset),
    indent,
    line,
    appName,
    // In a factory an import of views belongs inside: they may import the application's own objects.
    importAt: indent === "" ? "module" : "local",
    importStyle: app.importStyle,
  };
}

function rootName(node: Node): string {
  return node.type === "attribute" ? rootName(node.childForFieldName("object") ?? node.namedChildren[0]!) : node.text;
}
