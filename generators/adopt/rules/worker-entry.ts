import { isDocstring, type SourceFile, statements } from "../../../lib/python/index.ts";
import { type Project, placeOf } from "../../../lib/survey/index.ts";
import type { Rule } from "../draft.ts";

export const workerEntry: Rule = { name: "worker-entry", why: "commands that name this file go on working" };

export function entryText(project: Project, source: SourceFile, names: readonly string[], entry: string): string {
  const [first] = statements(source.tree.rootNode);
  const header = /^(#.*\r?\n)*/.exec(source.text)![0];
  const docstring = first && isDocstring(first) ? `${first.text}\n\n` : "";
  const { module } = placeOf(project, source.path);
  const lines = names.map((one) => `from ${entry} import celery_app as ${one}`).join("\n");
  const all = names.map((one) => `"${one}"`).join(", ");
  return `${header}${docstring}# Kept for commands that name it (-A ${module}.${names[0]}): the worker's entry is ${entry}.py.\n${lines}\n\n__all__ = [${all}]\n`;
}

/** `flask_app = create_app(); celery_app = flask_app.extensions["celery"]`, as Flask's documentation has it. */
export function isPlainEntry(source: SourceFile | null): boolean {
  return (
    source !== null &&
    statements(source.tree.rootNode).every(
      ({ type, text }) =>
        type.includes("import") ||
        /^[rR]?["']/.test(text) ||
        /^\w+ = \w+\(\)$/.test(text) ||
        /^celery(_app)? = \w+\.extensions\[["']celery["']\]$/.test(text),
    )
  );
}
