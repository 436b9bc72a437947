import { lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors/index.ts";
import { filterNaming, listFiles } from "../files/list.ts";
import { readSource, type SourceFile } from "../python/index.ts";
import { isEntryPath } from "./apps/entry.ts";
import { FLASK_CLASSES, suspectNames } from "./apps/suspects.ts";
import { FRAMEWORKS, type Reading, SIDE_WORDS } from "./reading.ts";

/** Reads the files of a project that name Flask or Celery, and any other one when it is asked for. */
export function openProject(root: string): Reading {
  const { paths, pythonPaths } = listFiles(root);
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
  // One look at each file for everything that is sought: opening it costs more than the search.
  const named = filterNaming(root, pythonPaths, [...FRAMEWORKS, ...SIDE_WORDS], "i");
  const framework = new RegExp(FRAMEWORKS.join("|"), "i");
  const sources = new Map<string, SourceFile>();
  for (const relative of named) {
    const source = parse(relative);
    if (source && framework.test(source.text)) sources.set(relative, source);
  }
  const reading: Reading = { root, paths, pathSet: new Set(paths), named, sources, read, parse };
  for (const relative of relatedFiles(reading, pythonPaths)) {
    const source = parse(relative);
    if (source) sources.set(relative, source);
  }
  return reading;
}

/**
 * Files that name neither Flask nor Celery and matter all the same: a wsgi.py that calls the factory, or a module that uses
 * the project's own subclass of Flask.
 */
function relatedFiles(reading: Reading, pythonPaths: readonly string[]): string[] {
  const rest = pythonPaths.filter((path) => !reading.sources.has(path));
  const names = [...suspectNames(reading)].filter((name) => !isCommon(name));
  if (rest.length === 0 || names.length === 0) return [];
  const any = new RegExp(`\\b(?:${names.join("|")})\\b`);
  const texts = [...reading.sources.values()].map(({ text }) => text);
  const defined = new Set(texts.flatMap((text) => [...text.matchAll(/^class (\w+)/gm)].map((match) => match[1])));
  const classes = names.filter((name) => defined.has(name));
  const entries = rest.filter(
    (path) => isEntryPath(path) && any.test(Buffer.from(reading.read(path) ?? []).toString("latin1")),
  );
  return [...new Set([...entries, ...(classes.length > 0 ? filterNaming(reading.root, rest, classes) : [])])];
}

/** Names that half of all files hold; and Flask's own, whose files have been found already. */
function isCommon(name: string): boolean {
  return ["app", "application", "main", "run"].includes(name) || Object.values(FLASK_CLASSES).flat().includes(name);
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
