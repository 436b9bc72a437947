import { UserError } from "../../../lib/errors/index.ts";
import { inStyleOf, insertLines, mainQuote } from "../../../lib/python/index.ts";
import {
  type BrokerKind,
  type CeleryTask,
  type FlaskApp,
  type Project,
  placeOf,
  statementOf,
} from "../../../lib/survey/index.ts";
import type { Draft, Rule } from "../draft.ts";
import type { Old } from "../integration.ts";
import type { Carried } from "../settings.ts";

const settings: Rule = {
  name: "settings",
  why: "what the old object was given stands where the application is configured",
};

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
export function keepBehaviour(
  project: Project,
  app: FlaskApp,
  { values }: Carried,
  tasks: readonly CeleryTask[],
): Map<string, string> {
  const besides = project.blueprints.map((blueprint) => `${blueprint.package}.tasks`);
  for (const { path, line } of tasks) {
    if (placeOf(project, path).importRoot === app.importRoot) continue;
    throw new UserError({
      code: "adopt-uncertain",
      what: "This integration can't be taken over for certain; nothing was changed.",
      why: `${path}:${line}: this task's module is imported from another folder than the application's, so its name is not known`,
      fix: "let both be imported from one folder, and run the command again",
    });
  }
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
export function settingsPlace(app: FlaskApp, { object }: Old): number {
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
export function placeSettings(
  app: FlaskApp,
  draft: Draft,
  { values, spread, imports }: Carried,
  kept: ReadonlyMap<string, string>,
  place: number,
): void {
  const init = app.inits[0]!;
  const quote = mainQuote(app.file);
  const entry = (name: string, value: string) => line(`${quote}${name}${quote}: ${value}`);
  const line = (text: string) => `    ${text.replace(/\n/g, "\n    ")},`;
  const lines = [
    ...spread.map((text) => line(`**${text.replace(/^\*\*/, "")}`)),
    ...[...values].map(([name, value]) => entry(name, value)),
    ...(kept.size > 0 ? ["    # As before; what celery_settings.py has instead is safer for new tasks."] : []),
    ...[...kept].map(([name, value]) => entry(name, value)),
  ];
  const snippet = `${init.appName}.config["CELERY"] = {\n${lines.join("\n")}\n}\n`;
  draft.insert(settings, app.file, insertLines(app.file, place, inStyleOf(app.file, snippet, init.indent)));
  for (const text of imports) draft.addImport(app.file, text);
}
