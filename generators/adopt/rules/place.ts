import { indentAt, type Node, type SourceFile, statements } from "../../../lib/python/index.ts";
import { statementOf } from "../../../lib/survey/index.ts";

/** What a call's value is called in its own scope; "" where it has no name of its own. */
export function nameIn(call: Node): string {
  const [assignment] = statements(statementOf(call));
  const left = assignment?.type === "assignment" ? assignment.childForFieldName("left") : null;
  return left?.type === "identifier" && assignment!.childForFieldName("right")?.id === call.id ? left.text : "";
}

/** The white space before a statement. */
export function indentOf({ text }: SourceFile, node: Node): string {
  return indentAt(text, node.startIndex) ?? "";
}
