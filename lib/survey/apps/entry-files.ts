import type { Reading } from "../reading.ts";

/** A module that start-up configuration names, with the object in it where that is given. */
export interface NamedEntry {
  module: string;
  name: string;
}

const FILES =
  /(^|\/)(\.flaskenv|\.env(\.\w+)*|Procfile|Dockerfile|app\.ya?ml|(docker-)?compose[\w.-]*\.ya?ml|[\w-]+\.sh)$/;

/**
 * What FLASK_APP and the WSGI servers' command lines name: `FLASK_APP=flaskr`, `gunicorn "app:create_app()"`.
 *
 * @see https://flask.palletsprojects.com/en/stable/cli/#application-discovery
 */
export function namedEntries(reading: Reading): NamedEntry[] {
  const found: NamedEntry[] = [];
  for (const path of reading.paths) {
    if (!FILES.test(path) || path.split("/").length > 2) continue;
    const bytes = reading.read(path);
    const text = bytes ? Buffer.from(bytes).toString("utf8") : "";
    for (const line of text.split(/\r?\n/)) {
      if (/^\s*#/.test(line)) continue;
      const flaskApp = /FLASK_APP["']?\s*[=:]\s*["']?([\w./]+?)(?:\.py)?(?::(\w+))?(?:\(|["'\s]|$)/.exec(line);
      const server = /\b(?:gunicorn|waitress-serve|uwsgi|hypercorn)\b.*?[\s"'=]([A-Za-z_][\w.]*):(\w+)/.exec(line);
      for (const match of [flaskApp, server]) {
        if (match) found.push({ module: match[1]!.replace(/^\.\//, "").replaceAll("/", "."), name: match[2] ?? "" });
      }
    }
  }
  return found;
}
