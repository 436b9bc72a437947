import { type FlaskApp, type Project, placeOf } from "../../../lib/survey/index.ts";
import { moduleFrom } from "../../common/wiring.ts";
import { cantAdopt } from "../cant.ts";
import type { Draft, Rule } from "../draft.ts";
import type { Use } from "../integration.ts";

const currentApp: Rule = {
  name: "current-app",
  why: "code that runs with the application takes the Celery that is in use there",
};
const taskBase: Rule = {
  name: "task-base",
  why: "a task class of the project's own gets the application's context, too",
};

/** What runs with the application, and classes for `base=`. */
export function keepUses(project: Project, app: FlaskApp, draft: Draft, uses: readonly Use[]): void {
  for (const { source, node, kind } of uses) {
    if (kind === "decorator") continue;
    if (kind === "base") {
      const superclass = node.parent!;
      draft.edit(taskBase, source, node, {
        start: superclass.startIndex,
        end: superclass.endIndex,
        text: "FlaskTask",
      });
      const module = app.package ? `${app.package}.celery_app` : "celery_app";
      const isSibling = parentOf(placeOf(project, source.path).module, source.path) === app.package;
      draft.addImport(source, `from ${isSibling ? moduleFrom(app, module) : module} import FlaskTask`);
      draft.dropImport(source, node.text.split(".")[0]!);
      continue;
    }
    const local = node.type === "identifier" ? node.text : "celery";
    if (node.type !== "identifier") {
      const isTaken = source.tree.rootNode
        .descendantsOfType("identifier")
        .some(({ text, parent }) => text === local && parent?.type !== "attribute");
      if (isTaken)
        throw cantAdopt(
          source,
          node,
          "the object is reached through its module",
          `import ${node.text.split(".").at(-1)} by name, and run the command again`,
        );
      draft.edit(currentApp, source, node, { start: node.startIndex, end: node.endIndex, text: local });
      draft.dropImport(source, node.text.split(".")[0]!);
    }
    draft.note(currentApp, `${source.path}:${node.startPosition.row + 1}`);
    draft.useCurrentApp(source, local);
  }
}

/** The package that a module is in, from which its relative imports count. */
function parentOf(module: string, path: string): string {
  return path.endsWith("__init__.py") ? module : module.slice(0, Math.max(module.lastIndexOf("."), 0));
}
