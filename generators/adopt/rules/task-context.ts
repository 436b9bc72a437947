import { type Edit, inStyleOf, insertLines, type SourceFile, statements } from "../../../lib/python/index.ts";
import {
  assignedValue,
  type CeleryObject,
  definitionNamed,
  type FlaskApp,
  importedDefinition,
  importsOf,
  type Project,
  placeOf,
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
export function workerMakesApp(project: Project, app: FlaskApp, { source }: CeleryObject): boolean {
  if (app.kind === "module" && source === app.file) return true;
  const entry = entryFile(project, app);
  if (!entry) return false;
  return app.kind === "factory"
    ? new RegExp(`\\b${app.name}\\(`).test(entry.text.replace(/def \w+\(/g, ""))
    : entry === app.file ||
        importsOf(entry).some((item) => importedDefinition(project, entry, item)?.path === app.file.path);
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
  const isBound = assignedValue(app.file.tree.rootNode, name) ?? definitionNamed(app.file.tree.rootNode, name);
  if (name === init.appName || (!isHere && isBound)) return false;
  const isBehind = app.kind === "module" && isHere;
  const offset = isBehind ? Math.max(init.offset, lastUse(source, name, init.offset)) : init.offset;
  if (!isHere && !importsOf(app.file).some((item) => item.local === name && item.name === name))
    draft.addImport(app.file, `from ${moduleFrom(app, placeOf(project, source.path).module)} import ${name}`);
  const apart = init.indent === "" ? "\n\n" : "\n";
  const lines = contextTask(name, init.appName, apart);
  const before = app.file.text.slice(0, offset);
  const gap = /(?:^|\n)\s*\n$/.test(before) ? apart.slice(2) : apart;
  const snippet = gap + inStyleOf(app.file, lines, init.indent);
  draft.insert(taskContext, app.file, insertLines(app.file, offset, init.indent === "" ? snippet : `${snippet}\n`));
  return true;
}

/** The class of Flask's documentation, and what makes it the object's. */
export function contextTask(name: string, appName: string, apart = "\n\n"): string {
  return [
    `class ContextTask(${name}.Task):`,
    "    def __call__(self, *args, **kwargs):",
    `        with ${appName}.app_context():`,
    `            return self.run(*args, **kwargs)\n${apart.slice(1)}`,
    `${name}.Task = ContextTask\n`,
  ].join("\n");
}

/** Behind the lines that make and configure the object in a row. */
function lastUse(source: SourceFile, name: string, from: number): number {
  let end = from;
  for (const statement of statements(source.tree.rootNode)) {
    if (
      new RegExp(`^${name}\\s*=|^${name}\\.(conf\\b|set_default|config_from_object|autodiscover_tasks)`).test(
        statement.text,
      )
    )
      end = Math.max(end, lineEnd(source, statement.endIndex));
  }
  return end;
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
