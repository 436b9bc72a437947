/** An integration that exists becomes ours: rule by rule, and then celery-factory or celery-direct as for any application. */
import type { Context } from "../../lib/contract/context.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import { UserError } from "../../lib/errors/index.ts";
import {
  type Edit,
  inStyleOf,
  insertLines,
  isDocstring,
  type Node,
  type SourceFile,
  statements,
  stringValue,
} from "../../lib/python/index.ts";
import {
  assignedValue,
  type BrokerKind,
  type CeleryTask,
  describeProject,
  dottedDefinition,
  type FlaskApp,
  importsOf,
  isMainGuard,
  overlay,
  ownUrlSettings,
  type Project,
  placeOf,
  statementOf,
  surveyTasks,
} from "../../lib/survey/index.ts";
import { moduleFrom } from "../common/wiring.ts";
import { describeIntegration } from "../integration/describe.ts";
import { planIntegration } from "../integration/index.ts";
import { type IntegrationAnswers, integrationPrompts } from "../integration/prompts.ts";
import { cantAdopt } from "./cant.ts";
import { commandLines, renamed } from "./commands.ts";
import { Draft } from "./draft.ts";
import { type Old, readOld, type Use } from "./integration.ts";
import { removeStatements } from "./removal.ts";
import { RULES } from "./rules.ts";
import { type Carried, carrySettings } from "./settings.ts";

/** Plans the whole conversion of one application. */
export async function convert(context: Context, app: FlaskApp): Promise<Plan> {
  const { project } = context;
  checkCommands(project, app);
  const old = readOld(project, app.kind === "factory" ? app.name : "");
  const tasks = surveyTasks(project);
  const draft = new Draft();
  shareTasks(project, draft, old.uses, tasks);
  keepUses(project, app, draft, old.uses);
  const carried = carrySettings(project, app, old.entries);
  const hasResults =
    carried.values.has("result_backend") || ownUrlSettings(project).has("result_backend") || project.results !== null;
  const kept = keepBehaviour(project, app, carried, tasks);
  const place = settingsPlace(app, old);
  const gone = removeOld(app, draft, old, place);
  placeSettings(
    app,
    draft,
    carried,
    kept,
    gone.find(({ start, end }) => start <= place && place < end)?.start ?? place,
  );
  const entryFiles = new Set(old.entryFiles.map(({ source }) => source.path));

  useOfLibrary(project, draft);

  const planned = describeProject(overlay(project, draft.files(project, app)));
  checkImports(planned, old);
  checkTexts(project, old);
  const there = planned.findApp(app.target);
  if (!there || !("inits" in there)) throw new Error(`${app.target} is no application any more`);
  const generator = there.kind === "factory" ? "celery-factory" : "celery-direct";
  const answers = settled(planned, there, hasResults);
  const { entryModule } = describeIntegration(planned, there, answers);
  for (const { source, names } of old.entryFiles)
    draft.replace(RULES.entryFile, source, entryText(project, source, names, entryModule));
  for (const [path, bytes] of draft.files(project, app)) context.changes.edit(path, bytes);
  const root = app.importRoot ? `${app.importRoot}/` : "";
  if (isPlainEntry(project.parse(`${root}${entryModule}.py`))) context.changes.supersede(`${root}${entryModule}.py`);
  const inner = context.withProject(planned);
  const plan = await planIntegration(inner, { generator, app: there, answers });
  renameCommands(context, draft, project, entryModule, entryFiles);
  return {
    ...plan,
    made: draft.made,
    recordedAs: { generator, prompts: integrationPrompts(there.kind), answers: { ...answers, target: app.target } },
  };
}

/** `@celery.task` becomes `@shared_task`; a module that may be run as a script writes the name out. */
function shareTasks(project: Project, draft: Draft, uses: readonly Use[], tasks: readonly CeleryTask[]): void {
  for (const { source, node, kind } of uses) {
    if (kind !== "decorator") continue;
    const callee = node.parent!;
    draft.edit(RULES.sharedTask, source, node, { start: callee.startIndex, end: callee.endIndex, text: "shared_task" });
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
    draft.edit(RULES.explicitName, source, node, edit);
  }
}

/**
 * `celery.task` is gone since Celery 5: https://docs.celeryq.dev/en/stable/history/whatsnew-5.0.html
 *
 * @throws UserError `adopt-uncertain` for anything of it but `task`
 */
function useOfLibrary(project: Project, draft: Draft): void {
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
        draft.edit(RULES.sharedTask, source, decorator, {
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

function isScript({ tree }: SourceFile): boolean {
  return statements(tree.rootNode).some((node) => isMainGuard(node));
}

/** What runs with the application, and classes for `base=`. */
function keepUses(project: Project, app: FlaskApp, draft: Draft, uses: readonly Use[]): void {
  for (const { source, node, kind } of uses) {
    if (kind === "decorator") continue;
    if (kind === "base") {
      const superclass = node.parent!;
      draft.edit(RULES.taskBase, source, node, {
        start: superclass.startIndex,
        end: superclass.endIndex,
        text: "FlaskTask",
      });
      const module = app.package ? `${app.package}.celery_app` : "celery_app";
      const isSibling = placeOf(project, source.path).module.startsWith(app.package);
      draft.addImport(source, `from ${isSibling ? moduleFrom(app, module) : module} import FlaskTask`);
      draft.dropImport(source, node.text.split(".")[0]!);
      continue;
    }
    const local = node.type === "identifier" ? node.text : "";
    if (!local)
      throw cantAdopt(
        source,
        node,
        "the object is reached through its module",
        `import ${node.text.split(".").at(-1)} by name, and run the command again`,
      );
    draft.note(RULES.currentApp, `${source.path}:${node.startPosition.row + 1}`);
    draft.useCurrentApp(source, local);
  }
}

const PREFIX: [string, string][] = [
  ["broker_transport_options", '{"global_keyprefix": ""}'],
  ["result_backend_transport_options", '{"global_keyprefix": ""}'],
];
/** Whoever else sends or takes these messages looks for them in the queues that there are, and these can't change their type. */
const QUEUES: Readonly<Partial<Record<BrokerKind, [string, string][]>>> = {
  redis: PREFIX,
  sentinel: PREFIX,
  valkey: PREFIX,
  rabbitmq: [
    ["task_default_queue", '"celery"'],
    ["task_default_queue_type", '"classic"'],
    ["task_default_exchange_type", '"direct"'],
    ["task_create_missing_queue_type", '"classic"'],
    ["task_create_missing_queue_exchange_type", "None"],
  ],
};

/** What would change for tasks that exist, if our defaults applied to them, stays as it was. */
function keepBehaviour(
  project: Project,
  app: FlaskApp,
  { values }: Carried,
  tasks: readonly CeleryTask[],
): Map<string, string> {
  const besides = project.blueprints.map((blueprint) => `${blueprint.package}.tasks`);
  const modules = [...new Set(tasks.map(({ path }) => placeOf(project, path).module))].filter(
    (module) => module && module !== app.module && !besides.includes(module),
  );
  const listed = values.get("include");
  const literal = /^\[\s*((?:["'][\w.]+["'],?\s*)*)\]$/.exec(listed ?? "[]")?.[1];
  if (literal !== undefined && !values.has("imports")) {
    const names = [...new Set([...literal.matchAll(/[\w.]+/g)].map(([name]) => name).concat(modules))];
    values.delete("include");
    if (names.length > 0) values.set("include", `[${names.map((name) => `"${name}"`).join(", ")}]`);
  }
  const kept: [string, string][] = [
    ["task_ignore_result", "False"],
    ["task_time_limit", "None"],
    ["task_soft_time_limit", "None"],
    ...(QUEUES[project.broker?.kind ?? "redis"] ?? []),
  ];
  return new Map(kept.filter(([name]) => !values.has(name)));
}

/** Right before Celery is made; for a module's application not above the old object, whose settings may use what stands before it. */
function settingsPlace(app: FlaskApp, { object }: Old): number {
  const [init, other] = app.inits;
  if (!init || other || init.inline)
    throw new UserError({
      code: "adopt-uncertain",
      what: "This integration can't be taken over for certain; nothing was changed.",
      why: `${app.target} hands its application out in several places, so its settings have no one place`,
      fix: "let it have one return, and run the command again",
    });
  const isBehind = app.kind === "module" && object.source === app.file && !object.maker;
  return isBehind ? Math.max(init.offset, statementOf(object.call).startIndex) : init.offset;
}

/** One mapping with all that the old object was given. */
function placeSettings(
  app: FlaskApp,
  draft: Draft,
  { values, spread, imports }: Carried,
  kept: ReadonlyMap<string, string>,
  place: number,
): void {
  const init = app.inits[0]!;
  const line = (text: string) => `    ${text.replace(/\n/g, "\n    ")},`;
  const lines = [
    ...spread.map((text) => line(`**${text.replace(/^\*\*/, "")}`)),
    ...[...values].map(([name, value]) => line(`"${name}": ${value}`)),
    ...(kept.size > 0 ? ["    # As before; what celery_settings.py has instead is safer for new tasks."] : []),
    ...[...kept].map(([name, value]) => line(`"${name}": ${value}`)),
  ];
  const snippet = `${init.appName}.config["CELERY"] = {\n${lines.join("\n")}\n}\n`;
  draft.insert(RULES.settings, app.file, insertLines(app.file, place, inStyleOf(app.file, snippet, init.indent)));
  for (const text of imports) draft.addImport(app.file, text);
}

function removeOld(app: FlaskApp, draft: Draft, { removed, imports }: Old, place: number): readonly Edit[] {
  let gone: readonly Edit[] = [];
  for (const { source, local } of imports) draft.dropImport(source, local);
  const outer = removed.filter(
    ({ node, source }) =>
      !removed.some((one) => one.source === source && one.node !== node && isInside(one.node, node)),
  );
  for (const source of new Set(outer.map((one) => one.source))) {
    const nodes = outer.filter((one) => one.source === source).map(({ node }) => node);
    removeFromAll(draft, source, nodes);
    for (const node of nodes) {
      checkBlock(source, node, nodes);
      draft.dropImport(source, ...node.descendantsOfType("identifier").map(({ text }) => text));
      draft.edit(RULES.removed, source, node);
    }
    const edits = removeStatements(source, nodes, source === app.file ? place : -1);
    if (source === app.file) gone = edits;
    draft.edit(RULES.removed, source, nodes[0]!, ...edits);
  }
  return gone;
}

/** `__all__` names what there is. */
function removeFromAll(draft: Draft, source: SourceFile, nodes: readonly Node[]): void {
  const names = new Set(nodes.map((node) => definedName(node)));
  const list = assignedValue(source.tree.rootNode, "__all__");
  const items = list ? statements(list) : [];
  for (const [at, item] of items.entries()) {
    if (!names.has(stringValue(item) ?? "")) continue;
    const [before, after] = [items[at - 1], items[at + 1]];
    const edit = after
      ? { start: item.startIndex, end: after.startIndex, text: "" }
      : {
          start: before && !names.has(stringValue(before) ?? "") ? before.endIndex : item.startIndex,
          end: item.endIndex,
          text: "",
        };
    draft.edit(RULES.removed, source, item, edit);
  }
}

/** The name that a statement gives to what it makes. */
function definedName(node: Node): string {
  return node.childForFieldName("name")?.text ?? /^(\w+)\s*=/.exec(node.text)?.[1] ?? "";
}

/** A block that loses all its statements would be none. */
function checkBlock(source: SourceFile, node: Node, gone: readonly Node[]): void {
  const block = node.parent?.type === "decorated_definition" ? node.parent.parent : node.parent;
  if (block?.type !== "block" || statements(block).some((statement) => !gone.includes(statement))) return;
  throw cantAdopt(
    source,
    node,
    "nothing would be left of the block that this stands in",
    "move this out of it, and run the command again",
  );
}

function isInside(outer: Node, inner: Node): boolean {
  for (let at = inner.parent; at; at = at.parent) if (at === outer) return true;
  return false;
}

/** @throws UserError `adopt-uncertain` where something still asks for the name that has gone */
function checkImports(planned: Project, { imports, entryFiles }: Old): void {
  for (const { source, local } of imports) {
    if (entryFiles.some((one) => one.source === source)) continue;
    const now = planned.parse(source.path)!;
    const left = importsOf(now).find((item) => item.local === local && item.module !== "celery");
    if (left)
      throw cantAdopt(
        now,
        left.node,
        `${local} would be there no more`,
        "use celery.current_app in its place, and run the command again",
      );
  }
}

/**
 * A name that is looked up by a text, as extensions and servers do, is not seen by reading imports.
 *
 * @throws UserError `adopt-uncertain`
 */
function checkTexts(project: Project, { removed }: Old): void {
  const gone = removed.flatMap(({ source, node }) => {
    const name = definedName(node);
    const { module } = placeOf(project, source.path);
    return name && module ? [`${module}.${name}`, `${module}:${name}`] : [];
  });
  for (const path of project.paths) {
    if (!/\.(py|toml|ya?ml|json|ini|cfg)$/.test(path) || isCompose(path)) continue;
    const text = Buffer.from(project.read(path) ?? []).toString("utf8");
    const found = gone.find((dotted) => new RegExp(`["'\\s=]${dotted.replaceAll(".", "\\.")}["'\\s]`).test(text));
    if (!found || commandLines(project).some((one) => one.path === path)) continue;
    throw new UserError({
      code: "adopt-uncertain",
      what: "This integration can't be taken over for certain; nothing was changed.",
      why: `${path}: ${found} is looked up by its name from here`,
      fix: "remove that line when nothing else needs it, and run the command again",
    });
  }
}

function isCompose(path: string): boolean {
  return /(^|\/)(docker-)?compose[\w.-]*\.ya?ml$/.test(path);
}

/** The answers of celery-factory, as reading finds them when the old integration is gone. */
function settled(
  project: Project,
  app: FlaskApp,
  hasResults: boolean,
): IntegrationAnswers & { mode: "direct" | "hybrid" } {
  const answers: Record<string, string> = { target: app.target, preview: "no", install: "no", mode: "direct" };
  for (const prompt of integrationPrompts(app.kind)) {
    if (prompt.name in answers) continue;
    const found = prompt.detect(project, answers);
    if (!("value" in found)) {
      throw new UserError({
        code: "adopt-uncertain",
        what: "This integration can't be taken over for certain; nothing was changed.",
        why: `${prompt.name}: ${found.missing}`,
        fix: "mend that, and run the command again",
      });
    }
    answers[prompt.name] = found.value;
  }
  // The mapping that was just made is read in this style alone.
  answers.config = "object";
  if (!hasResults) answers.results = "none";
  return answers as unknown as IntegrationAnswers & { mode: "direct" | "hybrid" };
}

/** `flask_app = create_app(); celery_app = flask_app.extensions["celery"]`, as Flask's documentation has it. */
function isPlainEntry(source: SourceFile | null): boolean {
  return (
    source !== null &&
    statements(source.tree.rootNode).every(
      ({ type, text }) =>
        type.includes("import") ||
        /^[rR]?["']/.test(text) ||
        /^\w+ = \w+\(\)$/.test(text) ||
        /^celery(_app)? = \w+\.extensions\[["']celery["']\]$/.test(text),
    )
  );
}

function entryText(project: Project, source: SourceFile, names: readonly string[], entry: string): string {
  const [first] = statements(source.tree.rootNode);
  const header = /^(#.*\r?\n)*/.exec(source.text)![0];
  const docstring = first && isDocstring(first) ? `${first.text}\n\n` : "";
  const { module } = placeOf(project, source.path);
  const lines = names.map((one) => `from ${entry} import celery_app as ${one}`).join("\n");
  const all = names.map((one) => `"${one}"`).join(", ");
  return `${header}${docstring}# Kept for commands that name it (-A ${module}.${names[0]}): the worker's entry is ${entry}.py.\n${lines}\n\n__all__ = [${all}]\n`;
}

function renameCommands(
  context: Context,
  draft: Draft,
  project: Project,
  entry: string,
  kept: ReadonlySet<string>,
): void {
  const isKept = (name: string) =>
    [...kept].some((path) => placeOf(project, path).module === name.replace(/[:.]\w*celery\w*$|:\w+$/, ""));
  const open = commandLines(project).filter(({ name }) => name !== entry && !isKept(name));
  for (const path of new Set(open.map((one) => one.path))) {
    const lines = open.filter((one) => one.path === path);
    // The plan may have changed it already.
    const now = Buffer.from(context.changes.current(path) ?? []).toString("utf8");
    if (now !== lines[0]!.whole) continue;
    context.changes.edit(path, renamed(lines, entry));
    for (const { line } of lines) draft.note(RULES.commands, `${path}:${line}`);
  }
}

/**
 * A worker that is started from another folder knows its modules, and so its tasks, by other names.
 *
 * @throws UserError `adopt-uncertain`
 */
function checkCommands(project: Project, { importRoot }: FlaskApp): void {
  for (const { path, line, name } of commandLines(project)) {
    const dotted = name.replace(":", ".");
    if (dottedDefinition(project, importRoot, dotted) ?? dottedDefinition(project, importRoot, `${dotted}.celery`))
      continue;
    throw new UserError({
      code: "adopt-uncertain",
      what: "This integration can't be taken over for certain; nothing was changed.",
      why: `${path}:${line}: this command names ${name}, which is no module seen from ${importRoot || "the project's folder"}`,
      fix: "give the folder in which it is started (--dest), or mend the command, and run this one again",
    });
  }
}
