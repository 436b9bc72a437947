/** Command lines that start a worker, a beat or Flower, in the files that deploy the project or explain it. */
import { spliceText } from "../../lib/python/index.ts";
import type { Project } from "../../lib/survey/index.ts";

/** What a command line names, and where. */
export interface CommandLine {
  path: string;
  line: number;
  /** Behind `-A`. */
  name: string;
  /** From `celery` on, to the end of the name. */
  start: number;
  text: string;
  /** The file's text. */
  whole: string;
}

const FILES =
  /(^|\/)(Procfile[\w.-]*|(docker-)?compose[\w.-]*\.ya?ml|[\w.-]*Dockerfile[\w.-]*|Makefile|justfile|run|start[\w-]*|entrypoint[\w-]*|[\w.-]+\.(sh|service|conf|ini|toml|ya?ml|md|rst|txt))$/i;
const COMMAND = /\bcelery\b(?!["'])([^\n|&;`"']*?)\s(?:-A|--app)(?:[= ]|\s+)["']?([A-Za-z_][\w.-]*(?::\w+)?)/g;

/** `["celery", "-A", "app.celery", "worker"]` */
const AS_LIST = /(["'])celery\1\s*,\s*\1(?:-A|--app)\1\s*,\s*\1([A-Za-z_][\w.-]*(?::\w+)?)/g;

/** Every one of them. */
export function commandLines(project: Project): CommandLine[] {
  return project.paths.flatMap((path) => {
    if (!FILES.test(path) || /(^|\/)(node_modules|\.github)\//.test(path)) return [];
    return linesIn(path, project.read(path));
  });
}

/** Those of one file, which a plan may have changed. */
export function linesIn(path: string, bytes: Uint8Array | null): CommandLine[] {
  const text = bytes ? Buffer.from(bytes).toString("utf8") : "";
  if (!text.includes("celery") || text.includes("\uFFFD")) return [];
  return [...text.matchAll(COMMAND), ...text.matchAll(AS_LIST)].map((match) => ({
    path,
    line: text.slice(0, match.index).split("\n").length,
    name: match[2]!.replace(/\.$/, ""),
    start: match.index,
    text: match[0],
    whole: text,
  }));
}

/**
 * The file's text with another name behind `-A`, or with the same; a sub-command goes behind it, where Celery 5 wants it.
 */
export function renamed(lines: readonly CommandLine[], entry: string | null): string {
  return spliceText(
    lines[0]!.whole,
    lines.map(({ start, text, name }) => {
      const end = start + text.length;
      if (/^["']/.test(text)) return { start: end - name.length, end, text: entry ?? name };
      const named = text.slice("celery".length, text.lastIndexOf(name));
      const quote = /["']$/.exec(named)?.[0] ?? "";
      const before = named.replace(/\s+(?:-A|--app)[= \t]*["']?$/, "").trimEnd();
      return { start, end: end + quote.length, text: `celery -A ${quote}${entry ?? name}${quote}${before}` };
    }),
  );
}
