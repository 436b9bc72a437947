import { inStyleOf, insertLines, nextLine } from "../../../lib/python/index.ts";
import { bodyOf, type CeleryObject, statementOf } from "../../../lib/survey/index.ts";
import type { Draft, Rule } from "../draft.ts";
import { indentOf, nameIn } from "./place.ts";

const defaultObject: Rule = {
  name: "default-object",
  why: "shared_task, and every thread of a web server, finds this Celery: https://docs.celeryq.dev/en/stable/userguide/application.html",
};

/** `celery.set_default()`: before the function that makes it hands it on, else right behind its construction. */
export function makeDefault(draft: Draft, { source, call, maker }: CeleryObject): void {
  const name = nameIn(call);
  if (!name) return;
  const end = maker && bodyOf(maker).find(({ type }) => type === "return_statement");
  const statement = end ?? statementOf(call);
  const offset = end ? end.startIndex - indentOf(source, end).length : nextLine(source.text, statement.endIndex);
  const line = inStyleOf(source, `${name}.set_default()\n`, indentOf(source, statement));
  draft.insert(defaultObject, source, insertLines(source, offset, line));
}
