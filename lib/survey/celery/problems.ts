import {
  callArguments,
  lineOf,
  type Node,
  opensScope,
  type SourceFile,
  statements,
  stringValue,
  walk,
} from "../../python/index.ts";
import { importsOf } from "../names/imports-of.ts";
import {
  applicationSources,
  definitionOf,
  dottedDefinition,
  importedDefinition,
  nameOf,
  valuesOf,
} from "../names/lookup.ts";
import { OWN_INITIALIZER } from "../own.ts";
import type { CeleryProblem } from "../project.ts";
import type { Reading } from "../reading.ts";
import { assignedName, type CeleryObject, callsOf, celerySources, isGivenApp } from "./objects.ts";
import { surveyTasks } from "./tasks.ts";

/** What is wrong with an existing integration, what stops us from building on it first. */
export function celeryProblems(reading: Reading, objects: readonly CeleryObject[]): CeleryProblem[] {
  const main = objects[0];
  const problems = [
    ...(main
      ? [
          ...severalObjects(objects),
          ...noContext(reading, main),
          ...neverCalled(reading, main),
          ...ownApplication(reading, main),
          ...notDefault(reading, main),
        ]
      : []),
    ...configuringSources(reading, objects).flatMap((source) => [...flaskConfigCopied(source), ...settingsOf(source)]),
    ...tasksThatImportTheApp(reading),
  ];
  return problems.sort((a, b) => Number(b.blocks) - Number(a.blocks));
}

function severalObjects(objects: readonly CeleryObject[]): CeleryProblem[] {
  const [first, ...others] = objects;
  return others.map(({ at }) => ({
    at,
    code: "several-celery-objects",
    what: `a second Celery object; the first is made in ${first!.at.path}:${first!.at.line}`,
    fix: "keep one Celery object and let every task use it through shared_task",
    blocks: true,
  }));
}

/** https://flask.palletsprojects.com/en/stable/patterns/celery/ gives every task an application context. */
function noContext(reading: Reading, main: CeleryObject): CeleryProblem[] {
  if (["ours", "flask-documented", "context-task", "flask-celeryext"].includes(main.kind)) return [];
  if (main.kind === "unknown") return [];
  const pushed = celerySources(reading).flatMap((source) =>
    source.tree.rootNode.descendantsOfType("call").flatMap((call) => {
      const isPush = /\bapp_context\(\)\.push$/.test(call.childForFieldName("function")?.text ?? "");
      return isPush && !insideFunction(call) ? [{ path: source.path, line: lineOf(call) }] : [];
    }),
  )[0];
  if (pushed) {
    return [
      {
        at: pushed,
        code: "shared-app-context",
        what: "the worker pushes one application context for its whole life, so database sessions are never removed",
        fix: "give Celery a task class whose __call__ enters app.app_context(), as in Flask's documentation on Celery",
        blocks: true,
      },
    ];
  }
  return [
    {
      at: main.at,
      code: "no-app-context",
      what: "tasks of this Celery object run without a Flask application context",
      fix: "give it a task class whose __call__ enters app.app_context(), as in Flask's documentation on Celery",
      blocks: true,
    },
  ];
}

function neverCalled(reading: Reading, main: CeleryObject): CeleryProblem[] {
  if (!main.maker || main.kind === "unknown") return [];
  const name = nameOf(main.maker);
  if (callsOf(reading, main.source.path, name).length > 0) return [];
  // It may be handed on as a value, or be the factory itself.
  const isUsed = applicationSources(reading).some(
    (source) => importsOf(source).some((item) => item.name === name) || usesAsValue(source, main.maker!, name),
  );
  if (isUsed || name !== OWN_INITIALIZER) return [];
  return [
    {
      at: { path: main.source.path, line: lineOf(main.maker) },
      code: "never-initialised",
      what: `${name} is never called`,
      fix: `call ${name}(app) in the application factory, after its configuration`,
      blocks: true,
    },
  ];
}

/** `app = app or create_app()`, called without one: the application that serves requests is another. */
function ownApplication(reading: Reading, main: CeleryObject): CeleryProblem[] {
  if (!main.maker || isGivenApp(reading, main) || main.kind === "unknown") return [];
  if (!/\b(create|make)_app\(/.test(main.maker.text)) return [];
  const calls = callsOf(reading, main.source.path, nameOf(main.maker));
  return calls.slice(0, 1).map(({ source, call }) => ({
    at: { path: source.path, line: lineOf(call) },
    code: "second-application",
    what: `${nameOf(main.maker!)}() makes a Flask application of its own, which is not the one that serves requests`,
    fix: `call ${nameOf(main.maker!)}(app) inside the application factory`,
    blocks: false,
  }));
}

/**
 * A Celery object is the current one only in the thread that has made it; all others take the default one.
 *
 * @see https://docs.celeryq.dev/en/stable/userguide/application.html
 */
function notDefault(reading: Reading, main: CeleryObject): CeleryProblem[] {
  if (["ours", "flask-celeryext", "unknown"].includes(main.kind)) return [];
  if (celerySources(reading).some(({ text }) => /\.set_default\s*\(/.test(text))) return [];
  const snippet = `${assignedName(main.call) || "celery"}.set_default()`;
  return [
    {
      at: main.at,
      code: "not-default",
      what: "shared_task, which new tasks use, doesn't find this Celery object in the threads of a web server",
      fix: `call ${snippet} once it is configured`,
      blocks: false,
      snippet,
    },
  ];
}

/** Files whose settings reach Celery: those that name it, and settings modules that they or Flask load. */
function configuringSources(reading: Reading, objects: readonly CeleryObject[]): SourceFile[] {
  const own = new Map(celerySources(reading).map((source) => [source.path, source]));
  // `celery.config_from_object("app.celeryconfig")`: such a module need not name Celery.
  for (const { source } of objects) {
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const callee = call.childForFieldName("function")?.text ?? "";
      const argument = callArguments(call).positional[0] ?? null;
      if (!callee.endsWith("config_from_object") || !argument) continue;
      const dotted = stringValue(argument);
      const found = dotted
        ? dottedDefinition(reading, valuesOf(reading).place(source.path).importRoot, dotted)
        : definitionOf(reading, source, argument);
      const module = found && reading.parse(found.path);
      if (module) own.set(module.path, module);
    }
  }
  return [...own.values()];
}

function usesAsValue(source: SourceFile, maker: Node, name: string): boolean {
  return source.tree.rootNode
    .descendantsOfType("identifier")
    .some((node) => node.text === name && node.parent?.id !== maker.id && source.text.includes(name));
}

/** All of Flask's configuration, as opposed to a dict of that name. */
export const WHOLE_CONFIG = /^(self\.)?\w*(app|application|flask)\w*\.config$/i;

/** `celery.conf.update(app.config)` copies every key of Flask, upper case and all, into Celery's settings. */
function flaskConfigCopied(source: SourceFile): CeleryProblem[] {
  return source.tree.rootNode.descendantsOfType("call").flatMap((call) => {
    const callee = call.childForFieldName("function")?.text ?? "";
    const argument = callArguments(call).positional[0];
    if (!/\bconf\.update$/.test(callee) || !WHOLE_CONFIG.test(argument?.text ?? "")) return [];
    return [
      {
        at: { path: source.path, line: lineOf(call) },
        code: "flask-config-copied",
        what: `${call.text.split("\n")[0]} copies all of Flask's configuration into Celery's settings, secrets included`,
        fix: 'keep Celery\'s own lower-case settings under app.config["CELERY"] and give it only those',
        blocks: false,
      },
    ];
  });
}

const OLD_KEY = /^(CELERY|CELERYD|CELERYBEAT|BROKER)_[A-Z_]+$/;

/** Serializers that run code, results that only the sender can read, and old keys beside new ones. */
function settingsOf(source: SourceFile): CeleryProblem[] {
  const problems: CeleryProblem[] = [];
  const at = (node: Node) => ({ path: source.path, line: lineOf(node) });
  walk(source.tree.rootNode, (node) => {
    const entry = settingAt(node);
    if (
      entry &&
      /(accept_content|serializer)$/i.test(entry.key) &&
      hasString(entry.value, /^(pickle|application\/x-python-serialize)$/)
    ) {
      problems.push({
        at: at(node),
        code: "pickle",
        what: `${entry.key} allows pickle, which runs code that a message brings along`,
        fix: 'use "json" for every serializer and accept_content',
        blocks: true,
      });
    }
    if (entry && /(result_backend|backend)$/i.test(entry.key) && hasString(entry.value, /^rpc/)) {
      problems.push({
        at: at(node),
        code: "rpc-results",
        what: "rpc:// results can be read only by the process that sent the task",
        fix: "use Redis or the database as the result back end where a status is shown",
        blocks: false,
      });
    }
    if (node.type === "dictionary") {
      const keys = statements(node).flatMap((pair) => stringValue(pair.childForFieldName("key")) ?? []);
      const old = keys.find((key) => OLD_KEY.test(key));
      if (old && keys.some((key) => /^(broker_url|result_backend|task_|worker_|accept_content)/.test(key))) {
        problems.push({
          at: at(node),
          code: "old-and-new-keys",
          what: `${old} stands beside lower-case settings: Celery refuses a mixture of both`,
          fix: "use the lower-case names only: https://docs.celeryq.dev/en/stable/userguide/configuration.html#new-lowercase-settings",
          blocks: true,
        });
      }
    }
    return true;
  });
  return problems;
}

/** `key = value`, `"key": value` or `key=value`, where the key can be a Celery setting. */
function settingAt(node: Node): { key: string; value: Node } | null {
  const [key, value] =
    node.type === "pair"
      ? [stringValue(node.childForFieldName("key")), node.childForFieldName("value")]
      : node.type === "keyword_argument"
        ? [node.childForFieldName("name")?.text, node.childForFieldName("value")]
        : node.type === "assignment"
          ? [assignedKey(node.childForFieldName("left")), node.childForFieldName("right")]
          : [null, null];
  return key && value ? { key, value } : null;
}

function assignedKey(left: Node | null): string | null {
  if (left?.type === "subscript") return stringValue(left.childForFieldName("subscript"));
  return left?.type === "attribute" ? (left.childForFieldName("attribute")?.text ?? null) : (left?.text ?? null);
}

function hasString(value: Node, pattern: RegExp): boolean {
  return value.descendantsOfType("string").some((node) => pattern.test(stringValue(node) ?? ""));
}

/** A task module that imports the application when it is imported itself closes a circle, sooner or later. */
function tasksThatImportTheApp(reading: Reading): CeleryProblem[] {
  const paths = new Set(surveyTasks(reading).map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const source = reading.parse(path)!;
    return importsOf(source).flatMap((item) => {
      if (insideFunction(item.node) || !item.name) return [];
      const found = importedDefinition(reading, source, item);
      const isApp =
        found?.name && found.path !== path && valuesOf(reading).module(found.path).get(found.name) === "flask";
      const isFactory = found?.name && /^(create|make|build)_(app|application)$|^app_factory$/.test(found.name);
      if (!isApp && !isFactory) return [];
      return [
        {
          at: { path, line: lineOf(item.node) },
          code: "task-imports-app",
          what: `this task module imports ${item.name} from the application, which imports the tasks: a circle`,
          fix: "use shared_task, and flask.current_app inside the task",
          blocks: false,
        },
      ];
    });
  });
}

function insideFunction(node: Node): boolean {
  for (let at = node.parent; at; at = at.parent) if (opensScope(at)) return true;
  return false;
}
