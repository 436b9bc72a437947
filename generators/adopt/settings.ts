/** The settings of an integration as entries of one `CELERY` mapping, which stands where the application is configured. */
import {
  callArguments,
  mainQuote,
  type Node,
  namesOf,
  type SourceFile,
  statements,
  stringValue,
} from "../../lib/python/index.ts";
import {
  applicationSources,
  assignedValue,
  type CeleryTask,
  type Definition,
  definitionNamed,
  definitionOf,
  dottedDefinition,
  enclosing,
  type FlaskApp,
  type Project,
  placeOf,
  surveyConfig,
} from "../../lib/survey/index.ts";
import { cantAdopt } from "./cant.ts";
import { appName, expression } from "./expression.ts";
import type { Old } from "./integration.ts";
import { beatSchedule, type Periodic } from "./periodic.ts";
import { isSetting, settingName } from "./setting-names.ts";
import type { Entry } from "./statements.ts";

/** What goes into the mapping. */
export interface Carried {
  /** Setting → its expression, as the application's file would write it; `**expression` → "" for a whole mapping. In order. */
  values: Map<string, string>;
  /** Import lines that the expressions need in the application's file. */
  imports: Set<string>;
}

/**
 * Carries every entry over to where the application is configured.
 *
 * @throws UserError `adopt-uncertain` for a value that can't be written there
 */
export function carrySettings(
  project: Project,
  app: FlaskApp,
  { entries, periodic }: Pick<Old, "entries" | "periodic">,
  tasks: readonly CeleryTask[],
): Carried {
  const carried: Carried = { values: new Map(), imports: new Set() };
  const { found } = surveyConfig(project, app);
  const all = flatSettings(project);
  const places = new Map<string, string>();
  const flat = new Set(found?.form === "flat" ? found.keys : []);
  if (found?.form === "mapping" && found.keys[0] === "CELERY")
    carried.values.set(`**${appName(app)}.config["CELERY"]`, "");
  for (const entry of entries.flatMap((one) => opened(project, one))) {
    const { name, value, source } = entry;
    if (name === null) {
      carryMapping(project, app, entry, carried);
      continue;
    }
    const setting = settingName(name);
    if (!setting)
      throw cantAdopt(source, value, `${name} is no setting of Celery's`, "remove it, and run the command again");
    const key = configKey(value);
    // Flask's configuration has it under a name that is read anyway.
    if (key && flat.has(key) && settingName(key.replace(/^CELERY_(?=BROKER_)/, "")) === setting) continue;
    if (isNone(value)) continue;
    refuseContradiction(source, value, setting, all.get(setting) ?? []);
    const text = expression(project, app, entry, carried.imports);
    const place = `${source.path}:${enclosing(value, "function_definition")?.id ?? ""}`;
    const earlier = places.get(setting);
    if (earlier && earlier !== place && carried.values.get(setting) !== text)
      throw cantAdopt(source, value, `${setting} is set in two places`, "keep one of them, and run the command again");
    if (!entry.isFirst) places.set(setting, place);
    put(carried.values, setting, text);
  }
  if (periodic.length > 0) carryPeriodic(project, app, carried, periodic, tasks);
  return carried;
}

/** Entries that handlers add, where there are no others. */
function carryPeriodic(
  project: Project,
  app: FlaskApp,
  { values, imports }: Carried,
  periodic: readonly Periodic[],
  tasks: readonly CeleryTask[],
): void {
  const { source, call } = periodic[0]!;
  // Also in a mapping that can't be read: what it has would replace these entries, or they it.
  if (applicationSources(project).some(({ text }) => /beat_?schedule/i.test(text)))
    throw cantAdopt(
      source,
      call,
      "beat_schedule is set, too",
      "keep all entries in one place, and run the command again",
    );
  const quote = mainQuote(app.file);
  const written = (from: SourceFile, value: Node) =>
    expression(project, app, { name: "beat_schedule", value, source: from, appName: "" }, imports);
  put(values, "beat_schedule", beatSchedule(project, periodic, { tasks, written, quote }));
}

/** A module or class whose names are settings, name by name. */
function opened(project: Project, entry: Entry): Entry[] {
  if (!entry.isObject) return [entry];
  const { value, source, appName } = entry;
  const dotted = stringValue(value);
  const found = dotted
    ? dottedDefinition(project, placeOf(project, source.path).importRoot, dotted)
    : definitionOf(project, source, value);
  const names = found && namesIn(project, found, 0);
  if (!found || !names)
    throw cantAdopt(source, value, "it can't be read what settings this object has", "write them out as a dict");
  const { path, name } = found;
  return [...names].map(([key, { node, holder }]) => ({
    ...(entry.isFirst ? { isFirst: entry.isFirst } : {}),
    name: key,
    value: node,
    source: holder,
    appName,
    of: { path, name, key },
  }));
}

/** The settings that a module or a class has, inherited ones included; null where that can't be read. */
function namesIn(project: Project, { path, name }: Definition, depth: number) {
  const holder = project.parse(path);
  const definition = holder && name ? definitionNamed(holder.tree.rootNode, name) : null;
  const block = name === null ? holder?.tree.rootNode : definition?.childForFieldName("body");
  if (!holder || !block || depth > 5) return null;
  const names = new Map<string, { node: Node; holder: SourceFile }>();
  const bases = definition?.childForFieldName("superclasses");
  for (const base of bases ? statements(bases) : []) {
    if (base.text === "object") continue;
    const of = definitionOf(project, holder, base);
    const inherited = of && namesIn(project, of, depth + 1);
    if (!inherited) return null;
    for (const [key, found] of inherited) names.set(key, found);
  }
  // Names that come from elsewhere, or only sometimes, would be lost.
  const isLost = block
    .descendantsOfType(["import_from_statement", "assignment", "augmented_assignment"])
    .some((node) => bringsOthers(node, block));
  if (isLost) return null;
  for (const statement of statements(block)) {
    const [assignment] = statement.type === "expression_statement" ? statements(statement) : [];
    const left = assignment?.type === "assignment" ? assignment.childForFieldName("left")! : null;
    const right = assignment?.childForFieldName("right");
    if (left?.type === "identifier" && right && isSetting(left.text)) names.set(left.text, { node: right, holder });
  }
  return names;
}

/** An import of settings, or a setting in a block of its own or with `+=`. */
function bringsOthers(node: Node, block: Node): boolean {
  if (node.type === "import_from_statement")
    return node.text.includes("*") || namesOf(node).some(({ local }) => isSetting(local));
  const isPlain = node.type === "assignment" && node.parent?.parent?.id === block.id;
  return !isPlain && !enclosing(node, "function_definition") && isSetting(node.childForFieldName("left")?.text ?? "");
}

function carryMapping(project: Project, app: FlaskApp, entry: Entry, carried: Carried): void {
  const { value, source } = entry;
  const literal = literalOf(project, source, value);
  const isConfig = /^[\w.]*\bconfig\b\s*(\[|\.get\()/.test(value.text);
  if (!isConfig && !literal)
    throw cantAdopt(source, value, "it can't be read what settings these are", "write them out as a dict");
  for (const key of literal ?? []) {
    if (settingName(key) !== key)
      throw cantAdopt(
        source,
        value,
        `${key} is the name that a setting had before Celery 4`,
        "use today's names in this dict",
      );
  }
  const text = expression(project, app, entry, carried.imports);
  put(carried.values, `**${text.replace(/^\*\*/, "")}`, "");
}

/** What is set later wins. */
function put(values: Map<string, string>, name: string, value: string): void {
  values.delete(name);
  values.set(name, value);
}

/** The settings that Flask's configuration may have under names of their own, in any class or file, with their texts. */
export function flatSettings(project: Project): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const KEY =
    /(?<!conf\.)(?<!conf\[["'])\b((?:CELERY|CELERYD|CELERYBEAT|BROKER)_[A-Z_]+)["']?\]?\s*(?::\s*\w+\s*)?[=:]\s*([^\n]*)/g;
  for (const { text } of applicationSources(project)) {
    for (const [, name = "", value = ""] of text.matchAll(KEY)) {
      const setting = settingName(name.replace(/^CELERY_(?=BROKER_)/, ""));
      if (setting) found.set(setting, [...(found.get(setting) ?? []), name, value.replace(/,?\s*(#.*)?$/, "")]);
    }
  }
  return found;
}

/**
 * Two values for one setting: which of them was in effect depended on the order of calls.
 *
 * @throws UserError `adopt-uncertain`
 */
function refuseContradiction(source: SourceFile, value: Node, setting: string, others: readonly string[]): void {
  const text = value.text.replace(/["']/g, '"');
  // Celery never took a broker from under that name.
  const isSame = others.some((other) => text.includes(other) || other.replace(/["']/g, '"') === text);
  if (others.length === 0 || isSame || setting === "broker_url") return;
  throw cantAdopt(
    source,
    value,
    `${setting} has another value here than ${others[0]} has in Flask's configuration`,
    "keep one of them, and run the command again",
  );
}

/** The keys of a dict that is written out somewhere; null where it is not. */
function literalOf(project: Project, source: SourceFile, value: Node): string[] | null {
  const found = definitionOf(project, source, value);
  const holder = found?.name ? project.parse(found.path) : null;
  const dictionary = holder && found?.name ? assignedValue(holder.tree.rootNode, found.name) : null;
  if (dictionary?.type === "call" && dictionary.childForFieldName("function")?.text === "dict")
    return [...callArguments(dictionary).keywords.keys()];
  if (dictionary?.type !== "dictionary") return null;
  const keys = statements(dictionary).map((pair) => stringValue(pair.childForFieldName("key")));
  return keys.every((key) => key !== null) ? (keys as string[]) : null;
}

/** The key in `app.config["KEY"]`, `app.config.get("KEY")`, `Config.KEY`. */
function configKey(value: Node): string | null {
  if (value.type === "subscript" && /\bconfig$/.test(value.childForFieldName("value")?.text ?? ""))
    return stringValue(value.childForFieldName("subscript"));
  if (value.type === "call" && /\bconfig\.get$/.test(value.childForFieldName("function")?.text ?? ""))
    return stringValue(callArguments(value).positional[0] ?? null);
  const attribute = value.type === "attribute" ? value.childForFieldName("attribute")!.text : "";
  return /^[A-Z][A-Z_]+$/.test(attribute) ? attribute : null;
}

function isNone(value: Node): boolean {
  return value.type === "none";
}
