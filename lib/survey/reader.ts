import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors/index.ts";
import { listFiles, readTexts } from "../files/list.ts";
import { importsInText, readSource, type SourceFile } from "../python/index.ts";
import { isEntryPath } from "./apps/entry.ts";
import { REGISTER } from "./blueprints/registered.ts";
import { mayNameBroker } from "./celery/broker-marks.ts";
import { valuesOf } from "./names/lookup.ts";
import { Namespaces } from "./names/namespaces.ts";
import type { Reading } from "./reading.ts";

/** Whether a text holds what the surveys look for in files that need not name Flask or Celery. */
const isOfUse = (text: string) =>
  REGISTER.some((method) => text.includes(method)) ||
  text.includes("BROKER_URL") ||
  text.includes("RESULT_BACKEND") ||
  mayNameBroker(text);
const FRAMEWORK = /[fF]lask|FLASK|[cC]elery|CELERY/;
/** Libraries of which the surveys want to know who imports them, besides those named after Flask or Celery. */
const LIBRARIES = new Set(
  "sqlalchemy rq rq_scheduler dramatiq huey apscheduler arq saq tasktiger procrastinate eve quart connexion".split(" "),
);
/** Those of them that Flask applications are made of. */
const APPLICATIONS = new Set(["eve"]);

/**
 * Reads the files of a project that have to do with Flask or Celery, and any other one when it is asked for.
 *
 * Which ones these are is decided by bytes alone, and never too narrowly. What a survey can find in a file rests either on a
 * word that the file holds (FRAMEWORK, isOfUse), on a library that it imports, or on a name that another module hands out. For the first two
 * the bytes are searched; for the third the trees tell the names, generously (Handing), and the bytes which files import one of
 * them (importsInText). That is repeated until no file is added. With `everything` all of it is left out and each file parsed:
 * the answer must be the same.
 */
export function openProject(root: string, { everything = process.env.SURVEY_EVERYTHING === "1" } = {}): Reading {
  const { paths, pythonPaths } = listFiles(root);
  const pathSet = new Set(paths);
  const top = realpathSync.native(root);
  const cache = new Map<string, SourceFile | null>();
  const read = (relative: string) => readInside(top, relative);
  const parse = (relative: string) => {
    const known = cache.get(relative);
    if (known !== undefined) return known;
    const bytes = read(relative);
    const source = bytes && tryParse(relative, bytes);
    cache.set(relative, source);
    return source;
  };
  const namespaces = new Namespaces(pathSet, parse);
  const scan = everything ? scanNothing(pythonPaths, namespaces) : scanFiles(root, pythonPaths, namespaces);
  const found = new Map<string, SourceFile>();
  const reading: Reading = {
    root,
    paths,
    pathSet,
    named: scan.named,
    sources: found,
    everything,
    isNamespace: (folder) => namespaces.has(folder),
    read,
    parse,
  };
  const add = (relative: string) => {
    const source = found.has(relative) ? null : parse(relative);
    if (source) found.set(relative, source);
    return source !== null;
  };
  for (const relative of scan.framework) add(relative);
  for (const relative of pythonPaths) if (isEntryPath(relative)) add(relative);
  const handing = valuesOf(reading).handing;
  for (let grown = !everything; grown; ) {
    const given = [...handing.learn(found.values())].map(({ path }) => path);
    const bringing = [...scan.imported].flatMap(([name, from]) => (handing.isBrought([name]) ? from : []));
    grown = [...given, ...bringing].filter(add).length > 0;
  }
  const sources = new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  found.clear();
  for (const [relative, source] of sources) found.set(relative, source);
  return reading;
}

interface Scan {
  /** Files that name Flask or Celery. */
  framework: readonly string[];
  /** These, and those with any other word or library that is looked for. */
  named: readonly string[];
  /** Names that imports of the project's own modules mention → the other files that do. */
  imported: ReadonlyMap<string, readonly string[]>;
}

/** One look at each file for everything that is sought: opening it costs more than the search. */
function scanFiles(root: string, pythonPaths: readonly string[], namespaces: Namespaces): Scan {
  const own = new Set(pythonPaths.flatMap((path) => path.replace(/\.pyw?$/, "").split("/")));
  const framework = new Set<string>();
  const named = new Set<string>();
  const imported = new Map<string, string[]>();
  readTexts(root, pythonPaths, (path, text) => {
    let isFramework = FRAMEWORK.test(text);
    if (isFramework || isOfUse(text)) named.add(path);
    let words: Set<string> | null = null;
    for (const statement of importsInText(text)) {
      const { module, names } = statement;
      const tops = module === null ? names.map(topOf) : [topOf(module)];
      for (const name of tops) {
        if (!LIBRARIES.has(name)) continue;
        named.add(path);
        isFramework ||= APPLICATIONS.has(name);
      }
      if (!tops.some((name) => name === "" || name === "*" || own.has(name))) continue;
      namespaces.note(path, statement);
      words ??= new Set();
      for (const name of names) for (const word of name.split(".")) words.add(word);
    }
    if (isFramework) framework.add(path);
    else for (const word of words ?? []) imported.set(word, [...(imported.get(word) ?? []), path]);
  });
  return { framework: [...framework], named: [...named], imported };
}

/** The first part of a dotted module; "" for a relative one. */
function topOf(module: string): string {
  const dot = module.indexOf(".");
  return dot < 0 ? module : module.slice(0, dot);
}

function scanNothing(pythonPaths: readonly string[], namespaces: Namespaces): Scan {
  for (const path of pythonPaths) namespaces.note(path, null);
  return { framework: pythonPaths, named: pythonPaths, imported: new Map() };
}

/**
 * Bytes of a file below the root; null when there is none.
 *
 * @param top - real path of the root
 * @throws UserError `path-outside` when the path, or a symlink in it, leads out of the root
 */
function readInside(top: string, relative: string): Uint8Array | null {
  const full = path.join(top, relative);
  if (!lstatSync(full, { throwIfNoEntry: false })) return null;
  let real: string;
  try {
    real = realpathSync.native(full);
  } catch {
    return null; // A link to nothing.
  }
  if (real !== top && !real.startsWith(top + path.sep)) {
    throw new UserError({
      code: "path-outside",
      what: `${relative} was not read.`,
      why: "it leads out of the project through a symbolic link",
      fix: "replace the link by a real file, or run the command on the folder that it leads to",
    });
  }
  return statSync(real).isFile() ? readFileSync(real) : null;
}

/** A sibling that can't be decoded is none of our business until it has to be edited. */
function tryParse(relative: string, bytes: Uint8Array): SourceFile | null {
  try {
    return readSource(relative, bytes);
  } catch (error) {
    if (error instanceof UserError && !matters(error, bytes)) return null;
    throw error;
  }
}

/** Unknown is not absent: a Celery in it, or an application among data, would be set up a second time. */
function matters({ code }: UserError, bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const calls = ["Celery(", "celery_init_app(", ...(code === "source-too-large" ? ["Flask("] : [])];
  return calls.some((call) => text.includes(call));
}
