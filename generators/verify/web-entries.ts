/** What the project itself starts to serve the web: the judge's reading, which shares nothing with the survey's choice of an entry. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Project } from "../../lib/survey/index.ts";
import { locateModule } from "./entry.ts";
import { findCommands, type WebCommand } from "./web-commands.ts";

/** One way in which the web process is started. */
export interface WebEntry {
  /** `wsgi:app`, `shop:create_app('x')`, `shop`, or the path of a script seen from `folder`. */
  target: string;
  /** Folder that it is started in and that its modules are imported from, relative to the root. */
  folder: string;
  /** Where the project says so, `path:line`. */
  at: string;
  /** Started by `flask`, which loads `.env` and `.flaskenv` and decides about debug mode. */
  flask: boolean;
}

export interface WebEntries {
  /** Of the most telling kind only: what a server's command names, else `wsgi.py`, else FLASK_APP, and so on. */
  entries: WebEntry[];
  /** Commands that name a module which is not in this project, as `path:line names module:name`. */
  missing: string[];
}

/** Files that start an application where no command says so, in the order in which they are believed. */
const conventions: readonly RegExp[] = [
  /^(?:\w+\/)?[aw]sgi\.py$/,
  /^(?:app|autoapp|main|application|server|serve)\.py$/,
  /^(?:run\w*|manage)\.py$/,
];

/**
 * @param importRoots folders that modules are imported from, relative to the root
 * @param worker the worker's entry, which is not the web's
 */
export function findWebEntries(project: Project, importRoots: readonly string[], worker: string): WebEntries {
  const commands = findCommands(project.root, project.paths);
  const missing: string[] = [];
  const [server, flask, told] = (["server", "flask", "told"] as const).map((kind) => {
    const located = commands
      .filter((command) => command.kind === kind)
      .map((command) => ({
        command,
        entry: locate(project, importRoots, command),
      }));
    for (const { command, entry } of located) {
      if (!entry && kind !== "told")
        missing.push(`${command.at} names ${command.target}, which is not in this project`);
    }
    return unique(located.flatMap(({ entry }) => (entry && !isWorker(entry, worker) ? [entry] : [])));
  });
  const [wsgi, ...files] = conventions.map((pattern) => byConvention(project, importRoots, pattern, worker));
  const kinds = [server!, wsgi!, flask!, told!, ...files];
  return { entries: kinds.find((entries) => entries.length > 0) ?? [], missing };
}

/** A command's module as a file of the project; null where there is none. */
function locate(project: Project, importRoots: readonly string[], command: WebCommand): WebEntry | null {
  const { target, at, kind } = command;
  const flask = kind === "flask" || command.flask;
  const roots = [...new Set([...command.folders, ...importRoots])];
  if (target.endsWith(".py")) {
    const folder = roots.find((root) => project.paths.includes(path.posix.join(root, target)));
    return folder === undefined ? null : { target, folder, at, flask };
  }
  const [module = "", expression = ""] = splitOnce(target, ":");
  // `flask --app src/shop` and `FLASK_APP=src/shop.py:app` give a path.
  const asPath = module.replace(/\.py$/, "");
  const inner = asPath.includes("/") ? path.posix.dirname(asPath) : "";
  const name = asPath.includes("/") ? path.posix.basename(asPath) : asPath;
  const found = locateModule(project, [...new Set([inner, ...roots])], `${name}:`);
  return found ? { target: expression ? `${name}:${expression}` : name, folder: found.root, at, flask } : null;
}

function byConvention(project: Project, importRoots: readonly string[], pattern: RegExp, worker: string): WebEntry[] {
  const found: WebEntry[] = [];
  for (const folder of importRoots) {
    const prefix = folder === "" ? "" : `${folder}/`;
    for (const name of project.paths.filter((one) => one.startsWith(prefix))) {
      const inner = name.slice(prefix.length);
      if (!pattern.test(inner) || /(^|\/)tests?\//.test(name)) continue;
      const text = read(path.join(project.root, name));
      const isScript = !bindsApplication(text);
      if (isScript && !/__main__/.test(text)) continue;
      const target = isScript ? inner : inner.slice(0, -".py".length).replaceAll("/", ".");
      const entry = { target, folder, at: `${name}:1`, flask: false };
      if (!isWorker(entry, worker)) found.push(entry);
    }
  }
  return unique(found);
}

/** Whether importing the file gives a name that servers look for. Text is enough: starting it decides. */
function bindsApplication(text: string): boolean {
  return /^(?:app|application)\b[^=\n]*=(?!=)|^(?:from .*import|import) .*\b(?:app|application)\b|^\w+\s*=\s*(?:\w+\.)*(?:Flask|FlaskGroup|\w*(?:create|make|build)\w*)\(/m.test(
    text,
  );
}

function isWorker({ target }: WebEntry, worker: string): boolean {
  return worker !== "" && (target === worker || target.split(":")[0] === worker.split(":")[0]);
}

function unique(entries: readonly WebEntry[]): WebEntry[] {
  return [...new Map(entries.map((entry) => [`${entry.folder} ${entry.target}`, entry])).values()];
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function read(file: string): string {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, "utf8") : "";
}
