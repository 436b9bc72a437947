/** What a task takes, and what the project sends to it. */
import { callArguments, type Node, type SourceFile, stringValue } from "../../../lib/python/index.ts";
import { type CeleryTask, type Project, surveyTasks } from "../../../lib/survey/index.ts";

export interface Signature extends CeleryTask {
  /** In their order, without `self` of a bound task. */
  positional: readonly { name: string; required: boolean }[];
  keywordOnly: readonly { name: string; required: boolean }[];
  /** `*args` and `**kwargs`. */
  takesMore: boolean;
  takesAny: boolean;
  /** Queue that its decorator names; "" for none. */
  queue: string;
  /** Its body, without white space: what tells a renamed task from another one. */
  body: string;
}

/** The arguments of one sending; null where the code that was read does not show them. */
export interface Sent {
  positional: number | null;
  keywords: readonly string[] | null;
  at: string;
}

/** Every task by its registered name. */
export function signaturesOf(project: Project): Map<string, Signature> {
  const found = new Map<string, Signature>();
  for (const task of surveyTasks(project)) {
    const definition = project
      .parse(task.path)
      ?.tree.rootNode.descendantsOfType("function_definition")
      .find((node) => node.childForFieldName("name")?.startPosition.row === task.line - 1);
    if (definition) found.set(task.name, { ...task, ...read(definition) });
  }
  return found;
}

function read(definition: Node) {
  const decorators = (definition.parent?.children ?? [])
    .map((node) => node?.text ?? "")
    .filter((text) => /^@/.test(text));
  const options = decorators.find((text) => /task\b/.test(text)) ?? "";
  const positional: { name: string; required: boolean }[] = [];
  const keywordOnly: typeof positional = [];
  let [takesMore, takesAny] = [false, false];
  for (const node of definition.childForFieldName("parameters")?.namedChildren ?? []) {
    if (!node) continue;
    if (node.text.startsWith("**")) takesAny = true;
    else if (node.text.startsWith("*")) takesMore ||= node.text !== "*";
    const isOver = definition.text.slice(0, node.startIndex - definition.startIndex).match(/[(,]\s*\*(?!\*)/) !== null;
    if (node.text.startsWith("*") || node.text === "/") continue;
    const name = node.childForFieldName("name")?.text ?? node.text.split(":")[0]!.trim();
    const parameter = { name, required: !/default_parameter$/.test(node.type) };
    (isOver ? keywordOnly : positional).push(parameter);
  }
  if (/\bbind\s*=\s*True\b/.test(options)) positional.shift();
  return {
    positional,
    keywordOnly,
    takesMore,
    takesAny,
    queue: /\bqueue\s*=\s*["']([^"']+)["']/.exec(options)?.[1] ?? "",
    body: (definition.childForFieldName("body")?.text ?? "").replace(/\s+/g, ""),
  };
}

const SENDING =
  /\.(?:delay|apply_async|si?|signature|subtask)\b|\bsend_task\b|\bdelay_after_commit\b|\bsend_in_transaction\b/;

/** Registered name → every sending of that task in the project's own code. */
export function sendingsOf(project: Project, tasks: ReadonlyMap<string, Signature>): Map<string, Sent[]> {
  const byFunction = new Map<string, string[]>();
  for (const { name, function: own } of tasks.values()) byFunction.set(own, [...(byFunction.get(own) ?? []), name]);
  const found = new Map<string, Sent[]>();
  const add = (name: string, sent: Sent) => found.set(name, [...(found.get(name) ?? []), sent]);
  for (const path of project.paths) {
    if (!path.endsWith(".py")) continue;
    const source = project.parse(path);
    if (!source || !SENDING.test(source.text)) continue;
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const sent = readSending(source, call);
      if (!sent) continue;
      const names = sent.isName ? [sent.to] : (byFunction.get(sent.to) ?? []);
      for (const name of names) add(name, sent);
    }
  }
  // Beat sends by name as well.
  for (const source of project.sources.values())
    for (const node of source.tree.rootNode.descendantsOfType("string")) {
      const name = stringValue(node);
      const isEntry =
        node.parent?.type === "pair" && /^["']task["']$/.test(node.parent.childForFieldName("key")?.text ?? "");
      if (name && isEntry && tasks.has(name))
        add(name, { positional: null, keywords: null, at: placeOf(source, node) });
    }
  return found;
}

/** `to` is a function's name, or with `isName` a registered one. */
function readSending(source: SourceFile, call: Node): (Sent & { to: string; isName: boolean }) | null {
  const callee = call.childForFieldName("function");
  const { keywords } = callArguments(call);
  const given = (call.childForFieldName("arguments")?.namedChildren ?? []).filter(
    (node): node is Node => node !== null && node.type !== "comment" && node.type !== "keyword_argument",
  );
  const at = placeOf(source, call);
  const named = (node: Node | null | undefined) => node?.text.split(".").pop() ?? "";
  if (callee?.text.split(".").pop() === "send_task") {
    const name = stringValue(given[0] ?? keywords.get("name") ?? null);
    return name ? { to: name, isName: true, at, ...asLists(given.slice(1), keywords) } : null;
  }
  if (/(?:^|\.)(?:delay_after_commit|send_in_transaction)$/.test(callee?.text ?? ""))
    return { to: named(given[1]), isName: false, at, ...asCall(given.slice(2), keywords) };
  if (callee?.type !== "attribute") return null;
  const to = named(callee.childForFieldName("object"));
  const how = callee.childForFieldName("attribute")?.text ?? "";
  if (how === "delay" || how === "s" || how === "si") return { to, isName: false, at, ...asCall(given, keywords) };
  if (!["apply_async", "signature", "subtask"].includes(how)) return null;
  return { to, isName: false, at, ...asLists(given, keywords) };
}

/** `f.delay(1, x=2)` */
function asCall(given: readonly Node[], keywords: ReadonlyMap<string, Node>): Pick<Sent, "positional" | "keywords"> {
  const isOpen = given.some((node) => node.type === "list_splat");
  const isAny = given.some((node) => node.type === "dictionary_splat");
  return {
    positional: isOpen ? null : given.filter((node) => !/splat/.test(node.type)).length,
    keywords: isAny ? null : [...keywords.keys()],
  };
}

/** `f.apply_async((1,), {"x": 2})`, also by name. */
function asLists(given: readonly Node[], keywords: ReadonlyMap<string, Node>): Pick<Sent, "positional" | "keywords"> {
  const [args, kwargs] = [given[0] ?? keywords.get("args"), given[1] ?? keywords.get("kwargs")];
  const isList = args && ["list", "tuple"].includes(args.type) && !/\*/.test(args.text);
  const pairs = kwargs?.type === "dictionary" ? kwargs.namedChildren : null;
  const names = pairs?.map((pair) => stringValue(pair?.childForFieldName("key") ?? null));
  return {
    positional: !args || args.text === "None" ? 0 : isList ? args.namedChildren.length : null,
    keywords:
      !kwargs || kwargs.text === "None" ? [] : names?.every((name) => name !== null) ? (names as string[]) : null,
  };
}

function placeOf({ path }: SourceFile, node: Node): string {
  return `${path}:${node.startPosition.row + 1}`;
}
