import { UserError } from "../../lib/errors/index.ts";
import { applicationSources, type Blueprint, type Guarding, guardingOf, type Project } from "../../lib/survey/index.ts";
import type { TaskPlace } from "../common/task-place.ts";

/** What a new route has in common with the blueprint's other routes. */
export interface RouteStyle {
  /** Their guards: decorators below the route's own, without `@`. */
  guards: readonly string[];
  /** The place of a guarded route, where none of their guards fits for certain: the new route answers 403 until its owner decides. */
  denied: string;
  /** Parameters of the view besides its own: `user, org_id: int`. */
  parameters: string;
  /** The same for `url_for`: `org_id=org_id, `. */
  urlArguments: string;
  /** The route gets a state route of its own: results are on, there is no status endpoint, and it is known who may see it. */
  ownState: boolean;
  /** Whether the view, or that of the state, has a UUID. */
  usesUuid: boolean;
  /** Whether annotations of the view are only that: APIFlask and flask-openapi3 make schemas of them. */
  annotated: boolean;
  /** flask-openapi3 hands the variable parts of a URL over as one model. */
  pathModel: boolean;
}

/** A route without neighbours. */
export const PLAIN: RouteStyle = {
  guards: [],
  denied: "",
  parameters: "",
  urlArguments: "",
  ownState: false,
  usesUuid: false,
  annotated: true,
  pathModel: false,
};

const TYPES: Readonly<Record<string, string>> = {
  int: "int",
  float: "float",
  uuid: "UUID",
  string: "str",
  path: "str",
};
/** Variables of the route's own. */
const OWN = ["data", "record_id", "result", "location", "task_id", "path"];

/**
 * @throws UserError `route-not-certain` where the view's parameters can't be written for certain
 */
export function routeStyle(project: Project, place: TaskPlace, task: string, hasState: boolean): RouteStyle {
  const { existing, routes } = place;
  const library = existing?.library ?? "flask";
  const isModelled = library === "flask_openapi3";
  const annotated = library !== "apiflask" && !isModelled;
  const none: Guarding = { decorators: [], injected: [], unsure: null };
  const guarding = existing ? guardingOf(project, existing, routes, place.routesPath) : none;
  const variables = existing ? takenVariables(project, existing, place) : [];
  const names = [...guarding.injected, ...variables.map(({ name }) => name)];
  const taken = names.find((name) => OWN.includes(name) || name === task);
  const where = existing ? `${existing.at.path}:${existing.at.line}` : "";
  if (taken) throw notCertain(where, `its routes have a parameter "${taken}", which the new route uses itself`);
  if (isModelled && names.length > 0)
    throw notCertain(where, "flask-openapi3 hands over the variables of its prefix in a model of the project's own");
  if (existing?.prefixVariables === null && guarding.injected.length > 0 && hasState)
    throw notCertain(
      where,
      `its prefix can't be read, and its routes have the parameters ${guarding.injected.join(", ")}`,
    );
  const typed = variables.map(({ name, converter }) => {
    const type = TYPES[converter];
    return annotated && type ? `${name}: ${type}` : name;
  });
  const { unsure } = guarding;
  const ownState = hasState && !unsure;
  return {
    guards: guarding.decorators,
    denied: unsure ? `${unsure.at.path}:${unsure.at.line}, ${unsure.guard}` : "",
    parameters: [...guarding.injected, ...typed].join(", "),
    urlArguments: variables.map(({ name }) => `${name}=${name}, `).join(""),
    ownState,
    usesUuid:
      (ownState && (annotated || isModelled)) || (annotated && variables.some(({ converter }) => converter === "uuid")),
    annotated,
    pathModel: isModelled,
  };
}

/** The variable parts of the prefix that a view gets: all, unless a `url_value_preprocessor` takes them away. */
function takenVariables(project: Project, { prefixVariables }: Blueprint, { routes }: TaskPlace) {
  return (prefixVariables ?? []).filter(({ name }) => {
    if (routes.length > 0)
      return routes.every(
        ({ extra, view }) => extra.includes(name) || view.childForFieldName("parameters")!.text.includes("**"),
      );
    const texts = applicationSources(project).map(({ text }) => text);
    const isTakenAway = (text: string) => new RegExp(`pop\\(\\s*["']${name}["']`).test(text);
    return !(texts.some((text) => text.includes("url_value_preprocessor")) && texts.some(isTakenAway));
  });
}

function notCertain(where: string, why: string): UserError {
  return new UserError({
    code: "route-not-certain",
    what: "endpoint: the new route can't be written for certain; nothing was changed.",
    why: `${where}: ${why}`,
    fix: "run the command with --endpoint no, and send the task from a route of your own: result = <task>.delay(record_id)",
  });
}
