import { callArguments } from "../../../lib/python/index.ts";
import { applicationSources, type Project, WHOLE_CONFIG } from "../../../lib/survey/index.ts";
import type { Draft, Rule } from "../draft.ts";

const configCopy: Rule = {
  name: "config-copy",
  why: "of Flask's configuration, Celery gets what is meant for it, and no secret of the application",
};

/** `celery.conf.update(app.config)` takes those keys alone that are Celery's. */
export function copyOwnKeys(project: Project, draft: Draft): void {
  for (const source of applicationSources(project)) {
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const { positional, keywords } = callArguments(call);
      const [config] = positional;
      const isCopy = /\bconf\.update$/.test(call.childForFieldName("function")?.text ?? "");
      if (!isCopy || !config || positional.length > 1 || keywords.size > 0 || !WHOLE_CONFIG.test(config.text)) continue;
      const text = `{key: value for key, value in ${config.text}.items() if key.startswith(("CELERY", "BROKER_"))}`;
      draft.edit(configCopy, source, call, {
        start: config.startIndex,
        end: config.endIndex,
        text: inLines(source.text, call.startIndex, text),
      });
    }
  }
}

/** On lines of their own, since one line of them is too long for most formatters. */
function inLines(text: string, at: number, dict: string): string {
  const indent = /[^\n]*$/.exec(text.slice(0, at))![0].match(/^[ \t]*/)![0];
  const [, what, loop, test] = /^\{(.*?) (for .*?) (if .*)\}$/.exec(dict)!;
  return `{\n${[what, loop, test].map((line) => `${indent}    ${line}`).join("\n")}\n${indent}}`;
}
