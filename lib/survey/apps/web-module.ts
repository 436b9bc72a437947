/** A module-level application that the web starts from another module: what that one adds is part of it. */
import { type ImportedName, lineOf, type SourceFile, statements, walk } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { assignedValue, type Definition, definitionOf, importedDefinition } from "../names/lookup.ts";
import { isTestPath, modulePath, resolveImport } from "../names/modules.ts";
import type { Values } from "../names/values.ts";
import type { EntryCall } from "../project.ts";
import type { Reading } from "../reading.ts";
import type { Candidate } from "./candidates.ts";
import { assignedName, bindingsOf, entryRank, isWorkerEntry } from "./entry.ts";
import { namedEntries, seenFrom } from "./entry-files.ts";
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
  const imported = importVariable({ ...outer, isProven: true }, from, { importRoot, values });
  if (typeof imported !== "string") return imported;
  return {
    code: "entry-not-repeatable",
    ...from,
    why: `${from.path} goes on with the application of ${candidate.source.path}, and ${imported}`,
    fix: 'let it serve only under `if __name__ == "__main__"`, and run the command again',
  };
}

/** What a command names, else what wsgi.py imports, a file that serves, or the only file at the root that has it. */
function startedFrom(candidate: Candidate, importRoot: string, reading: Reading, values: Values): Variable | null {
  const home = candidate.source.path;
  for (const { module, name } of seenFrom(importRoot, namedEntries(reading))) {
    const path = modulePath(importRoot, module, reading.pathSet);
    const source = path ? reading.parse(path) : null;
    if (!source) continue;
    if (source.path === home) return null;
    const found = variablesOf(source, candidate, reading, values);
    const named = name ? found.find((each) => each === name) : found.at(-1);
    if (named) return { source, name: named };
  }
  const others = [...reading.sources.values()].filter((source) => {
    const { path } = source;
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    return path !== home && folder === importRoot && !isTestPath(path) && !isWorkerEntry(source);
  });
  const entries = others
    .map((source) => ({ source, name: variablesOf(source, candidate, reading, values).at(-1) }))
    .filter((entry): entry is Variable => entry.name !== undefined);
  const wsgi = entries.find(({ source }) => /(^|\/)[aw]sgi\.py$/.test(source.path));
  if (wsgi || serves(candidate.source)) return wsgi ?? null;
  const serving = entries.filter(({ source }) => serves(source));
  serving.sort((a, b) => entryRank(a.source.path) - entryRank(b.source.path));
  return serving[0] ?? (entries.length === 1 && candidate.source.path.includes("/") ? entries[0]! : null);
}

/** Module-level names of a file that hold the application: imported, or another name for it. */
function variablesOf(source: SourceFile, candidate: Candidate, reading: Reading, values: Values): string[] {
  const assigned = statements(source.tree.rootNode).flatMap((node) => assignedName(node) ?? []);
  const imported = importsOf(source).flatMap(({ local, node }) => (node.parent?.type === "module" ? [local] : []));
  return [...imported, ...assigned].filter(
    (name) =>
      (values.module(source.path).get(name) === "flask" || bindingsOf(source, name).bindings <= 1) &&
      leadsTo(reading, { path: source.path, name }, candidate),
  );
}

/** Follows imports, and `app = shop.app`, to where a name is defined. */
function leadsTo(reading: Reading, start: Definition, { source, name }: Candidate): boolean {
  let at: Definition | null = start;
  for (let hops = 0; at && hops < 8; hops++) {
    if (at.path === source.path && at.name === name) return true;
    const file = reading.parse(at.path);
    if (!file || at.name === null) return false;
    const value = assignedValue(file.tree.rootNode, at.name);
    const imported = value ? null : importsOf(file).find(({ local }) => local === at?.name);
    const found: Definition | null = value
      ? definitionOf(reading, file, value)
      : imported
        ? importedDefinition(reading, file, imported)
        : null;
    at = found?.path === at.path && found.name === at.name ? null : found;
  }
  return false;
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
    if (!item?.name || bringsMore(at.source, item, reading, values)) return at;
    const found = importedDefinition(reading, at.source, item);
    const holder = resolveImport(values.place(at.source.path), { ...item, name: null }, reading.pathSet);
    const path = found?.name ? found.path : holder;
    const source = path ? reading.parse(path) : null;
    if (!source) return at;
    at = { source, name: item.name };
  }
  return at;
}

/** Whether a module does more than import the application: other modules of the project, or statements on it. */
function bringsMore(source: SourceFile, { node, local }: ImportedName, reading: Reading, values: Values): boolean {
  const place = values.place(source.path);
  const own = importsOf(source).filter((item) => item.node.parent?.type === "module" && item.node.id !== node.id);
  return (
    own.some((item) => resolveImport(place, item, reading.pathSet) !== null) ||
    goesOn({ source, name: local, behind: node.endIndex }, { values, reading }) !== null
  );
}
