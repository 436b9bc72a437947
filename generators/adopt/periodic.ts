/** Periodic tasks that a handler adds when Celery has read its settings: they become entries of `beat_schedule`. */
import { callArguments, type Node, type SourceFile, statements, stringValue } from "../../lib/python/index.ts";
import { bodyOf, type CeleryTask, definitionOf, type Project, parameters } from "../../lib/survey/index.ts";
import { cantAdopt } from "./cant.ts";
import type { IsCelery } from "./statements.ts";

/** One `sender.add_periodic_task(schedule, task.s(…), name=…)`. */
export interface Periodic {
  source: SourceFile;
  call: Node;
  schedule: Node;
  task: Node;
  args: readonly Node[];
  kwargs: ReadonlyMap<string, Node>;
  name: string | null;
  options: ReadonlyMap<string, Node>;
}

/**
 * What a handler of `on_after_configure` or `on_after_finalize` adds; null where it does anything else.
 *
 * https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html#entries
 *
 * @param callee - of the decorator
 */
export function periodicOf(
  source: SourceFile,
  definition: Node,
  callee: Node,
  isCelery: IsCelery,
): readonly Periodic[] | null {
  const signal = /\.on_after_(?:configure|finalize)\.connect$/.test(callee.text);
  if (!signal || definition.type !== "function_definition" || definition.parent?.parent?.type !== "module") return null;
  const [sender] = parameters(definition);
  const isSender = (node: Node | null) => node !== null && (node.text === sender?.name || isCelery(node));
  const added = bodyOf(definition)
    .filter(({ type, text }) => !/^import|^pass/.test(type) && !/^[rR]?["']/.test(text))
    .map((statement) => periodicIn(source, statement, isSender));
  return added.every((one) => one !== null) ? added : null;
}

function periodicIn(source: SourceFile, statement: Node, isSender: (node: Node | null) => boolean): Periodic | null {
  const [call] = statement.type === "expression_statement" ? statements(statement) : [];
  const callee = call?.type === "call" ? call.childForFieldName("function") : null;
  if (!call || callee?.type !== "attribute" || callee.childForFieldName("attribute")?.text !== "add_periodic_task")
    return null;
  const { positional, keywords } = callArguments(call);
  const [schedule, signature, ...others] = positional;
  if (!isSender(callee.childForFieldName("object")) || !schedule || others.length > 0) return null;
  const made = signature?.type === "call" ? signature.childForFieldName("function") : null;
  const isPlain = made?.type === "attribute" && /^si?$/.test(made.childForFieldName("attribute")!.text);
  const options = new Map(keywords);
  const name = options.has("name") ? stringValue(options.get("name")!) : "";
  options.delete("name");
  if (!isPlain || name === null || options.has("args") || options.has("kwargs")) return null;
  const given = callArguments(signature!);
  if ([...call.descendantsOfType(["list_splat", "dictionary_splat"])].length > 0) return null;
  return {
    source,
    call,
    schedule,
    task: made.childForFieldName("object")!,
    args: given.positional,
    kwargs: given.keywords,
    name: name || null,
    options,
  };
}

/**
 * The entries as one dict.
 *
 * @param written - an expression as the application's file writes it
 * @throws UserError `adopt-uncertain` for a task, or an entry's name, that reading does not tell
 */
export function beatSchedule(
  project: Project,
  periodic: readonly Periodic[],
  { tasks, written, quote }: BeatParts,
): string {
  const text = (value: string) => quote + value + quote;
  const entries = periodic.map((one) => {
    const task = nameOfTask(project, one, tasks);
    const args = one.args.map((node) => written(one.source, node));
    const dict = (nodes: ReadonlyMap<string, Node>) =>
      `{${[...nodes].map(([key, node]) => `${text(key)}: ${written(one.source, node)}`).join(", ")}}`;
    const lines = [
      `${text("task")}: ${text(task)}`,
      `${text("schedule")}: ${written(one.source, one.schedule)}`,
      ...(args.length > 0 ? [`${text("args")}: (${args.join(", ")}${args.length === 1 ? "," : ""})`] : []),
      ...(one.kwargs.size > 0 ? [`${text("kwargs")}: ${dict(one.kwargs)}`] : []),
      ...(one.options.size > 0 ? [`${text("options")}: ${dict(one.options)}`] : []),
    ];
    return `    ${text(one.name ?? ownName(one, task))}: {\n${lines.map((line) => `        ${line},\n`).join("")}    },\n`;
  });
  return `{\n${entries.join("")}}`;
}

export interface BeatParts {
  tasks: readonly CeleryTask[];
  written: (source: SourceFile, value: Node) => string;
  quote: string;
}

function nameOfTask(project: Project, { source, call, task }: Periodic, tasks: readonly CeleryTask[]): string {
  const found = definitionOf(project, source, task);
  const known = tasks.find((one) => one.path === found?.path && one.function === found.name);
  if (known) return known.name;
  throw cantAdopt(source, call, `${task.text} is no task that is seen here`, "write it as an entry of beat_schedule");
}

/** As Celery names an entry that was given no name: by its call. */
function ownName({ source, call, args, kwargs }: Periodic, task: string): string {
  const plain = (node: Node) => {
    const text = node.type === "string" ? stringValue(node) : null;
    if (text !== null && /^[\w .:/@-]*$/.test(text)) return `'${text}'`;
    if (/^-?\d+$/.test(node.text)) return node.text;
    throw cantAdopt(source, call, "it is not seen what Celery calls this entry", "give it a name=");
  };
  const words = [...args.map(plain), ...[...kwargs].map(([key, node]) => `${key}=${plain(node)}`)];
  const name = `${task}(${words.join(", ")})`;
  if (name.includes("'"))
    throw cantAdopt(source, call, "Celery's own name of this entry has quotes", "give it a name=");
  return name;
}
