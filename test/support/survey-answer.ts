/** The survey's whole answer as JSON, to compare two ways of reading. */

import { UserError } from "../../lib/errors/index.ts";
import {
  describeProject,
  ownUrlSettings,
  routesOf,
  schedulerStarts,
  surveyConfig,
  surveyTestApp,
} from "../../lib/survey/index.ts";
import { openProject } from "../../lib/survey/reader.ts";

/**
 * What the survey says of a folder; an error is an answer, too. The parser must have been loaded.
 *
 * @param everything - every file is parsed and nothing is left out by its text
 */
export function surveyAnswer(root: string, everything: boolean): Record<string, string> {
  try {
    const project = describeProject(openProject(root, { everything }));
    const config = project.apps.map((app) => surveyConfig(project, app));
    const { apps, refusals, blueprints, databases, celery, otherQueues, broker, pytest } = project;
    const routes = blueprints.map((blueprint) => routesOf(project, blueprint).map(({ view }) => view.text));
    const tests = apps.map((app) => surveyTestApp(project, app, "tests/test_celery.py"));
    const others = [[...ownUrlSettings(project)].sort(), schedulerStarts(project).length, routes, tests];
    const parts = { others, apps, refusals, blueprints, databases, celery, otherQueues, broker, pytest, config };
    return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, toJson(part)]));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { error: `${error.code}: ${error.message}` };
  }
}

/** A source file stands for its path; getters are asked. */
function toJson(part: unknown): string {
  return JSON.stringify(part, (_key, value: unknown) => (isSource(value) ? value.path : (value ?? null)), 1);
}

function isSource(value: unknown): value is { path: string } {
  return typeof value === "object" && value !== null && "bytes" in value && "path" in value;
}
