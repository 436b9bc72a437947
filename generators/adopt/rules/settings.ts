import { inStyleOf, insertLines, mainQuote } from "../../../lib/python/index.ts";
import {
  type BrokerKind,
  type CeleryTask,
  type FlaskApp,
  type Project,
  placeOf,
  statementOf,
} from "../../../lib/survey/index.ts";
import { uncertain } from "../cant.ts";
import type { Draft, Rule } from "../draft.ts";
import type { Old } from "../integration.ts";
import { type Carried, flatSettings } from "../settings.ts";

const settings: Rule = {
  name: "settings",
  why: "what the old object was given stands where the application is configured",
};

const REDIS: ReadonlySet<BrokerKind> = new Set(["redis", "sentinel", "valkey"]);
/** Whoever else sends or takes these messages looks for them in the queues that there are, and these can't change their type. */
const QUEUES: Readonly<Partial<Record<BrokerKind, [string, string][]>>> = {
  rabbitmq: [
    ["task_default_queue", '"celery"'],
    ["task_default_queue_type", '"classic"'],
    ["task_default_exchange_type", '"direct"'],
    ["task_create_missing_queue_type", '"classic"'],
    ["task_create_missing_queue_exchange_type", "None"],
  ],
};

/** What would change for tasks that exist, if our defaults applied to them, stays as it was. */
export function keepBehaviour(
  project: Project,
  app: FlaskApp,
  { values }: Carried,
  tasks: readonly CeleryTask[],
): Map<string, string> {
  const quote = mainQuote(app.file);
  const packages = project.blueprints
    .map((blueprint) => blueprint.package)
    .filter((name) => name && name !== app.package);
  const besides = packages.map((name) => `${name}.tasks`);
  for (const { path, line } of tasks) {
    if (placeOf(project, path).importRoot === app.importRoot) continue;
    throw uncertain(
      `${path}:${line}: this task's module is imported from another folder than the application's, so its name is not known`,
      "let both be imported from one folder, and run the command again",
    );
  }
  const modules = [...new Set(tasks.map(({ path }) => placeOf(project, path).module))].filter(
    (module) => module && module !== app.module && !besides.includes(module),
  );
  const flat = flatSettings(project);
  include(values, flat, modules, quote);
  const kept: [string, string][] = [
    ["task_ignore_result", "False"],
    ["task_time_limit", "None"],
    ["task_soft_time_limit", "None"],
    ...(QUEUES[project.broker?.kind ?? "redis"] ?? []),
  ];
  if (REDIS.has(project.broker?.kind ?? "redis")) {
    keepPrefix(project, values, flat, "broker_transport_options", quote);
    keepPrefix(project, values, flat, "result_backend_transport_options", quote);
  }
  const open = kept.filter(([name]) => !values.has(name) && !flat.has(name));
  return new Map(open.map(([name, value]) => [name, value.replaceAll('"', quote)]));
}

const spreads = (values: ReadonlyMap<string, string>) => [...values.keys()].filter((name) => name.startsWith("**"));

/** Modules with tasks that the worker would not find by itself. */
function include(
  values: Map<string, string>,
  flat: ReadonlyMap<string, unknown>,
  modules: readonly string[],
  quote: string,
): void {
  const listed = values.get("include");
  const literal = /^\[\s*((?:["'][\w.]+["'],?\s*)*)\]$/.exec(listed ?? "[]")?.[1];
  if (literal === undefined || (!listed && flat.has("include"))) return;
  const names = [...new Set([...literal.matchAll(/[\w.]+/g)].map(([name]) => name).concat(modules))];
  const others = listed ? [] : spreads(values).map((text) => `*${text.slice(2)}.get(${quote}include${quote}, ())`);
  values.delete("include");
  const items = [...others, ...names.map((name) => quote + name + quote)];
  if (names.length > 0) values.set("include", `[${items.join(", ")}]`);
}

/** Whoever else sends or takes these messages looks for them under keys without a prefix. */
function keepPrefix(
  project: Project,
  values: Map<string, string>,
  flat: ReadonlyMap<string, unknown>,
  name: string,
  quote: string,
): void {
  const none = `${quote}global_keyprefix${quote}: ${quote}${quote}`;
  const given = values.get(name);
  if (given?.includes("global_keyprefix")) return;
  if (!given && flat.has(name)) {
    throw uncertain(
      `Flask's configuration has ${name} already, and its messages would go by other keys`,
      `put "global_keyprefix": "" into it, and into celery_settings.py afterwards`,
      project.celery ? [`${project.celery.at.path}:${project.celery.at.line}`] : [],
    );
  }
  const literal = given?.startsWith("{") ? given.slice(1) : null;
  if (literal !== null) {
    const gap = /^\s*\n\s*/.exec(literal)?.[0] ?? "";
    values.set(name, literal.trim() === "}" ? `{${none}}` : `{${gap}${none}, ${literal.slice(gap.length)}`);
    return;
  }
  const others = given ? [`**${given}`] : spreads(values).map((text) => `${text}.get(${quote}${name}${quote}, {})`);
  values.set(name, `{${[none, ...others].join(", ")}}`);
}

/** Right before Celery is made; for a module's application not above the old object, whose settings may use what stands before it. */
export function settingsPlace(app: FlaskApp, { object }: Old): number {
  const [init, other] = app.inits;
  if (!init || other || init.inline)
    throw uncertain(
      `${app.target} hands its application out in several places, so its settings have no one place`,
      "let it have one return, and run the command again",
    );
  const isBehind = app.kind === "module" && object.source === app.file && !object.maker;
  return isBehind ? Math.max(init.offset, statementOf(object.call).startIndex) : init.offset;
}

/** One mapping with all that the old object was given. */
export function placeSettings(
  app: FlaskApp,
  draft: Draft,
  { values, imports }: Carried,
  kept: ReadonlyMap<string, string>,
  place: number,
): void {
  const init = app.inits[0]!;
  const quote = mainQuote(app.file);
  const entry = (name: string, value: string) => line(`${quote}${name}${quote}: ${value}`);
  const line = (text: string) => `    ${text.replace(/\n/g, "\n    ")},`;
  const lines = [
    ...(kept.size > 0 ? ["    # As before; what celery_settings.py has instead is safer for new tasks."] : []),
    ...[...kept].map(([name, value]) => entry(name, value)),
    ...[...values].map(([name, value]) => (value ? entry(name, value) : line(name))),
  ];
  const snippet = `${init.appName}.config["CELERY"] = {\n${lines.join("\n")}\n}\n`;
  draft.insert(settings, app.file, insertLines(app.file, place, inStyleOf(app.file, snippet, init.indent)));
  for (const text of imports) draft.addImport(app.file, text);
}
