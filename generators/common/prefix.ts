import { certain, definePrompt, suggested } from "../../lib/contract/prompt.ts";
import { UserError } from "../../lib/errors/index.ts";
import { callArguments, lineOf, type Node, type SourceFile, stringValue } from "../../lib/python/index.ts";
import {
  applicationSources,
  findOwnFailed,
  findOwnStatus,
  type Location,
  type Project,
} from "../../lib/survey/index.ts";

const ROUTE = /^(route|get|post|put|patch|delete|add_url_rule|add_resource|add_namespace)$/;

/**
 * Below which path routes live.
 *
 * @param candidates what is suggested, the first that is free
 * @param own what an earlier run was told
 */
export function urlPrefixPrompt(candidates: readonly string[], own: (project: Project) => string | null | undefined) {
  return definePrompt({
    name: "urlPrefix",
    message: "Below which path do the routes live?",
    check: checkPrefix,
    normalize: normalizePrefix,
    detect(project) {
      const told = own(project);
      return told ? certain(told) : suggested(freePrefix(project, candidates));
    },
  });
}

/** One slash in front, none behind. */
function normalizePrefix(value: string): string {
  return `/${value.trim().replace(/^\/+|\/+$/g, "")}`;
}

/**
 * A prefix is a plain path: no variable parts, nothing that would need escaping in a URL or in Python.
 *
 * @throws UserError `url-prefix-invalid`
 */
export function checkPrefix(value: string): void {
  const prefix = normalizePrefix(value);
  if (/^(\/[A-Za-z0-9][A-Za-z0-9_.~-]*)+$/.test(prefix) && prefix.length <= 100) return;
  throw new UserError({
    code: "url-prefix-invalid",
    what: `urlPrefix: ${JSON.stringify(value.slice(0, 80))} is not a path that routes can live below.`,
    why: "it must consist of letters, digits, '-', '_', '.' and '~' between slashes",
    fix: "give a path such as /tasks or /api/tasks",
  });
}

/** The first of our usual prefixes below which the application has no route. */
function freePrefix(project: Project, candidates: readonly string[]): string {
  return candidates.find((prefix) => findClash(project, prefix) === null) ?? candidates.at(-1)!;
}

/** @throws UserError `url-prefix-taken` when the application has a route there already */
export function refuseTakenPrefix(project: Project, prefix: string, candidates: readonly string[]): void {
  const clash = findClash(project, prefix);
  if (!clash) return;
  throw new UserError({
    code: "url-prefix-taken",
    what: `urlPrefix: the application has routes below ${prefix} already; nothing was changed.`,
    why: `${clash.at.path}:${clash.at.line} has ${clash.route}, and of two routes for one URL only one is ever reached`,
    fix: `give another prefix, such as ${freePrefix(project, candidates)}`,
  });
}

interface Route {
  route: string;
  at: Location;
}

/** A route at the prefix or below it, or one with a variable part that could stand for it. */
function findClash(project: Project, prefix: string): Route | null {
  const parts = prefix.split("/").slice(1);
  return routesOf(project).find(({ route }) => covers(route.split("/").slice(1), parts)) ?? null;
}

function covers(route: readonly string[], prefix: readonly string[]): boolean {
  for (const [index, wanted] of prefix.entries()) {
    const part = route[index];
    if (part === undefined || part === "") return false;
    if (part.startsWith("<path:")) return false;
    if (part !== wanted) return false;
  }
  return true;
}

/** Every route whose path is written in the application's own code, with its blueprint's prefix where that is known. */
function routesOf(project: Project): Route[] {
  const own = [findOwnStatus(project)?.path, findOwnFailed(project)?.path];
  const sources = applicationSources(project).filter(({ path }) => !own.includes(path));
  const routes: Route[] = [{ route: "/static", at: { path: "Flask", line: 0 } }];
  for (const source of sources) {
    const prefixes = prefixesIn(source);
    for (const call of source.tree.rootNode.descendantsOfType("call")) {
      const callee = call.childForFieldName("function");
      const at = { path: source.path, line: lineOf(call) };
      const { positional, keywords } = callArguments(call);
      const prefix = stringValue(keywords.get("url_prefix") ?? null);
      if (prefix) routes.push({ route: prefix, at });
      const method = callee?.type === "attribute" ? (callee.childForFieldName("attribute")?.text ?? "") : "";
      if (!ROUTE.test(method)) continue;
      const owner = callee?.childForFieldName("object")?.text ?? "";
      for (const path of [...positional, keywords.get("path")].map((node) => stringValue(node ?? null))) {
        if (path?.startsWith("/")) routes.push({ route: (prefixes.get(owner) ?? "") + path, at });
      }
    }
  }
  return routes;
}

/** `bp = Blueprint(…, url_prefix="/users")`: bp → /users. */
function prefixesIn(source: SourceFile): Map<string, string> {
  const prefixes = new Map<string, string>();
  for (const assignment of source.tree.rootNode.descendantsOfType("assignment")) {
    const right: Node | null = assignment.childForFieldName("right");
    if (right?.type !== "call") continue;
    const { keywords } = callArguments(right);
    const prefix = stringValue(keywords.get("url_prefix") ?? keywords.get("path") ?? null);
    const name = assignment.childForFieldName("left")?.text;
    if (prefix && name) prefixes.set(name, prefix.replace(/\/$/, ""));
  }
  return prefixes;
}
