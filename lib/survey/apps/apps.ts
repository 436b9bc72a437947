import { callArguments, importPoint, type Node, opensScope, type SourceFile, walk } from "../../python/index.ts";
import { functionsOf } from "../names/functions.ts";
import { importsOf, isFlaskImport } from "../names/imports-of.ts";
import { assignedValue, valuesOf } from "../names/lookup.ts";
import { isSideline, isTestPath, resolveImport } from "../names/modules.ts";
import { parameters } from "../names/signatures.ts";
import type { Values } from "../names/values.ts";
import type { FlaskApp, Refusal } from "../project.ts";
import type { Reading } from "../reading.ts";
import { type Env, joinValues, type Value } from "./body-flow.ts";
import { appParameters, type Candidate, factoriesOf } from "./candidates.ts";
import { type FactoryUse, isWorkerEntry, usesOf } from "./entry.ts";
import { namedEntries, seenFrom } from "./entry-files.ts";
import { findEntry } from "./find-entry.ts";
import { isMainGuard, moduleAppsOf } from "./module-app.ts";
import { noteRisks } from "./notes.ts";
import { refusalOf } from "./refusals.ts";

/**
 * The Flask applications of a project.
 *
 * @param target - the `target` answer, when the user gave one; its call (`path.py:create_app("x")`) becomes the entry's
 */
export function surveyApps(reading: Reading, target = ""): { apps: FlaskApp[]; refusals: Refusal[] } {
  const values = valuesOf(reading);
  const { path, name, call } = parseTarget(target);
  const all = [...reading.sources.values()].flatMap((source) =>
    (isTestPath(source.path) && source.path !== path) || isWorkerEntry(source)
      ? []
      : [
          ...moduleAppsOf(source, values, reading),
          ...factoriesOf(source, values, (node) => provenByCallers(node, reading, values)),
        ],
  );
  const chosen = name
    ? all.filter((candidate) => candidate.source.path === path && candidate.name === name)
    : choose(all, reading, values);
  const apps: FlaskApp[] = [];
  const refusals: Refusal[] = [];
  for (const candidate of chosen) {
    const entry = candidate.problem ?? findEntry(candidate, reading, values, call);
    if ("call" in entry) apps.push(appOf(candidate, entry, reading, values));
    else refusals.push(refusalOf(candidate, entry, values));
  }
  return { apps, refusals };
}

/** `path/to/file.py:name` or `path/to/file.py:name(arguments)`, as FLASK_APP is written. */
export function parseTarget(target: string): { path: string; name: string; call: string | undefined } {
  const match = /^(.*?\.py):([\w.]+)(?:\((.*)\))?$/s.exec(target.trim());
  return { path: match?.[1]?.replace(/^\.\//, "") ?? "", name: match?.[2] ?? "", call: match?.[3] };
}

/** Leaves out what only looks like a second application, then lets the project's own entry point decide. */
function choose(all: readonly Candidate[], reading: Reading, values: Values): Candidate[] {
  const certain = all.filter((candidate) => !candidate.problem);
  const rest = certain.filter((candidate) => !isHandedOut(candidate, certain, values));
  const outer = rest.filter(
    (candidate) => !isStepOf(candidate, rest, reading, values) && !goesOnWith(candidate, rest, reading, values),
  );
  const unclear = all.find(
    (candidate) => candidate.problem && outer.some((inner) => calls(candidate, inner, reading, values)),
  );
  if (unclear) return [unclear];
  const main = preferred(outer, (candidate) => !isSideline(candidate.source.path));
  const used = preferred(main, (candidate) => candidate.kind === "factory" || isUsed(candidate, reading, values));
  const started = used.length > 1 ? startedOnes(used, reading, values) : [];
  if (used.length > 0) return started.length === 1 ? started : used;
  return preferred(all, (candidate) => !isSideline(candidate.source.path));
}

/** Those that pass the test; all where none does. */
function preferred(candidates: readonly Candidate[], test: (candidate: Candidate) => boolean): Candidate[] {
  const kept = candidates.filter(test);
  return kept.length > 0 ? kept : [...candidates];
}

/** A factory that only another one calls: what that one hands out is this one's app, further configured. */
function isStepOf(candidate: Candidate, all: readonly Candidate[], reading: Reading, values: Values): boolean {
  if (candidate.kind !== "factory") return false;
  const callers = all.filter((other) => other !== candidate && calls(other, candidate, reading, values));
  const uses = usesOf(candidate, reading, values);
  return callers.length > 0 && uses.every((use) => callers.some((caller) => isInside(use, caller)));
}

/** A function that goes on with what another factory has made, `db = setup_db(app)`: the other one is the way in. */
function goesOnWith(candidate: Candidate, all: readonly Candidate[], reading: Reading, values: Values): boolean {
  if (!candidate.definition) return false;
  const given = new Set(parameters(candidate.definition).map(({ name }) => name));
  if (!candidate.inits.every(({ appName }) => given.has(appName))) return false;
  const uses = usesOf(candidate, reading, values);
  return (
    uses.length > 0 &&
    uses.every(({ source, call }) => {
      const handed = callArguments(call).positional[0];
      const made = handed?.type === "identifier" ? assignedValue(source.tree.rootNode, handed.text) : null;
      const callee = made?.type === "call" ? made.childForFieldName("function") : null;
      const maker = callee && values.findFunction(source, callee)?.definition;
      return all.some((other) => other !== candidate && maker && other.definition?.id === maker.id);
    })
  );
}

function calls(outer: Candidate, inner: Candidate, reading: Reading, values: Values): boolean {
  if (inner.kind !== "factory" || outer.kind !== "factory") return false;
  return usesOf(inner, reading, values).some((use) => isInside(use, outer));
}

function isInside({ source, call }: FactoryUse, { source: home, definition }: Candidate): boolean {
  if (!definition || source.path !== home.path) return false;
  return definition.startIndex <= call.startIndex && call.endIndex <= definition.endIndex;
}

/** A module-level app that a factory configures and returns: the factory is the way in. */
function isHandedOut(candidate: Candidate, all: readonly Candidate[], values: Values): boolean {
  if (candidate.kind !== "module") return false;
  return all.some(
    (other) =>
      other.kind === "factory" &&
      other.inits.some(
        (init) =>
          init.appName === candidate.name && !parameters(other.definition!).some(({ name }) => name === init.appName),
      ) &&
      (other.source.path === candidate.source.path ||
        (importsOf(other.source).some((item) => item.local === candidate.name) &&
          values.module(other.source.path).has(candidate.name))) &&
      !localName(other.definition!, candidate.name),
  );
}

function localName(definition: Node, name: string): boolean {
  const body = definition.childForFieldName("body")!;
  const isGlobal = body.descendantsOfType("global_statement").some((node) => node?.text.split(/[\s,]+/).includes(name));
  if (isGlobal) return false;
  return body.descendantsOfType("assignment").some((node) => node?.childForFieldName("left")?.text === name);
}

/** A module-level app that nothing routes on, configures or imports is a leftover. */
function isUsed(candidate: Candidate, reading: Reading, values: Values): boolean {
  let mentions = 0;
  walk(candidate.source.tree.rootNode, (node) => {
    if (node.type === "identifier" && node.text === candidate.name) mentions++;
    return true;
  });
  if (mentions > 1) return true;
  return [...reading.sources.values()].some((source) =>
    importsOf(source).some((item) => {
      if (item.local !== candidate.name && item.name !== candidate.name && item.name !== "*") return false;
      return resolveImport(values.place(source.path), item, reading.pathSet) === candidate.source.path;
    }),
  );
}

/** Candidates that the project's entry point starts: a call or import in wsgi.py, manage.py, run.py …, or FLASK_APP. */
function startedOnes(candidates: readonly Candidate[], reading: Reading, values: Values): Candidate[] {
  const named = namedEntries(reading);
  const byName = candidates.filter((candidate) => {
    const { module, importRoot } = values.place(candidate.source.path);
    return seenFrom(importRoot, named).some(
      (entry) => entry.module === module && (!entry.name || entry.name === candidate.name),
    );
  });
  if (byName.length === 1) return byName;
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      rank: candidate.kind === "factory" ? (usesOf(candidate, reading, values)[0]?.rank ?? 99) : 99,
    }))
    .sort((a, b) => a.rank - b.rank);
  const [first, second] = ranked;
  return first && first.rank < 4 && first.rank < (second?.rank ?? 99) ? [first.candidate] : [];
}

/** What every caller in the project passes for a parameter, where all of them agree. */
function provenByCallers(definition: Node, reading: Reading, values: Values): Env {
  const { handing } = values;
  const names = appParameters(definition);
  // Whoever gives an application to a function of the project, and gets it back, has made its name known.
  if (names.length === 0 || !handing.has(definition.childForFieldName("name")?.text ?? "")) return new Map();
  const seen: Env[] = [];
  for (const source of reading.sources.values()) {
    if (isTestPath(source.path) || !handing.isNamedIn(source.text)) continue;
    const observe = (statement: Node, env: Env) => {
      walk(statement, (node) => {
        const callee = node.type === "call" ? node.childForFieldName("function") : null;
        const isKnown = callee !== null && handing.has(callee.text.split(".").at(-1)!);
        // The very node: an id is unique within one tree only.
        if (isKnown && values.findFunction(source, callee)?.definition === definition)
          seen.push(values.argumentsOf(source, node, definition, env));
        return !opensScope(node) && node.type !== "block";
      });
    };
    values.followModule(source, observe);
    for (const { definition: caller } of functionsOf(source)) {
      if (caller !== definition) values.followFunction(source, caller, {}, observe);
    }
  }
  const proven = new Map<string, Value>();
  for (const parameter of names) {
    const value = seen.length > 0 ? seen.map((env) => env.get(parameter)).reduce(joinValues) : undefined;
    if (value) proven.set(parameter, value);
  }
  return proven;
}

function appOf(candidate: Candidate, entry: FlaskApp["entry"], reading: Reading, values: Values): FlaskApp {
  const { source, kind, name } = candidate;
  const place = values.place(source.path);
  return {
    target: `${source.path}:${name}`,
    kind,
    hybrid: kind === "module" ? hasMainGuard(source) : handsOutModuleApp(candidate, values),
    file: source,
    name,
    module: place.module,
    importRoot: place.importRoot,
    package: place.package,
    packageDir: place.packageDir,
    importStyle: importStyle(candidate, place.package),
    inits: candidate.inits,
    importAt: importPoint(source, isFlaskImport),
    entry,
    at: { path: source.path, line: candidate.line },
    notes: noteRisks(candidate, reading, values),
  };
}

/**
 * As the file imports its siblings at the top, where our import goes, else as its functions do; where it imports none,
 * relative inside a package unless it is also run as a script.
 */
function importStyle({ source }: Candidate, pack: string): "relative" | "absolute" {
  if (pack === "") return "absolute";
  const top = pack.split(".")[0]!;
  const own = importsOf(source).filter(
    ({ level, module }) => level > 0 || module === top || module.startsWith(`${top}.`),
  );
  const atTop = own.filter(({ node }) => node.parent?.type === "module");
  const siblings = atTop.length > 0 ? atTop : own;
  if (siblings.length > 0) return siblings.some(({ level }) => level > 0) ? "relative" : "absolute";
  return hasMainGuard(source) ? "absolute" : "relative";
}

function hasMainGuard(source: SourceFile): boolean {
  return source.tree.rootNode.namedChildren.some(isMainGuard);
}

/** A factory whose application stands at the module's top level. */
function handsOutModuleApp({ source, definition, inits }: Candidate, values: Values): boolean {
  const atTop = (name: string) => values.module(source.path).get(name) === "flask" && !localName(definition!, name);
  return inits.some(({ appName }) => atTop(appName));
}
