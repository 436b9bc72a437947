import type { Context } from "../../lib/contract/context.ts";
import {
  inStyleOf,
  insertLines,
  lineStart,
  type Node,
  nextLine,
  placeImport,
  statements,
} from "../../lib/python/index.ts";
import { type FlaskApp, importsOf, isFlaskImport, isMainGuard } from "../../lib/survey/index.ts";

/**
 * Makes a module-level application work both ways: imported, through `create_app()`, and run as a script, where Python names
 * the module `__main__` and an import of it by its own name would make a second application.
 *
 * @see https://docs.python.org/3/library/__main__.html
 */
export function makeHybrid(context: Context, app: FlaskApp): void {
  const { templates } = context;
  const { file, importAt } = app;
  const data = { moduleName: app.module, appName: app.inits[0]?.appName ?? app.name, typed: importsFlask(app) };
  // A package's own file is always imported, also by `python -m`.
  const isScript = !file.path.endsWith("__init__.py");
  if (
    isScript &&
    !file.text.includes(`sys.modules["${app.module}"]`) &&
    !file.text.includes(`sys.modules['${app.module}']`)
  ) {
    const guard = inStyleOf(file, templates.render("integration/snippets/hybrid_guard.py", data));
    if (!importsOf(file).some((item) => item.local === "sys"))
      context.edit(file, placeImport(file, "import sys", { isHome: isFlaskImport }));
    context.edit(file, insertLines(file, importAt.offset, `\n${guard}`));
  }
  if (!/^def create_app\(/m.test(file.text)) {
    const factory = inStyleOf(file, templates.render("integration/snippets/hybrid_factory.py", data));
    const { offset, before, after } = bottom(app);
    context.edit(file, insertLines(file, offset, `${before}${factory}${after}`));
  }
}

function importsFlask(app: FlaskApp): boolean {
  return importsOf(app.file).some((item) => item.local === "Flask" && item.module === "flask");
}

/** Before `if __name__ == "__main__"`, else at the end; two blank lines around, as PEP 8 has it. */
function bottom(app: FlaskApp): { offset: number; before: string; after: string } {
  const { text, tree } = app.file;
  const guard: Node | undefined = statements(tree.rootNode).find(isMainGuard);
  if (!guard) return { offset: text.length, before: "\n\n", after: "" };
  const offset = lineStart(text, guard.startIndex);
  const previous = statements(tree.rootNode).findLast((node) => node.endIndex <= offset);
  const blank = previous ? text.slice(nextLine(text, previous.endIndex), offset).split(/\r\n|\n|\r/).length - 1 : 0;
  return { offset, before: "\n".repeat(Math.max(0, 2 - blank)), after: "\n\n" };
}
