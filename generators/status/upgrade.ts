import type { Context } from "../../lib/contract/context.ts";
import { dropImports, type Edit, mergeImports, type SourceFile } from "../../lib/python/index.ts";
import { applicationSources, type FlaskApp, isFlaskImport, ownImports } from "../../lib/survey/index.ts";

/**
 * The state routes that blueprint-task made before there was a status endpoint: their tasks get its signed links, and they go.
 * Returns a warning for each one that somebody has edited, since it still tells a task's state to whoever knows the id.
 *
 * @param module - dotted module with `task_url`
 */
export function upgradeStateRoutes(context: Context, app: FlaskApp, module: string): string[] {
  return applicationSources(context.project).flatMap((source) => {
    const tasks = [...source.text.matchAll(/^[ \t]*def (\w+)_state\(/gm)].map((match) => match[1]!);
    const states = tasks.filter((task) => source.text.includes(`def enqueue_${task}(`));
    const edits = states.map((task) => upgrade(source, task));
    const removed = edits.flatMap((each) => each ?? []);
    if (removed.length > 0) {
      const isOwn = ownImports(app.importRoot, context.project.pathSet, module);
      const wanted = `from ${module} import task_url`;
      const imports = mergeImports(source, wanted, { isHome: isFlaskImport, isOwn });
      context.edit(source, ...removed, ...dropImports(source, ["UUID", "url_for", "current_app"], removed), ...imports);
    }
    return states
      .filter((_, index) => edits[index] === null)
      .map(
        (task) =>
          `${source.path}:${lineWith(source, `def ${task}_state(`)}: this route tells the state of a task to whoever knows its id. Send task_url(result) as Location in enqueue_${task}(), and delete it.`,
      );
  });
}

/** Null where the route, or the line that names it, is not as it was made. */
function upgrade({ text }: SourceFile, task: string): Edit[] | null {
  const route = new RegExp(
    String.raw`(?:\r?\n){2,3}@\w+\.get\(["']/${task}/<uuid:task_id>["']\)\r?\n(?:@.*\r?\n)*def ${task}_state\(.*\).*:\r?\n` +
      String.raw`[ \t]+"""PENDING also stands for an unknown id; .status-endpoint. tells them apart\."""\r?\n` +
      String.raw`[ \t]+try:\r?\n(?:[ \t]+celery = .*\r?\n)?[ \t]+state = \S+\.AsyncResult\(str\(task_id\)\)\.state\r?\n` +
      String.raw`[ \t]+except Exception:\r?\n[ \t]+#.*\r?\n[ \t]+current_app\.logger\.exception\(.*\r?\n` +
      String.raw`[ \t]+return \{.error.: .busy, try again later.\}, 503, \{.Retry-After.: .30.\}\r?\n` +
      String.raw`[ \t]+return \{.id.: str\(task_id\), .state.: state\}, 200, \{.Cache-Control.: .no-store.\}(?=\r?\n|$)`,
  );
  const location = new RegExp(
    String.raw`url_for\(["']\.${task}_state["'], (?:\w+=\w+, )*task_id=(?:result\.id|task_id)\)`,
  );
  const [made, named] = [route.exec(text), location.exec(text)];
  if (!made || !named) return null;
  const isBehindIt = /^[ \t]+\S/.test(text.slice(made.index + made[0].length).replace(/^\r?\n/, ""));
  if (isBehindIt) return null;
  const sent = named[0].endsWith("=task_id)") ? `${task}.AsyncResult(task_id)` : "result";
  return [
    { start: named.index, end: named.index + named[0].length, text: `task_url(${sent})` },
    { start: made.index, end: made.index + made[0].length, text: "" },
  ];
}

function lineWith({ text }: SourceFile, part: string): number {
  return text.slice(0, text.indexOf(part)).split("\n").length;
}
