import { modulePath } from "../names/modules.ts";
import type { Location } from "../project.ts";
import type { Reading } from "../reading.ts";

/** A module that start-up configuration names, with the object in it where that is given. */
export interface NamedEntry {
  module: string;
  name: string;
  /** What stands between the parentheses of `app:create_app("x")`; null where nothing is called. */
  given: string | null;
  /** Named by a web server's command, not by FLASK_APP. */
  isServer: boolean;
  /** The innermost folder around the file in which there is such a module; "" where that is the root, or not told. */
  folder: string;
  at: Location;
}

/** Those that may mean a module below this folder; a sibling's Dockerfile speaks of its own `app`. */
export function seenFrom(importRoot: string, entries: readonly NamedEntry[]): NamedEntry[] {
  return entries.filter(({ folder }) => folder === "" || `${importRoot}/`.startsWith(`${folder}/`));
}

const FILES =
  /(^|\/)(\.flaskenv|\.env(\.\w+)*|Procfile|Dockerfile|app\.ya?ml|(docker-)?compose[\w.-]*\.ya?ml|[\w-]+\.sh|start|boot|entrypoint|serve)$/;
/** Deeper down, files are of something else. */
const DEPTH = 5;
const FLASK_APP = /FLASK_APP["']?\s*[=:]\s*["']?([\w./]+?)(?:\.py)?(?::(\w+))?(?:\(([^)]*)\)|["'\s]|$)/;
const SERVER = /\b(?:gunicorn|waitress-serve|uwsgi|hypercorn)\b.*?[\s"'=]([A-Za-z_][\w.]*):(\w+)(?:\(([^)]*)\))?/;

/**
 * What the WSGI servers' command lines and FLASK_APP name, in that order: `gunicorn "app:create_app()"`, `FLASK_APP=flaskr`.
 *
 * @see https://flask.palletsprojects.com/en/stable/cli/#application-discovery
 */
export function namedEntries(reading: Reading): NamedEntry[] {
  const servers: NamedEntry[] = [];
  const others: NamedEntry[] = [];
  for (const path of reading.paths) {
    if (!FILES.test(path) || path.split("/").length > DEPTH) continue;
    const bytes = reading.read(path);
    const text = bytes ? Buffer.from(bytes).toString("utf8") : "";
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (/^\s*#/.test(line)) continue;
      for (const [found, pattern] of [[others, FLASK_APP] as const, [servers, SERVER] as const]) {
        const match = pattern.exec(line);
        if (!match) continue;
        const module = match[1]!.replace(/^\.\//, "").replaceAll("/", ".");
        found.push({
          module,
          name: match[2] ?? "",
          given: match[3] ?? null,
          isServer: found === servers,
          folder: folderOf(path, module, reading),
          at: { path, line: index + 1 },
        });
      }
    }
  }
  return [...servers, ...others];
}

function folderOf(path: string, module: string, { pathSet }: Reading): string {
  const folders = path.split("/").slice(0, -1);
  for (let depth = folders.length; depth > 0; depth--) {
    const folder = folders.slice(0, depth).join("/");
    if (modulePath(folder, module, pathSet)) return folder;
  }
  return "";
}
