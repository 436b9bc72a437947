/** Commands that serve the web, wherever they are written down: Procfile, Dockerfile, compose, units, scripts, tool tables, documents. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";

export interface WebCommand {
  /** `module:name`, `module:factory('x')`, `module`, or a script's path. */
  target: string;
  /** `server`: what production runs. `flask`: FLASK_APP and `flask --app`. `told`: either of them in a document. */
  kind: "server" | "flask" | "told";
  /** Started by `flask`, also in a document. */
  flask: boolean;
  /** Folders that the command changes to. */
  folders: string[];
  /** `path:line`. */
  at: string;
}

const processFiles =
  /(^|\/)(?:Procfile[^/]*|[^/]*Dockerfile[^/]*|Makefile|justfile|pyproject\.toml|package\.json|app\.ya?ml|fly\.toml|render\.ya?ml|railway\.(?:json|toml)|gunicorn[\w.]*\.py)$|compose[^/]*\.ya?ml$|\.(?:sh|service|ini|conf)$|(^|\/)(?:bin|scripts?)\/[^/.]+$|(^|\/)(?:start|boot|entrypoint|serve)$/;
const environments = /(^|\/)(?:\.flaskenv|\.env[^/]*)$/;
const documents = /(^|\/)(?:README|CONTRIBUTING|INSTALL|DEVELOPMENT)[^/]*$|(^|\/)docs?\/.*\.(?:md|rst|txt)$/;
const others = /(^|\/)(?:tests?|examples?|node_modules|\.github)\//;
/** Nobody starts an application in a file of more bytes. */
const largest = 256 * 1024;

const word = "[A-Za-z_]\\w*(?:\\.\\w+)*";
/** `shop.wsgi:app`, `shop:create_app('x')`; no `host:8000`, no `unix:/tmp/socket`. */
const named = new RegExp(`(?<![\\w./:@-])(${word}):(${word}(?:\\([^()\\n]*\\))?)(?![\\w:/.])`);
const server = /(?<![\w./-])(?:\S*\/)?(?:gunicorn|uvicorn|hypercorn|daphne|waitress-serve)\b(?!\s*[=<>~])(.*)/;
const uwsgi =
  /(?<![\w./-])(?:\S*\/)?uwsgi\b.*?\s(?:--module|-w|--wsgi|--wsgi-file|--file)[\s=]+["']?([\w./]+)(?::([\w.]+))?/;
const uwsgiKey = /^\s*(?:module|wsgi|wsgi-file)\s*=\s*([\w./]+)(?::([\w.]+(?:\([^()]*\))?))?\s*$/;
const callable = /(?:^\s*|--)callable[\s=]+(\w+)/m;
const flaskApp =
  /(?<![\w])(?:FLASK_APP["']?\s*[=:]\s*|flask\s+(?:--app|-A)[\s=]+)["']?([\w./-]+(?::\w[\w.]*(?:\([^()\n]*\))?)?)/;
const script =
  /(?<![\w./-])(?:\S*\/)?python[\d.]*\s+(?:-\w\s+)*([\w./-]+\.py)(?:\s+(?:run(?:server)?|serve|server|start))?["'\]\s]*(?:$|--|&)/;
const wsgiApp = /^wsgi_app\s*=\s*["']([\w.]+(?::[\w.]+(?:\([^()]*\))?)?)["']/;
const changesTo = /(?:--chdir[\s=]+|\bcd\s+|^\s*(?:chdir|directory|WorkingDirectory)\s*=\s*)["']?([\w./-]+)/g;
/** Lines that start a process; other mentions of a script are set-up steps. */
const starts = /^\s*(?:web|app|server|api|CMD|ENTRYPOINT|command|entrypoint|ExecStart|exec|start)\b/;

/** Every command in the files of a project that starts the web process, in the order of the files. */
export function findCommands(root: string, paths: readonly string[]): WebCommand[] {
  return paths
    .filter((name) => !others.test(name))
    .flatMap((name) => {
      const isDocument = documents.test(name);
      if (!isDocument && !processFiles.test(name) && !environments.test(name)) return [];
      return scan(root, name).map((command) => (isDocument ? { ...command, kind: "told" as const } : command));
    });
}

function scan(root: string, name: string): WebCommand[] {
  const file = path.join(root, name);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > largest) return [];
  const text = readFileSync(file, "utf8");
  const lines = text.split(/\r?\n/);
  const isIni = /\.(?:ini|conf)$/.test(name) && /^\s*\[uwsgi\]/m.test(text);
  return lines.flatMap((line, index): WebCommand[] => {
    if (/^\s*(?:#|\/\/)/.test(line) && !documents.test(name)) return [];
    const whole = joinLines(lines, index);
    const target = (isIni ? fromUwsgiKey(whole, text) : null) ?? fromServer(whole) ?? fromScript(whole, name);
    const folders = foldersOf(isIni || name.endsWith(".service") ? text : whole, name);
    const at = `${name}:${index + 1}`;
    if (target) return [{ target, kind: "server", flask: false, folders, at }];
    const flask = flaskApp.exec(whole.split("\n")[0] ?? "")?.[1];
    return flask ? [{ target: flask, kind: "flask", flask: true, folders, at }] : [];
  });
}

/** A command that is continued with a backslash, or that YAML or JSON writes as a list over several lines, in one. */
function joinLines(lines: readonly string[], index: number): string {
  const first = lines[index] ?? "";
  const isList =
    /[[(]\s*$|^\s*(?:-\s*)?["']?(?:gunicorn|uvicorn|uwsgi|hypercorn|waitress-serve)["']?,?\s*$|^\s*(?:command|entrypoint):\s*[>|]?-?\s*$/.test(
      first,
    );
  let whole = first;
  for (let at = index; at < index + 12 && (/\\\s*$/.test(lines[at] ?? "") || isList); at++) {
    whole = `${whole.replace(/\\\s*$/, "")} ${lines[at + 1] ?? ""}`;
    if (isList && /[\])]\s*$/.test(whole)) break;
  }
  return whole;
}

function fromServer(line: string): string | null {
  const wsgi = wsgiApp.exec(line)?.[1];
  if (wsgi) return wsgi;
  const inUwsgi = uwsgi.exec(line);
  if (inUwsgi) return joinUwsgi(inUwsgi[1]!, inUwsgi[2] ?? callable.exec(line)?.[1]);
  const rest = server.exec(line)?.[1];
  if (rest === undefined || /\bpip\b|\bapt/.test(line)) return null;
  // In a JSON list quotes inside a string are escaped.
  const found = named.exec(rest.replaceAll('\\"', '"'));
  if (found) return `${found[1]}:${found[2]}`;
  const words = rest
    .replace(/[\\"',[\]]/g, " ")
    .split(/\s+/)
    .filter(Boolean);
  const last = words.find((one, index) => isPositional(one, words[index - 1] ?? ""));
  return last ? `${last}:application` : null;
}

/** gunicorn serves `wsgi` as `wsgi:application`; an option's value is no module. */
function isPositional(one: string, before: string): boolean {
  const takesValue = /^-(?:[a-zA-Z]|-(?!reload$|preload$|daemon$|capture-output$)[\w-]+)$/.test(before);
  return new RegExp(`^${word}$`).test(one) && !takesValue;
}

function fromUwsgiKey(line: string, text: string): string | null {
  const found = uwsgiKey.exec(line);
  return found ? joinUwsgi(found[1]!, found[2] ?? callable.exec(text)?.[1]) : null;
}

function joinUwsgi(module: string, name = "application"): string {
  return `${module
    .replace(/\.py$/, "")
    .replace(/^\.?\//, "")
    .replaceAll("/", ".")}:${name}`;
}

function fromScript(line: string, name: string): string | null {
  if (!starts.test(line) && !/\.sh$/.test(name)) return null;
  const words = line.replace(/["',[\]]/g, " ").replace(/\s+/g, " ");
  const found = /celery|\brq\b/.test(words) ? null : script.exec(words.trimEnd())?.[1];
  return found ? found.replace(/^\.\//, "").replace(/^\/(?:app|code|src|usr\/src\/app|opt\/\w+)\//, "") : null;
}

function foldersOf(text: string, name: string): string[] {
  const own = path.posix.dirname(name);
  const found = [...text.matchAll(changesTo)].map(([, folder]) =>
    path.posix.normalize(folder!.replace(/^\/(?:app|code|srv|opt|usr\/src\/app)(?=\/|$)\/?/, "./")).replace(/\/$/, ""),
  );
  const near = own === "." ? "" : own;
  return [...found, "", near]
    .map((folder) => (folder === "." ? "" : folder))
    .filter((folder) => !/^\.\.|^\//.test(folder));
}
