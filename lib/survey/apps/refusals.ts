import { importPoint, lineOf, type Node, readSource, type SourceFile } from "../../python/index.ts";
import { importsOf, isFlaskImport } from "../names/imports-of.ts";
import { importsFramework, sourcesNaming, valuesOf } from "../names/lookup.ts";
import { isTestPath } from "../names/modules.ts";
import type { Values } from "../names/values.ts";
import type { Refusal } from "../project.ts";
import { mayHold, type Reading } from "../reading.ts";
import type { Candidate, Problem } from "./candidates.ts";
import type { NoEntry } from "./find-entry.ts";
import { wrappedApps } from "./wrapped-app.ts";

/** Why an application is left alone, and the exact lines that the user pastes where this tool must not edit. */
export function refusalOf({ source, name, line }: Candidate, reason: Problem | NoEntry, values: Values): Refusal {
  const path = "path" in reason ? reason.path : source.path;
  const { package: pack } = values.place(source.path);
  const importLine = `from ${pack ? `${pack}.` : ""}celery_app import celery_init_app`;
  return {
    target: `${source.path}:${name}`,
    at: { path: source.path, line },
    code: reason.code,
    why: `${path}:${reason.line}: ${reason.why}`,
    fix: reason.fix,
    manual:
      "path" in reason || reason.code === "app-under-main"
        ? []
        : [
            {
              path: source.path,
              line: importPoint(source, isFlaskImport).line,
              snippet: importLine,
              why: "makes the function known",
            },
            {
              path: source.path,
              line: reason.line,
              snippet: `${reason.indent}celery_init_app(${reason.appName})`,
              why: "initialises Celery once the application is configured",
            },
          ],
  };
}

/**
 * Why there is no candidate at all, where something in the source tells.
 *
 * @throws UserError `source-encoding` where the application may be in a file that can't be decoded
 */
export function explainAbsence(reading: Reading): Refusal[] {
  const found = sourcesNaming(reading, /connexion/).flatMap((source) => wrappedApps(source, valuesOf(reading)));
  const refuse = (source: SourceFile, node: Node, code: string, why: string, fix: string) =>
    found.push({
      target: `${source.path}:${node.text.split(/\W/)[0]}`,
      at: { path: source.path, line: lineOf(node) },
      code,
      why: `${source.path}:${lineOf(node)}: ${why}`,
      fix,
      manual: [],
    });
  for (const source of [...reading.sources.values(), ...otherSources(reading)]) {
    if (isTestPath(source.path) || !mayHold(reading, source, /Quart|Flask|(?:create|make|get|app)\w*\s*=/)) continue;
    const isFlask = importsFramework(source);
    const isQuart = importsOf(source).some(({ level, module }) => level === 0 && /^quart(\.|$)/.test(module));
    for (const node of source.tree.rootNode.descendantsOfType("assignment")) {
      const left = node?.childForFieldName("left");
      const right = node?.childForFieldName("right");
      const callee = right?.type === "call" ? (right.childForFieldName("function")?.text ?? "") : "";
      if (!node || !left) continue;
      if (isQuart && /(^|\.)Quart$/.test(callee)) {
        refuse(
          source,
          node,
          "app-is-quart",
          "this is a Quart application, which runs on asyncio",
          "use a task queue made for asyncio; this pack serves Flask",
        );
      } else if (isFlask && /(^|\.)Flask$/.test(callee) && left.type === "attribute") {
        refuse(
          source,
          node,
          "app-in-object",
          "the application is an attribute of an object, so no module hands it out",
          "make it in an application factory that returns it",
        );
      } else if (
        isFlask &&
        /^(create|make|get)_?\w*app\w*$|^app_factory$/.test(left.text) &&
        callee &&
        node.parent?.parent?.type === "module"
      ) {
        refuse(
          source,
          node,
          "factory-is-value",
          "the factory is made by another call, so its body can't be read here",
          "write the factory as a function, or paste the call where the application is made",
        );
      }
    }
  }
  return found;
}

/** Files that were not read before: Quart's name neither Flask nor Celery, and some can't be decoded. */
function otherSources(reading: Reading): SourceFile[] {
  return reading.named.flatMap((path) => {
    const bytes = reading.sources.has(path) || isTestPath(path) ? null : reading.read(path);
    return bytes && /Flask|Quart/.test(Buffer.from(bytes).toString("latin1")) ? [readSource(path, bytes)] : [];
  });
}
