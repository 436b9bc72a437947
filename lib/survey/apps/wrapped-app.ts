/** Libraries whose own application holds the Flask application as an attribute: nothing is edited, all lines are given. */
import { importPoint, indentAt, lineOf, type Node, type SourceFile, statements, walk } from "../../python/index.ts";
import { isFlaskImport } from "../names/imports-of.ts";
import { enclosing, libraryName } from "../names/lookup.ts";
import type { Values } from "../names/values.ts";
import type { Refusal } from "../project.ts";

/** Constructors by their library, with the attribute that is the Flask application. */
const WRAPPERS: Readonly<Record<string, { names: readonly string[]; attribute: string }>> = {
  connexion: { names: ["App", "FlaskApp"], attribute: "app" },
  "connexion.apps.flask": { names: ["FlaskApp"], attribute: "app" },
};

/** https://flask.palletsprojects.com/en/stable/patterns/celery/ */
const DOCUMENTED = `from celery import Celery, Task
from flask import Flask


def celery_init_app(app: Flask) -> Celery:
    class FlaskTask(Task):
        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery_app = Celery(app.name, task_cls=FlaskTask)
    celery_app.config_from_object(app.config["CELERY"])
    celery_app.set_default()
    app.extensions["celery"] = celery_app
    return celery_app`;

/** `outer = connexion.FlaskApp(__name__)`: where what belongs. */
export function wrappedApps(source: SourceFile, values: Values): Refusal[] {
  return source.tree.rootNode.descendantsOfType("assignment").flatMap((node) => {
    const left = node.childForFieldName("left");
    const right = node.childForFieldName("right");
    const callee = right?.type === "call" ? right.childForFieldName("function") : null;
    const library = callee ? libraryName(source, callee) : null;
    const wrapper = library && WRAPPERS[library.module];
    if (left?.type !== "identifier" || !library || !wrapper?.names.includes(library.name)) return [];
    const app = `${left.text}.${wrapper.attribute}`;
    return [refuse({ source, made: node, app, library: library.module.split(".")[0] ?? "" }, values)];
  });
}

interface Wrapped {
  source: SourceFile;
  made: Node;
  /** As code reaches it, such as `outer.app`. */
  app: string;
  library: string;
}

function refuse({ source, made, app, library }: Wrapped, values: Values): Refusal {
  const { path } = source;
  const { package: pack, packageDir } = values.place(path);
  const { line, indent } = behindSettings(source, made, app.split(".")[0] ?? "");
  const module = pack ? `${pack}.celery_app` : "celery_app";
  return {
    target: `${path}:${made.childForFieldName("left")?.text}`,
    at: { path, line: lineOf(made) },
    code: "app-in-object",
    why: `${path}:${lineOf(made)}: the Flask application is "${app}", an attribute of an object of ${library}`,
    fix: 'paste these lines, put your settings into app.config["CELERY"], and go on with blueprint-task',
    manual: [
      { path: `${packageDir ? `${packageDir}/` : ""}celery_app.py`, line: 1, snippet: DOCUMENTED, why: "a new file" },
      {
        path,
        line: importPoint(source, isFlaskImport).line,
        snippet: `from ${module} import celery_init_app`,
        why: "makes the function known",
      },
      {
        path,
        line,
        snippet: `${indent}celery_init_app(${app})`,
        why: "initialises Celery once the application is configured",
      },
    ],
  };
}

/** Before the function's last return, or behind the last statement of the module that names the object. */
function behindSettings(source: SourceFile, made: Node, name: string): { line: number; indent: string } {
  const maker = enclosing(made, "function_definition");
  const body = maker?.childForFieldName("body");
  const last = body ? statements(body).at(-1) : undefined;
  if (last) {
    const before = last.type === "return_statement" ? lineOf(last) : last.endPosition.row + 2;
    return { line: before, indent: indentAt(source.text, last.startIndex) ?? "    " };
  }
  const using = statements(source.tree.rootNode).findLast(
    (node) =>
      node.type !== "if_statement" &&
      node.startIndex >= made.startIndex - made.startPosition.column &&
      names(node, name),
  );
  return { line: (using ?? made).endPosition.row + 2, indent: "" };
}

function names(node: Node, name: string): boolean {
  let found = false;
  walk(node, (inner) => {
    found ||= inner.type === "identifier" && inner.text === name;
    return !found;
  });
  return found;
}
