import { lineOf, type Node, type SourceFile, statements } from "../../python/index.ts";
import { applicationSources, definitionNamed, definitionOf } from "../names/lookup.ts";
import type { Blueprint, Location } from "../project.ts";
import type { Reading } from "../reading.ts";
import { calleeOf, type Route } from "./routes.ts";

/** How the routes of a blueprint ask who is calling. */
export interface Guarding {
  /** Decorators that a further route gets, outermost first, without `@`. */
  decorators: readonly string[];
  /** Arguments that these hand to the view before those of the URL, or what a prefix that can't be read has in it. */
  injected: readonly string[];
  /** A guarded route, where no guard fits a further one for certain. */
  unsure: { at: Location; guard: string } | null;
}

/** `login_required`, `jwt_required()`, `auth.login_required`, `token_auth`, `roles_accepted`, `require_scope`. */
const GUARD = /login|auth|jwt|token|permission|role|require|admin|protect|scope|verified|session_user|api_?key/i;
/** Named alike, and no guards. */
const NO_GUARD =
  /exempt|optional|anonymous|rate|limit|cache|csrf|required_(args|fields|json)|requires?_(json|args|http|fields)|logout|cors/i;
/** What a function does that turns somebody away, or wants to know who it is. */
const REFUSES = /\b40[13]\b|unauthori[sz]ed|forbidden|login|current_user|verify_jwt|get_jwt/i;

/**
 * The guard that a further route of a blueprint needs: that of the routes which change something, else of all.
 *
 * @param path - the file that the new route goes to; a decorator is only taken over where that file has it
 */
export function guardingOf(reading: Reading, blueprint: Blueprint, routes: readonly Route[], path: string): Guarding {
  const guarded = routes.map((route) => ({ route, guards: guardsOf(reading, route) }));
  const example = guarded.find(({ route, guards }) => guards.length > 0 || asksInside(route));
  const changing = guarded.filter(({ route }) => route.changes);
  const beside = changing.length > 0 ? changing : guarded;
  const [first = [], ...others] = beside.map(({ route }) => injectedInto(route, blueprint));
  const isSame = others.every((names) => names.join() === first.join());
  const open: Guarding = { decorators: [], injected: isSame ? first : [], unsure: null };
  if (!example) return open;
  const isCommon = (guard: string, sameFile: boolean) =>
    beside.every(({ guards }) => guards.some(({ text }) => text === guard)) &&
    (!sameFile || beside.some(({ route }) => route.holder.path === path));
  const all = beside.flatMap(({ guards }) => guards);
  const decorators = [...new Set(all.map(({ text }) => text))].filter((text) => isCommon(text, true));
  // `@permission_required("read")` here, `("write")` there: which one a further route needs is not ours to say.
  const isOther = all.some(
    ({ name, text }) =>
      !decorators.includes(text) &&
      beside.every(({ guards }) => guards.some((guard) => guard.name === name)) &&
      !all.some((guard) => guard.name === name && decorators.includes(guard.text)),
  );
  // A guard that looks at the order of the URL has none to look at in a route without one.
  const isTaking = beside.some(({ route }) => route.isTaking);
  const isEnough = decorators.length > 0 || isGuardedBefore(reading, blueprint);
  if (isEnough && isSame && !isOther && !isTaking) return { ...open, decorators };
  const { route, guards } = example;
  const at = { path: route.holder.path, line: lineOf(route.view) };
  return { ...open, injected: [], unsure: { at, guard: guards[0] ? `@${guards[0].text}` : "a check of its own" } };
}

interface Guard {
  /** The decorator without its arguments. */
  name: string;
  text: string;
}

function guardsOf(reading: Reading, { holder, decorators }: Route): Guard[] {
  return decorators
    .filter((node) => !node.text.includes("optional=True") && isGuard(reading, holder, calleeOf(node)))
    .map((node) => ({ name: calleeOf(node).text, text: node.text }));
}

/** A library's guard is known by its name, one of the project's own also by what it does. */
function isGuard(reading: Reading, source: SourceFile, callee: Node): boolean {
  if (NO_GUARD.test(callee.text)) return false;
  if (GUARD.test(callee.text)) return true;
  const found = definitionOf(reading, source, callee);
  const holder = found?.name ? reading.parse(found.path) : null;
  const definition = holder && definitionNamed(holder.tree.rootNode, found!.name!);
  return definition ? REFUSES.test(definition.text) : false;
}

/** Parameters that neither the route's rule nor a prefix accounts for: a guard hands them in. */
function injectedInto({ extra }: Route, { prefixVariables }: Blueprint): string[] {
  const fromPrefix = new Set((prefixVariables ?? []).map(({ name }) => name));
  return extra.filter((name) => !fromPrefix.has(name));
}

/** `if not current_user.is_authenticated: abort(401)` and the like. */
function asksInside({ view }: Route): boolean {
  const body = view.childForFieldName("body")!;
  return (
    body.descendantsOfType("integer").some((node) => ["401", "403"].includes(node.text)) ||
    body
      .descendantsOfType("call")
      .some((node) => /^(verify_jwt_in_request|get_jwt_identity|abort_if_not|require_)/.test(calleeOf(node).text))
  );
}

/** `@bp.before_request` above a function that may refuse, or `bp.before_request(it)`. */
function isGuardedBefore(reading: Reading, blueprint: Blueprint): boolean {
  return applicationSources(reading).some((source) => {
    if (!source.text.includes("before_request")) return false;
    return source.tree.rootNode.descendantsOfType("attribute").some((node) => {
      if (node.childForFieldName("attribute")?.text !== "before_request") return false;
      const found = definitionOf(reading, source, node.childForFieldName("object")!);
      if (found?.path !== blueprint.path || found.name !== blueprint.variable) return false;
      return refusing(source, node);
    });
  });
}

function refusing(source: SourceFile, hook: Node): boolean {
  const { parent } = hook;
  if (parent?.type === "decorator") return REFUSES.test(parent.parent!.text);
  const given = parent?.type === "call" ? statements(parent.childForFieldName("arguments")!)[0] : null;
  const definition = given && definitionNamed(source.tree.rootNode, given.text);
  return GUARD.test(given?.text ?? "") || (definition ? REFUSES.test(definition.text) : false);
}
