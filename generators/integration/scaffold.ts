import type { Context } from "../../lib/contract/context.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import type { Wanted } from "../../lib/dependencies/edit.ts";
import { describeProject, type FlaskApp, overlay } from "../../lib/survey/index.ts";
import { planIntegration, type Wish } from "./index.ts";

/** What the new application and its tests import. */
const NEEDS: readonly Wanted[] = [
  { name: "flask", minimum: "2.2", below: "4" },
  { name: "pytest", minimum: "8", below: "" },
];
const FOLDER = { factory: "integration/scaffold/factory", module: "integration/scaffold/direct" } as const;

/**
 * An empty folder: a minimal, complete application is planned first, then surveyed as if it were on disk, and Celery is put
 * into it like into any other.
 */
export function makeNewApp(context: Context, kind: FlaskApp["kind"], answers: Wish["answers"]): Promise<Plan> {
  const { changes, templates } = context;
  const folder = FOLDER[kind];
  const files = new Map<string, Uint8Array>();
  for (const name of templates.list(folder)) {
    const path = name.slice(folder.length + 1);
    context.start(path, name, {});
    files.set(path, changes.current(path) ?? new Uint8Array());
  }
  const planned = describeProject(overlay(context.project, files));
  const [app] = planned.apps;
  if (!app) throw new Error("the scaffold holds no application that the survey finds");
  const generator = kind === "factory" ? "celery-factory" : "celery-direct";
  return planIntegration(context.withProject(planned), {
    generator,
    app,
    answers: { ...answers, target: app.target },
    own: NEEDS,
  });
}
