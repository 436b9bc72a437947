import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import {
  inStyleOf,
  mergeImports,
  type Node,
  type SourceFile,
  statements,
  undecorated,
} from "../../lib/python/index.ts";
import {
  applicationSources,
  type Blueprint,
  importsOf,
  isFlaskImport,
  ownImports,
  type Project,
} from "../../lib/survey/index.ts";
import { addBehind, appendCode } from "../common/append.ts";
import type { TaskPlace } from "../common/task-place.ts";
import type { BlueprintTask } from "./facts.ts";

/** Adds the route that sends the task to the file with the blueprint's other routes; or says where to paste it. */
export function addRoute(context: Context, place: TaskPlace, task: BlueprintTask): ManualStep[] {
  const { project, templates } = context;
  const source = project.parse(place.routesPath);
  const isThere =
    source && [`def enqueue_${task.task}(`, `class Enqueue${task.pascal}(`].some((head) => source.text.includes(head));
  if (!source || isThere) return [];
  const template = place.kind === "namespace" ? "namespace_route" : "route";
  const imports = templates.render(`blueprint/${template}_imports.py`, task);
  const route = templates.render(`blueprint/${template}.py`, task).trim();
  const maker = place.existing && functionAround(source, place.existing);
  if (maker) {
    const { at, registeredAt } = place.existing!;
    const line = registeredAt?.path === source.path ? registeredAt.line : at.line + 1;
    const why = `${place.variable} is made inside ${maker}(), so its route goes there as well, before it is registered`;
    const indent = /^\s*/.exec(source.text.split(/\r\n|\n|\r/)[at.line - 1]!)![0];
    return [
      {
        path: source.path,
        line,
        snippet: inStyleOf(source, `${imports.trim()}\n\n${route.replaceAll("\n\n\n", "\n\n")}`, indent),
        why,
      },
    ];
  }
  const ours = [task.requestModule, task.tasksImport, task.statusModule, task.sender?.module ?? ""];
  const isOwn = ownImports(place.importRoot, project.pathSet, ...ours);
  context.edit(source, ...mergeImports(source, imports, { isHome: isFlaskImport, isOwn }));
  // Behind the others: further down the file may register the blueprint, and that ends its setup.
  const above = lastRoute(place, source) ?? construction(place, source);
  if (above) addBehind(context, source, above, route);
  else appendCode(context, source, route);
  return [];
}

function lastRoute({ routes }: TaskPlace, source: SourceFile): Node | null {
  const here = routes.filter((route) => route.source.path === source.path).map(({ statement }) => statement);
  return here.reduce<Node | null>((last, node) => (last && last.startIndex > node.startIndex ? last : node), null);
}

function construction({ existing }: TaskPlace, source: SourceFile): Node | null {
  if (existing?.path !== source.path) return null;
  const row = existing.at.line - 1;
  return (
    statements(source.tree.rootNode).find((node) => node.startPosition.row <= row && row <= node.endPosition.row) ??
    null
  );
}

/** The function that makes the blueprint; null where it stands at the top level. */
function functionAround(source: SourceFile, { path, at }: Blueprint): string | null {
  if (source.path !== path) return null;
  const row = at.line - 1;
  const around = statements(source.tree.rootNode)
    .map(undecorated)
    .find((node) => node.startPosition.row <= row && row <= node.endPosition.row);
  return around?.type === "function_definition" ? (around.childForFieldName("name")?.text ?? null) : null;
}

/** The owner's one line to write, where the neighbours' guards differ. */
export function deniedWarning({ routesPath }: TaskPlace, { denied, task }: BlueprintTask): string[] {
  if (!denied) return [];
  return [
    `${routesPath}: the route of ${task} answers 403 until you put a guard in place of abort(403): other routes ask who is calling (${denied}), each in its own way.`,
  ];
}

/** Flask-WTF's CSRFProtect refuses every POST without its token, and no generator may turn that off: it may be right. */
export function csrfWarning(project: Project, place: TaskPlace): string[] {
  const isOn = applicationSources(project).some((source) =>
    importsOf(source).some(({ name }) => name === "CSRFProtect" || name === "CsrfProtect"),
  );
  if (!isOn) return [];
  return [
    `${place.routesPath}: CSRFProtect answers the POST with 400 unless it brings a token (X-CSRFToken); where no browser sends it, give that view @csrf.exempt.`,
  ];
}
