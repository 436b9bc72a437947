import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";
import { insertLines, lineOf, placeImport, type SourceFile } from "../../lib/python/index.ts";
import {
  type FlaskApp,
  type InitPoint,
  importsOf,
  isFlaskImport,
  ownImports,
  statementOf,
} from "../../lib/survey/index.ts";

/** A function of ours that is called with the application, and may run twice for one. */
export interface WiredCall {
  /** Dotted module that has it. */
  module: string;
  name: string;
  /** What its value is assigned to. */
  variable?: string;
}

/** Adds the import of `celery_init_app` and its call at every place that the survey has found; what is there already stays. */
export function wireApp(context: Context, app: FlaskApp, celeryModule: string): void {
  const call = { module: celeryModule, name: "celery_init_app" };
  wireCall(context, app, app.kind === "module" ? { ...call, variable: "celery_app" } : call);
}

/** The same for any other function of ours. */
export function wireCall(context: Context, app: FlaskApp, { module, name, variable }: WiredCall): void {
  const open = app.inits.filter((init) => !isCalled(app.file, init, name));
  for (const init of open) {
    const call = `${variable ? `${variable} = ` : ""}${name}(${init.appName})`;
    const edit = init.inline
      ? { start: init.offset, end: init.offset, text: `${call}; ` }
      : insertLines(app.file, init.offset, `${init.indent}${call}\n`);
    context.edit(app.file, edit);
  }
  if (open.length === 0) return;
  refuseTakenName(app.file, module, name);
  addImport(context, app, module, name);
}

/**
 * A name that the file gives to something else would be called in place of ours.
 *
 * @throws UserError `name-taken`
 */
export function refuseTakenName(source: SourceFile, module: string, name: string): void {
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
function addImport(context: Context, app: FlaskApp, module: string, name: string): void {
  if (importsOf(app.file).some((item) => item.local === name)) return;
  const from = moduleFrom(app, module);
  const isOwn = ownImports(app.importRoot, context.project.pathSet, from);
  context.edit(app.file, placeImport(app.file, `from ${from} import ${name}`, { isHome: isFlaskImport, isOwn }));
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
