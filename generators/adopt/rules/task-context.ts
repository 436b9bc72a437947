import { type Edit, inStyleOf, insertLines, type SourceFile, statements } from "../../../lib/python/index.ts";
import {
  type CeleryObject,
  type FlaskApp,
  importsOf,
  type Project,
  placeOf,
  statementOf,
} from "../../../lib/survey/index.ts";
import { moduleFrom } from "../../common/wiring.ts";
import type { Draft, Rule } from "../draft.ts";
import { removeStatements } from "../removal.ts";
import { nameIn } from "./place.ts";

const taskContext: Rule = {
  name: "task-context",
  why: "each task runs in an application context of its own: https://flask.palletsprojects.com/en/stable/patterns/celery/",
};
const ownContext: Rule = {
  name: "no-shared-context",
  why: "with a context for each task, none for the worker's whole life is needed",
};

/** Whether the worker makes the application, so that what is done there holds for it. */
export function workerMakesApp(project: Project, app: FlaskApp): boolean {
  const entry = entryFile(project, app);
  if (!entry) return false;
  return app.kind === "factory"
    ? new RegExp(`\\b${app.name}\\(`).test(entry.text.replace(/def \w+\(/g, ""))
    : entry === app.file || importsOf(entry).length > 0;
}

function entryFile(project: Project, { importRoot }: FlaskApp): SourceFile | null {
  const { entry = "" } = project.celery ?? {};
  const root = importRoot ? `${importRoot}/` : "";
  const parts = entry.split(/[.:]/);
  for (let count = parts.length; count > 0; count--) {
    const base = root + parts.slice(0, count).join("/");
    const found = project.parse(`${base}.py`) ?? project.parse(`${base}/__init__.py`);
    if (found) return found;
  }
  return null;
}

/** The documented task class, where the application is at hand: in the function that is given it, else in the factory. */
export function giveContext(project: Project, app: FlaskApp, draft: Draft, object: CeleryObject): boolean {
  const { source, call, maker } = object;
  const [init, other] = app.inits;
  const name = nameIn(call);
  if (!name || maker || !init || other || init.inline) return false;
  const isHere = source === app.file;
  const isBehind = app.kind === "module" && isHere;
  const behind = statementOf(call);
  const offset = isBehind ? Math.max(init.offset, lineEnd(source, behind.endIndex)) : init.offset;
  if (!isHere && !importsOf(app.file).some((item) => item.local === name && item.name === name))
    draft.addImport(app.file, `from ${moduleFrom(app, placeOf(project, source.path).module)} import ${name}`);
  const lines = [
    "",
    `class ContextTask(${name}.Task):`,
    "    def __call__(self, *args, **kwargs):",
    `        with ${init.appName}.app_context():`,
    "            return self.run(*args, **kwargs)",
    "",
    `${name}.Task = ContextTask`,
    "",
  ].join("\n");
  draft.insert(
    taskContext,
    app.file,
    insertLines(app.file, offset, inStyleOf(app.file, lines.trimStart(), init.indent)),
  );
  return true;
}

function lineEnd({ text }: SourceFile, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

/** `app.app_context().push()` of the worker's entry goes. */
export function dropPushes(project: Project, app: FlaskApp, draft: Draft): void {
  const entry = entryFile(project, app);
  if (!entry) return;
  const pushes = statements(entry.tree.rootNode).filter(({ text }) => /^\w+\.app_context\(\)\.push\(\)$/.test(text));
  if (pushes.length === 0) return;
  const edits: Edit[] = removeStatements(entry, pushes);
  draft.edit(ownContext, entry, pushes[0]!, ...edits);
}
