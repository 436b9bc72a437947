import { type SourceFile, statements } from "../../../lib/python/index.ts";
import { type CeleryTask, isMainGuard, type Project, placeOf } from "../../../lib/survey/index.ts";
import type { Draft, Rule } from "../draft.ts";
import type { Use } from "../integration.ts";

const sharedTask: Rule = {
  name: "shared-task",
  why: "a task that is declared with shared_task imports no application; its registered name stays",
};
const explicitName: Rule = {
  name: "explicit-name",
  why: "a module that is also run as a script is called __main__ then: the name says what the worker knows it by",
};

/** `@celery.task` becomes `@shared_task`; a module that may be run as a script writes the name out. */
export function shareTasks(project: Project, draft: Draft, uses: readonly Use[], tasks: readonly CeleryTask[]): void {
  for (const { source, node, kind } of uses) {
    if (kind !== "decorator") continue;
    const callee = node.parent!;
    draft.edit(sharedTask, source, node, { start: callee.startIndex, end: callee.endIndex, text: "shared_task" });
    draft.addImport(source, "from celery import shared_task");
    draft.dropImport(source, node.text.split(".")[0]!);
    if (!isScript(source)) continue;
    const line = source.text.slice(0, node.startIndex).split("\n").length;
    const task = tasks.find((one) => one.path === source.path && one.line > line);
    const call = callee.parent!;
    const has = call.type === "call" && /\bname\s*=/.test(call.childForFieldName("arguments")!.text);
    if (!task || has) continue;
    const { module } = placeOf(project, source.path);
    const name = `name="${module}.${task.function}"`;
    const list = call.type === "call" ? call.childForFieldName("arguments")! : null;
    const edit = list
      ? { start: list.startIndex + 1, end: list.startIndex + 1, text: statements(list).length > 0 ? `${name}, ` : name }
      : { start: callee.endIndex, end: callee.endIndex, text: `(${name})` };
    draft.edit(explicitName, source, node, edit);
  }
}

function isScript({ tree }: SourceFile): boolean {
  return statements(tree.rootNode).some((node) => isMainGuard(node));
}
