/** What statements around a Celery object say: which of them make it, configure it, or hand it on, and nothing else. */
import { callArguments, type Node, type SourceFile, statements, stringValue } from "../../lib/python/index.ts";
import { bodyOf, nameOf, WHOLE_CONFIG } from "../../lib/survey/index.ts";

/** One setting, or a mapping of them, as it is written. */
export interface Entry {
  /** As written; null for a whole mapping. */
  name: string | null;
  value: Node;
  source: SourceFile;
  /** What the Flask application is called there; "" where it has no name. */
  appName: string;
  /** A module or class whose names are the settings. */
  isObject?: true;
  /** Among the arguments of the constructor: whatever is set later wins. */
  isFirst?: true;
}

/** Whether a node is the Celery object. */
export type IsCelery = (node: Node | null) => boolean;

/** A statement that does nothing but configure the object. */
export interface Configuring {
  statement: Node;
  entries: Entry[];
  /** The class that becomes the object's task class. */
  taskClass?: string;
}

/** Methods that say what Celery does by itself, or what ours does: no settings are in them. */
const PLAIN = new Set(["autodiscover_tasks", "finalize", "init_app", "set_current", "set_default"]);

/**
 * Reads one statement; null where it does anything else with the object, or nothing.
 *
 * @param appName - what the Flask application is called there
 */
export function configuring(
  source: SourceFile,
  statement: Node,
  isCelery: IsCelery,
  appName: string,
): Configuring | null {
  if (statement.type === "if_statement") return guarded(source, statement, isCelery, appName);
  const [expression] = statement.type === "expression_statement" ? statements(statement) : [];
  if (expression?.type === "call") return byCall(source, statement, expression, isCelery, appName);
  if (expression?.type !== "assignment") return null;
  const left = expression.childForFieldName("left")!;
  const right = expression.childForFieldName("right");
  if (!right) return null;
  const drop: Configuring = { statement, entries: [] };
  // `TaskBase = celery.Task`
  if (right.type === "attribute" && isCelery(right.childForFieldName("object")))
    return right.childForFieldName("attribute")!.text === "Task" && left.type === "identifier" ? drop : null;
  // `app.extensions["celery"] = celery`
  if (isCelery(right)) return /\.extensions\s*\[\s*["']celery["']\s*\]$/.test(left.text) ? drop : null;
  const key = settingOf(left, isCelery);
  if (key) return { ...drop, entries: [{ name: key, value: right, source, appName }] };
  if (left.type !== "attribute" || !isCelery(left.childForFieldName("object"))) return null;
  const name = left.childForFieldName("attribute")!.text;
  // FlaskCelery has the application under this name, too.
  if (name === "flask_app" && right.text === appName) return drop;
  return name === "Task" && right.type === "identifier" ? { ...drop, taskClass: right.text } : null;
}

/** `if not hasattr(celery, "flask_app"): celery.flask_app = app` */
function guarded(source: SourceFile, statement: Node, isCelery: IsCelery, appName: string): Configuring | null {
  const [only, ...others] = statements(statement.childForFieldName("consequence")!);
  const isGuard = /^not hasattr\(\w+, ?["']flask_app["']\)$/.test(statement.childForFieldName("condition")?.text ?? "");
  const read = only && others.length === 0 && isGuard ? configuring(source, only, isCelery, appName) : null;
  return read && read.entries.length === 0 && !statement.childForFieldName("alternative")
    ? { statement, entries: [] }
    : null;
}

/** `celery.conf.name`, `celery.conf["name"]` */
function settingOf(left: Node, isCelery: IsCelery): string | null {
  const isConf = (node: Node | null) =>
    node?.type === "attribute" &&
    node.childForFieldName("attribute")?.text === "conf" &&
    isCelery(node.childForFieldName("object"));
  if (left.type === "subscript")
    return isConf(left.childForFieldName("value")) ? stringValue(left.childForFieldName("subscript")) : null;
  if (left.type !== "attribute" || !isConf(left.childForFieldName("object"))) return null;
  return left.childForFieldName("attribute")!.text;
}

function byCall(
  source: SourceFile,
  statement: Node,
  call: Node,
  isCelery: IsCelery,
  appName: string,
): Configuring | null {
  const callee = call.childForFieldName("function")!;
  if (callee.type !== "attribute") return null;
  const method = callee.childForFieldName("attribute")!.text;
  const object = callee.childForFieldName("object")!;
  const { positional, keywords, splat } = callArguments(call);
  if (splat) return null;
  const drop: Configuring = { statement, entries: [] };
  if (isCelery(object)) {
    if (PLAIN.has(method)) return drop;
    const [argument] = positional;
    if (method === "add_defaults") return argument && WHOLE_CONFIG.test(argument.text) ? drop : null;
    if (method !== "config_from_object" || !argument) return null;
    return { ...drop, entries: fromObject(source, argument, stringValue(keywords.get("namespace") ?? null), appName) };
  }
  const isConf = object.type === "attribute" && object.childForFieldName("attribute")!.text === "conf";
  if (!isConf || !isCelery(object.childForFieldName("object")) || method !== "update" || positional.length > 1)
    return null;
  const given = [...keywords].map(([name, value]): Entry => ({ name, value, source, appName }));
  const [mapping] = positional;
  if (!mapping) return { ...drop, entries: given };
  // Ours takes Celery's settings out of Flask's configuration, and nothing else of it.
  if (WHOLE_CONFIG.test(mapping.text)) return { ...drop, entries: given };
  return { ...drop, entries: [...mappingEntries(source, mapping, appName), ...given] };
}

function fromObject(source: SourceFile, argument: Node, namespace: string | null, appName: string): Entry[] {
  if (WHOLE_CONFIG.test(argument.text) && (namespace === "CELERY" || namespace === null)) return [];
  if (argument.type === "dictionary" || argument.type === "subscript" || argument.type === "call")
    return mappingEntries(source, argument, appName);
  return [{ name: null, value: argument, source, appName, isObject: true }];
}

/** The entries of a literal; anything else is one entry that stands for all of them. */
export function mappingEntries(source: SourceFile, mapping: Node, appName: string): Entry[] {
  if (mapping.type === "call" && mapping.childForFieldName("function")?.text === "dict") {
    const { positional, keywords, splat } = callArguments(mapping);
    if (positional.length === 0 && !splat)
      return [...keywords].map(([name, value]) => ({ name, value, source, appName }));
  }
  if (mapping.type === "dictionary") {
    return statements(mapping).map((pair): Entry => {
      const name = pair.type === "pair" ? stringValue(pair.childForFieldName("key")) : null;
      const value = pair.type === "pair" ? pair.childForFieldName("value")! : pair;
      return { name, value: name === null ? pair : value, source, appName };
    });
  }
  return [{ name: null, value: mapping, source, appName }];
}

/** The settings among the arguments of `Celery(...)`; null where one of them is something else. */
export function constructorEntries(source: SourceFile, call: Node, appName: string): Entry[] | null {
  const { positional, keywords, splat } = callArguments(call);
  if (splat || positional.length > 1) return null;
  const entries: Entry[] = [];
  for (const [name, value] of keywords) {
    if (["main", "set_as_current", "autofinalize"].includes(name)) continue;
    if (name === "task_cls") continue;
    if (name === "config_source") entries.push({ name: null, value, source, appName, isObject: true, isFirst: true });
    else if (/^(broker|backend|include|[a-z]+_[a-z_]+)$/.test(name))
      entries.push({ name, value, source, appName, isFirst: true });
    else return null;
  }
  return entries;
}

/** A task class that does nothing but enter the application's context, as FlaskTask does. */
export function isContextTask(definition: Node): boolean {
  const body = bodyOf(definition).filter(({ type, text }) => type !== "pass_statement" && !isText(text));
  return body.every((statement) => {
    if (/^(abstract|typing)\b/.test(statement.text)) return true;
    if (statement.type !== "function_definition" || nameOf(statement) !== "__call__") return false;
    return entersOnly(statement);
  });
}

function entersOnly(method: Node): boolean {
  const code = bodyOf(method)
    .filter(({ text }) => !isText(text))
    .map(({ text }) => text.replace(/#.*$/gm, "").replace(/\s+/g, " "))
    .join(" ; ");
  const run = String.raw`(?:return )?(?:[\w.]+|super\([^)]*\))\.(?:__call__|run)\((?:self, ?)?\*args, ?\*\*kwargs\)`;
  const has = String.raw`if (?:flask\.)?has_app_context\(\): ${run} `;
  const enter = String.raw`with (?:[\w.]+)\.app_context\(\): ${run}`;
  return new RegExp(`^(?:${has}(?:; )?|${has}else: )?${enter}$`).test(code);
}

function isText(text: string): boolean {
  return /^[rR]?("""|'''|"|')/.test(text);
}
