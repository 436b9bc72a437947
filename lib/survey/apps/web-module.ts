/** A module-level application that the web starts from another module: what that one adds is part of it. */
import { lineOf, type SourceFile, statements, walk } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { dottedDefinition, importedDefinition } from "../names/lookup.ts";
import { isTestPath, modulePath, resolveImport } from "../names/modules.ts";
import type { Values } from "../names/values.ts";
import type { EntryCall } from "../project.ts";
import type { Reading } from "../reading.ts";
import type { Candidate } from "./candidates.ts";
import { entryRank } from "./entry.ts";
import { namedEntries } from "./entry-files.ts";
import { goesOn, importVariable } from "./entry-module.ts";
import type { NoEntry } from "./find-entry.ts";
import { isMainGuard } from "./module-app.ts";

/** A variable of a module. */
interface Variable {
  source: SourceFile;
  name: string;
}

/**
 * The import by which the worker gets what the web's module has made of the application.
 *
 * @returns null where the module that makes it is all there is
 */
export function webModule(
  candidate: Candidate,
  importRoot: string,
  reading: Reading,
  values: Values,
): EntryCall | NoEntry | null {
  const started = startedFrom(candidate, importRoot, reading, values);
  if (!started) return null;
  const outer = withoutPassingOn(started, candidate, reading, values);
  if (!outer) return null;
  const place = importsOf(outer.source).find((item) => item.local === outer.name);
  const from = { path: outer.source.path, line: place ? lineOf(place.node) : 1 };
  const imported = importVariable(outer.source, outer.name, importRoot, values, from);
  if (typeof imported !== "string") return imported;
  return {
    code: "entry-not-repeatable",
    ...from,
    why: `${from.path} goes on with the application of ${candidate.source.path}, and ${imported}`,
    fix: 'let it serve only under `if __name__ == "__main__"`, and run the command again',
  };
}

/** What a command names, else what wsgi.py or a file that serves imports. */
function startedFrom(candidate: Candidate, importRoot: string, reading: Reading, values: Values): Variable | null {
  for (const { module, name } of namedEntries(reading)) {
    const path = modulePath(importRoot, module, reading.pathSet);
    const source = path ? reading.parse(path) : null;
    if (!source || !path) continue;
    if (path === candidate.source.path) return null;
    const names = name ? [name] : ["app", "application"];
    const found = names.find((each) => leadsTo(importRoot, `${module}.${each}`, candidate, reading));
    if (found) return { source, name: found };
  }
  // A file that starts an application and makes it, too, is the web's own way in.
  const isStart = entryRank(candidate.source.path) < ENTRY_OF_OWN && candidate.source.path.split("/").length === 1;
  const entries = [...reading.sources.values()]
    .filter(({ path }) => path !== candidate.source.path && path.split("/").length <= 2 && !isTestPath(path))
    .filter((source) => /(^|\/)[aw]sgi\.py$/.test(source.path) || (!isStart && serves(source)))
    .sort((a, b) => entryRank(a.path) - entryRank(b.path));
  for (const source of entries) {
    const item = importsOf(source).find(({ local, name, node }) => {
      if (name === null || node.parent?.type !== "module") return false;
      return leadsTo(importRoot, `${values.place(source.path).module}.${local}`, candidate, reading);
    });
    if (item) return { source, name: item.local };
  }
  return null;
}

/** Ranks of wsgi.py and asgi.py. */
const ENTRY_OF_OWN = 2;

function leadsTo(importRoot: string, dotted: string, { source, name }: Candidate, reading: Reading): boolean {
  const found = dottedDefinition(reading, importRoot, dotted);
  return found?.path === source.path && found.name === name;
}

/** `app.run()` where the file is run as a script. */
function serves(source: SourceFile): boolean {
  return statements(source.tree.rootNode).some((statement) => {
    let found = false;
    if (isMainGuard(statement)) {
      walk(statement, (node) => {
        found ||= node.type === "call" && /\.run$/.test(node.childForFieldName("function")?.text ?? "");
        return !found;
      });
    }
    return found;
  });
}

/** Where a module only hands on what it has imported, the one that it imports from; null once that is the application's own. */
function withoutPassingOn(start: Variable, candidate: Candidate, reading: Reading, values: Values): Variable | null {
  let at = start;
  for (let hops = 0; hops < 8; hops++) {
    if (at.source.path === candidate.source.path) return null;
    const item = importsOf(at.source).find(({ local }) => local === at.name);
    if (!item?.name) return at;
    if (
      goesOn(at.source, at.name, item.node.endIndex, values, reading) ||
      importsMore(at, item.node.startIndex, reading, values)
    )
      return at;
    const holder = resolveImport(values.place(at.source.path), { ...item, name: null }, reading.pathSet);
    const found = importedDefinition(reading, at.source, item);
    const path = found?.name ? found.path : holder;
    const source = path ? reading.parse(path) : null;
    if (!source) return at;
    at = { source, name: item.name };
  }
  return at;
}

/** Modules of the project that are imported before the application is: they may have views on it as well. */
function importsMore({ source }: Variable, before: number, reading: Reading, values: Values): boolean {
  const place = values.place(source.path);
  return importsOf(source).some(
    (item) =>
      item.node.startIndex < before &&
      item.node.parent?.type === "module" &&
      resolveImport(place, item, reading.pathSet) !== null,
  );
}
