import { UserError } from "../../lib/errors/index.ts";
import { type Node, type SourceFile, statements } from "../../lib/python/index.ts";
import type { FlaskApp, Project } from "../../lib/survey/index.ts";
import { placeTask, tasksLayout } from "../common/task-place.ts";
import { NO_BLUEPRINT, type PeriodicAnswers } from "./prompts.ts";

/** The file that the task is in, or goes into. */
export interface PeriodicPlace {
  tasksPath: string;
  tasksModule: string;
}

/** A blueprint's own tasks, or the application's. */
export function placePeriodic(project: Project, app: FlaskApp, { blueprint }: PeriodicAnswers): PeriodicPlace {
  const layout = tasksLayout(project, app);
  const isNone = blueprint === NO_BLUEPRINT && !project.blueprints.some(({ name }) => name === NO_BLUEPRINT);
  if (isNone) return { tasksPath: layout.centralPath, tasksModule: layout.centralModule };
  return placeTask(project, app, { blueprint, new: "no" }, layout);
}

/** A task that is there already. */
export interface FoundTask {
  definition: Node;
  decorators: readonly Node[];
  /** The name that its decorator gives it; "" for the usual one. */
  name: string;
  /** The `@periodic(…)` that it has. */
  periodic: Node | null;
}

/**
 * Finds a task by its function's name.
 *
 * @throws UserError `task-not-schedulable` where no line of ours makes it periodic
 */
export function findTask(source: SourceFile, task: string): FoundTask | null {
  for (const statement of statements(source.tree.rootNode)) {
    const definition =
      statement.type === "decorated_definition" ? statement.childForFieldName("definition") : statement;
    if (definition?.childForFieldName("name")?.text !== task || !/_definition$/.test(definition.type)) continue;
    const decorators = statement.children.filter((node): node is Node => node?.type === "decorator");
    const maker = decorators.find(({ text }) => /^@(?:[\w.]+\.)?(?:shared_task|task)\b/.test(text));
    const line = definition.startPosition.row + 1;
    if (definition.type !== "function_definition" || !maker)
      throw notSchedulable(
        task,
        `${source.path}:${line}: "${task}" is there, and no task of Celery's`,
        "choose another name",
      );
    if (/^\s*async\b/.test(definition.text))
      throw notSchedulable(
        task,
        `${source.path}:${line}: it is an async def, which a worker does not await`,
        "make it a plain function",
      );
    const needed = neededParameters(definition, /\bbind\s*=\s*True\b/.test(maker.text));
    if (needed.length > 0)
      throw notSchedulable(
        task,
        `${source.path}:${line}: it needs ${needed.join(", ")}, and beat sends no arguments`,
        "give these a default, or add a task without arguments that sends this one",
      );
    const named = /\bname\s*=\s*(["'])([\w.-]+)\1/.exec(maker.text)?.[2] ?? "";
    if (!named && /\bname\s*=/.test(maker.text))
      throw notSchedulable(task, `${source.path}:${line}: its name is computed`, "write the name as a plain string");
    const periodic = decorators.find(({ text }) => /^@periodic\b/.test(text)) ?? null;
    return { definition, decorators, name: named, periodic };
  }
  return null;
}

function neededParameters(definition: Node, isBound: boolean): string[] {
  const parameters = definition.childForFieldName("parameters")?.namedChildren ?? [];
  const needed = parameters.flatMap((node) => {
    if (node?.type === "identifier") return [node.text];
    return node?.type === "typed_parameter" && !/^\*/.test(node.text) ? [node.text.split(":")[0]!.trim()] : [];
  });
  return isBound ? needed.slice(1) : needed;
}

function notSchedulable(task: string, why: string, fix: string): UserError {
  return new UserError({
    code: "task-not-schedulable",
    what: `${task} can't be made periodic; nothing was changed.`,
    why,
    fix,
  });
}
