import { statements } from "../../../lib/python/index.ts";
import { importsOf, type Project } from "../../../lib/survey/index.ts";
import { cantAdopt } from "../cant.ts";
import type { Draft, Rule } from "../draft.ts";

const celeryTask: Rule = {
  name: "celery-task",
  why: "celery.task is gone since Celery 5; shared_task takes its place",
};

/**
 * `celery.task` is gone since Celery 5: https://docs.celeryq.dev/en/stable/history/whatsnew-5.0.html
 *
 * @throws UserError `adopt-uncertain` for anything of it but `task`
 */
export function useOfLibrary(project: Project, draft: Draft): void {
  for (const source of project.sources.values()) {
    for (const { module, name, local, node, level } of importsOf(source)) {
      if (
        level > 0 ||
        !/^celery\.(task|decorators)(\.|$)/.test(name === null || module !== "celery" ? module : `celery.${name}`)
      )
        continue;
      if (name !== "task" || module === "celery")
        throw cantAdopt(
          source,
          node,
          "Celery has this no more since version 5",
          "use what its documentation names instead, and run the command again",
        );
      for (const decorator of source.tree.rootNode.descendantsOfType("decorator")) {
        const [expression] = statements(decorator);
        const callee = expression?.type === "call" ? expression.childForFieldName("function")! : expression;
        if (callee?.text !== local) continue;
        draft.edit(celeryTask, source, decorator, {
          start: callee.startIndex,
          end: callee.endIndex,
          text: "shared_task",
        });
      }
      draft.addImport(source, "from celery import shared_task");
      draft.dropImport(source, local);
    }
  }
}
