import { UserError } from "../../lib/errors/index.ts";
import { type EditBook, insertLines, lineOf, type Node, placeImport, type SourceFile } from "../../lib/python/index.ts";
import { type FlaskApp, type InitPoint, importsOf, ownImports, type Project } from "../../lib/survey/index.ts";

/** Adds the import of `celery_init_app` and its call at every place that the survey has found; what is there already stays. */
export function wireApp(book: EditBook, project: Project, app: FlaskApp, celeryModule: string): void {
  wireCall(book, project, app, celeryModule, "celery_init_app", app.kind === "module" ? "celery_app = " : "");
}

/** The same for any `<name>(app)` that may run twice for one application. */
export function wireCall(
  book: EditBook,
  project: Project,
  app: FlaskApp,
  module: string,
  name: string,
  assign = "",
): void {
  const open = app.inits.filter((init) => !isCalled(app.file, init, name));
  for (const init of open) {
    const call = `${assign}${name}(${init.appName})`;
    const edit = init.inline
      ? { start: init.offset, end: init.offset, text: `${call}; ` }
      : insertLines(app.file, init.offset, `${init.indent}${call}\n`);
    book.add(app.file, edit);
  }
  if (open.length === 0) return;
  refuseTakenName(app.file, module, name);
  addImport(book, project, app, module, name);
}

/** A name that the file gives to something else would be called in place of ours. */
function refuseTakenName(source: SourceFile, module: string, name: string): void {
  const bound = source.tree.rootNode.descendantsOfType("identifier").find((node) => {
    const { parent } = node;
    const isLeft = parent?.type === "assignment" && parent.childForFieldName("left")?.id === node.id;
    const isDefined = parent?.childForFieldName("name")?.id === node.id && /_definition$/.test(parent.type);
    return node.text === name && (isLeft || isDefined || /parameter/.test(parent?.type ?? ""));
  });
  const last = module.split(".").at(-1);
  const imported = importsOf(source).find((item) => item.local === name && item.module.split(".").at(-1) !== last);
  const taken = bound ?? imported?.node;
  if (!taken) return;
  throw new UserError({
    code: "name-taken",
    what: `${source.path} was left as it is.`,
    why: `${source.path}:${lineOf(taken)}: "${name}" is something else here, and our call would reach that`,
    fix: `give it another name in that file, and run the command again`,
  });
}

/** Adds `from <module> import <name>` in the file's own style, unless the name is imported already. */
export function addImport(book: EditBook, project: Project, app: FlaskApp, module: string, name: string): void {
  if (importsOf(app.file).some((item) => item.local === name)) return;
  const from = moduleFrom(app, module);
  const isOwn = ownImports(app.importRoot, project.pathSet, from);
  book.add(app.file, placeImport(app.file, `from ${from} import ${name}`, isOwn));
}

/** A module of the application's package as the application's file would import it. */
export function moduleFrom(app: FlaskApp, module: string): string {
  if (app.importStyle === "absolute" || app.package === "") return module;
  return `.${module.slice(app.package.length + 1)}`;
}

/** Whether every way to this point passes a call of `name` already. */
function isCalled(source: SourceFile, init: InitPoint, name: string): boolean {
  const calls = source.tree.rootNode
    .descendantsOfType("call")
    .filter((call) => call.childForFieldName("function")?.text.split(".").pop() === name);
  return calls.some((call) => {
    const statement = statementOf(call);
    const block = statement.parent;
    const isModule = block?.type === "module";
    return (
      block &&
      (isModule ||
        (block.startIndex <= init.offset + init.indent.length &&
          init.offset < block.endIndex &&
          statement.startIndex < init.offset))
    );
  });
}

/** The simple statement, directly in a block, that a node belongs to. */
function statementOf(node: Node): Node {
  let at = node;
  while (at.parent && !["block", "module"].includes(at.parent.type)) at = at.parent;
  return at;
}
