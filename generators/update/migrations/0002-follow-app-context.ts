import {
  dropImports,
  type Edit,
  indentAt,
  lineStart,
  type Node,
  nextLine,
  statements,
} from "../../../lib/python/index.ts";
import type { Migration } from "./migration.ts";

/** Calls go where they are statements on lines of their own, among others. */
export const followAppContext: Migration = {
  number: 2,
  rule: "follow-app-context",
  why: "celery_init_app() itself sees to several applications in one process",
  file: "celery_app.py",
  name: "follow_app_context",
  edits({ source, imported }) {
    if (!imported) return [];
    const calls = source.tree.rootNode
      .descendantsOfType("call")
      .filter((call) => call.childForFieldName("function")?.text === imported.local);
    if (!calls.every((call) => isLine(source.text, call.parent!))) return [];
    const lines = calls.map(
      (call): Edit => ({
        start: lineStart(source.text, call.startIndex),
        end: nextLine(source.text, call.endIndex),
        text: "",
      }),
    );
    const unused = dropImports(source, [imported.local], lines, { everywhere: true });
    return unused.length > 0 ? [...lines, ...unused] : [];
  },
};

function isLine(text: string, statement: Node): boolean {
  const block = statement.parent;
  const rest = text.slice(statement.endIndex, nextLine(text, statement.endIndex));
  return (
    statement.type === "expression_statement" &&
    block !== null &&
    statements(block).length > 1 &&
    indentAt(text, statement.startIndex) !== null &&
    !/[^\s]/.test(rest.replace(/#.*/, ""))
  );
}
