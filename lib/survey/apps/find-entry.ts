/** How the worker's entry obtains the application: as the project's own entry point does it, or not at all. */
import { lineOf, type Node, parseText } from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import { assignedValue, definitionNamed, dottedDefinition } from "../names/lookup.ts";
import { isTestPath, modulePath } from "../names/modules.ts";
import { parameters } from "../names/signatures.ts";
import type { Values } from "../names/values.ts";
import type { EntryCall } from "../project.ts";
import type { Reading } from "../reading.ts";
import type { Candidate } from "./candidates.ts";
import {
  type FactoryUse,
  freeNames,
  importsFirst,
  isEntryPath,
  isTelling,
  isWorkerEntry,
  preparation,
  usesOf,
} from "./entry.ts";
import { type NamedEntry, namedEntries, seenFrom } from "./entry-files.ts";
import { goesOn, importVariable, moduleVariable } from "./entry-module.ts";
import { secretLiteral } from "./secret-literals.ts";
import { webModule } from "./web-module.ts";

/** Why the application can't be obtained elsewhere for certain. */
export interface NoEntry {
  code: "factory-arguments" | "entry-not-repeatable" | "target-names-unknown" | "target-secret";
  path: string;
  line: number;
  why: string;
  fix: string;
}

/**
 * Finds the call or the import by which the worker gets what the web has.
 *
 * @param given - arguments that the user wrote in the `target` answer, e.g. `"default"`; wins over everything
 * @see https://flask.palletsprojects.com/en/stable/cli/#application-discovery
 */
export function findEntry(candidate: Candidate, reading: Reading, values: Values, given?: string): EntryCall | NoEntry {
  const { module, importRoot } = values.place(candidate.source.path);
  const own = `from ${module} import ${candidate.name.split(".")[0]}`;
  if (candidate.kind === "module") {
    const plain = { imports: [own], call: candidate.name, returnsApp: candidate.returnsApp, from: null };
    return webModule(candidate, importRoot, reading, values) ?? plain;
  }
  const repeat = (list: string, needed: readonly string[], from: EntryCall["from"]): EntryCall => ({
    imports: [...new Set([...needed, own])].sort(importsFirst),
    call: `${candidate.name}${list}`,
    returnsApp: candidate.returnsApp,
    from,
  });
  const search = { candidate, importRoot, reading, values, repeat };
  if (given !== undefined) return asTold(given, search);
  const named = seenFrom(importRoot, namedEntries(reading));
  const told = commandCall(candidate, named, importRoot, reading);
  if (told && !secretLiteral(parseText(`f(${told.given ?? ""})`).rootNode))
    return repeat(`(${quotesOf(told.given ?? "")})`, [], told.at);
  const startedBy = (entries: readonly NamedEntry[]) =>
    new Set(entries.map((entry) => modulePath(importRoot, entry.module, reading.pathSet)));
  const started = startedBy(named);
  const served = startedBy(named.filter(({ isServer }) => isServer));
  // FLASK_APP may name what development starts.
  const order = ({ source: { path } }: FactoryUse) =>
    served.has(path) ? 0 : /(^|\/)[aw]sgi\.py$/.test(path) ? 1 : started.has(path) ? 2 : 3;
  const uses = [...usesOf(candidate, reading, values)].sort((a, b) => order(a) - order(b));
  let unclear: NoEntry | null = null;
  for (const use of uses) {
    if (completion(use)) continue;
    const shows = isTelling(use.rank) || started.has(use.source.path) || isBesideRoot(use, importRoot);
    const found = entryOf(use, shows, search);
    if ("call" in found) return found;
    if (shows) unclear ??= found;
  }
  unclear ??= uses.length === 0 ? unreadUse(candidate, importRoot, reading) : null;
  unclear ??= completedElsewhere(candidate, uses);
  if (unclear) return unclear;
  const needsArguments = parameters(candidate.definition!).some(
    (parameter) => parameter.required && !/^(cls|self)$/.test(parameter.name),
  );
  return needsArguments ? missingArguments(candidate) : repeat("()", [], null);
}

/** A file in the folder that is on sys.path, run on import: in `src/`, too. */
function isBesideRoot({ source, call }: FactoryUse, importRoot: string): boolean {
  const folder = source.path.slice(0, Math.max(0, source.path.lastIndexOf("/")));
  return folder === importRoot && moduleVariable(call) !== null;
}

/** What is looked for, and where. */
interface Search {
  candidate: Candidate;
  /** Folder on sys.path where the worker's entry will stand. */
  importRoot: string;
  reading: Reading;
  values: Values;
  /** The worker's entry with a call of the factory that has this list of arguments. */
  repeat(list: string, needed: readonly string[], from: EntryCall["from"]): EntryCall;
}

/** One call of the factory: repeated where it means the same elsewhere and is all there is, else imported with its module. */
function entryOf({ source, call }: FactoryUse, shows: boolean, search: Search): EntryCall | NoEntry {
  const { values, repeat } = search;
  const list = call.childForFieldName("arguments")!;
  const from = { path: source.path, line: lineOf(call) };
  const variable = moduleVariable(call);
  const needed = preparation(source, list, values);
  const more = variable && shows ? goesOn({ source, name: variable, behind: call.endIndex }, search) : null;
  if (needed && !more) return repeat(list.text, needed, from);
  const imported = variable
    ? importVariable({ source, name: variable }, from, search)
    : `the call stands where no import of ${source.path} runs it`;
  if (typeof imported !== "string") return imported;
  // What goes on with the application is less than all that the web has, and can't be had otherwise.
  const what = more
    ? `${source.path}:${lineOf(more)} goes on with the application that the call in line ${from.line} makes`
    : `the call uses what exists only in ${source.path}, or holds a secret`;
  return {
    code: "entry-not-repeatable",
    ...from,
    why: `${what}, and ${imported}`,
    fix: 'make the application at the module\'s top level in a file that serves only under `if __name__ == "__main__"`, or name the call: --target \'path.py:factory("…")\'',
  };
}

/** Where a function, `main()` say, gives routes or settings to the application that it has made: the call alone makes less than the web has. */
function completion({ call }: FactoryUse): { scope: Node; more: Node } | null {
  const left = call.parent?.type === "assignment" ? call.parent.childForFieldName("left") : null;
  let scope: Node | null = call;
  while (scope && scope.type !== "function_definition") scope = scope.parent;
  if (!scope || left?.type !== "identifier") return null;
  const completes = new RegExp(`^${left.text}\\.(register_\\w+|add_url_rule|config\\.\\w+)$`);
  const more = scope
    .descendantsOfType("call")
    .find((node) => node.startIndex > call.endIndex && completes.test(node.childForFieldName("function")?.text ?? ""));
  return more ? { scope, more } : null;
}

function completedElsewhere({ source: home, name: factory }: Candidate, uses: readonly FactoryUse[]): NoEntry | null {
  for (const use of uses) {
    const completed = completion(use);
    if (!completed) continue;
    const { path } = use.source;
    const by = completed.scope.childForFieldName("name")?.text;
    return {
      code: "entry-not-repeatable",
      path,
      line: lineOf(use.call),
      why: `${path}:${lineOf(completed.more)} goes on with the application that ${factory}() gives, and only a call of ${by}() does that`,
      fix: `move what follows into ${factory}(), or do without it in the worker: --target '${home.path}:${factory}()'`,
    };
  }
  return null;
}

/** A call in a file that starts applications, of that name and of nothing that was found: it may be this one. */
function unreadUse(
  { name, source: home, definition }: Candidate,
  importRoot: string,
  reading: Reading,
): NoEntry | null {
  const short = name.split(".").at(-1);
  for (const source of reading.sources.values()) {
    const isTop = source.path.slice(0, Math.max(0, source.path.lastIndexOf("/"))) === importRoot;
    if (isTestPath(source.path) || !(isTop || isEntryPath(source.path)) || isWorkerEntry(source)) continue;
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const callee = call.childForFieldName("function")?.text.split(".").at(-1);
      if (callee !== short || (source === home && definition && call.startIndex > definition.startIndex)) continue;
      const line = lineOf(call);
      const why = `"${call.childForFieldName("function")?.text}" can't be followed to where it is defined`;
      const fix = `import the function by its own name, or name the call: --target '${home.path}:${name}()'`;
      return { code: "entry-not-repeatable", path: source.path, line, why, fix };
    }
  }
  return null;
}

/** `gunicorn "shop:create_app('production')"`, where that name leads to the factory. */
function commandCall(
  { source, name }: Candidate,
  named: readonly NamedEntry[],
  importRoot: string,
  reading: Reading,
): NamedEntry | null {
  const isIt = (entry: NamedEntry) => {
    if (!entry.name || name.includes(".")) return false;
    const found = dottedDefinition(reading, importRoot, `${entry.module}.${entry.name}`);
    return found?.path === source.path && found.name === name;
  };
  return named.find((entry) => isIt(entry)) ?? null;
}

/** Double quotes, as formatters want them; a command line in double quotes has single ones inside. */
function quotesOf(given: string): string {
  return given.includes('"') || given.includes("\\") ? given : given.replaceAll("'", '"');
}

/** The call that the user wrote: its names must be had from somewhere. */
function asTold(given: string, search: Search): EntryCall | NoEntry {
  const { candidate, reading, values, repeat } = search;
  const tree = parseText(`f(${given})`).rootNode;
  const at = { path: candidate.source.path, line: candidate.line };
  const list = tree.descendantsOfType("argument_list")[0];
  if (!list || tree.hasError)
    return {
      code: "target-names-unknown",
      ...at,
      why: `"(${given})" is no call in Python`,
      fix: "mind the quotes of your shell",
    };
  if (secretLiteral(list))
    return {
      code: "target-secret",
      ...at,
      why: "the call holds what looks like a secret, and it would be written into the worker's entry",
      fix: 'read it from the environment, e.g. os.environ["SECRET_KEY"], or leave the arguments out so that the project\'s own entry is used',
    };
  const same = usesOf(candidate, reading, values).find(
    ({ call }) => call.childForFieldName("arguments")?.text.replace(/\s+/g, "") === `(${given})`.replace(/\s+/g, ""),
  );
  const brought = same ? preparation(same.source, same.call.childForFieldName("arguments")!, values) : null;
  if (same && brought) return repeat(`(${given})`, brought, { path: same.source.path, line: lineOf(same.call) });
  const needed: string[] = [];
  const missing: string[] = [];
  for (const name of [...freeNames(list)].filter((word) => word !== "f")) {
    const line = importOf(name, list, search);
    if (line) needed.push(line);
    else missing.push(name);
  }
  if (missing.length === 0) return repeat(`(${given})`, [...new Set(needed)], null);
  return {
    code: "target-names-unknown",
    ...at,
    why: `"${candidate.name}(${given})" uses ${missing.join(" and ")}, which ${candidate.source.path} does not have`,
    fix: `write a literal, or a name that ${candidate.source.path} defines or imports; an application that another file makes is found without arguments`,
  };
}

/** The line that brings a name of the factory's own module, a package of the project, or a module of Python's that is named there. */
function importOf(name: string, list: Node, { candidate, reading, values }: Search): string | null {
  const { path, tree } = candidate.source;
  const { module, importRoot } = values.place(path);
  const source = reading.parse(path);
  const isOwn = assignedValue(tree.rootNode, name) ?? definitionNamed(tree.rootNode, name);
  const isImported =
    source && importsOf(source).some((item) => item.local === name && item.node.parent?.type === "module");
  if (name === "os") return "import os";
  if (isOwn || isImported) return `from ${module} import ${name}`;
  // `shop.config.Live`: the longest part of it that is a module.
  const dotted = list
    .descendantsOfType("attribute")
    .map((node) => node.text)
    .filter((text) => text.startsWith(`${name}.`));
  for (const text of dotted) {
    for (let parts = text.split("."); parts.length > 0; parts = parts.slice(0, -1)) {
      if (modulePath(importRoot, parts.join("."), reading.pathSet)) return `import ${parts.join(".")}`;
    }
  }
  return null;
}

function missingArguments({ source, name, definition, line }: Candidate): NoEntry {
  return {
    code: "factory-arguments",
    path: source.path,
    line: definition ? lineOf(definition) : line,
    why: `${name} needs arguments, and no entry point of the project (wsgi.py, manage.py, run.py …) shows how to call it`,
    fix: `name the call in the target, e.g. --target '${source.path}:${name}("production")'`,
  };
}
