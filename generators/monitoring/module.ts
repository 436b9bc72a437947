import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import type { Wanted } from "../../lib/dependencies/edit.ts";
import type { CeleryUse, FlaskApp } from "../../lib/survey/index.ts";
import { declarePackages } from "../common/packages.ts";
import { wireCall } from "../common/wiring.ts";

/** What the plan says beside its changes. */
export interface Told {
  manual: ManualStep[];
  warnings: string[];
  next: string[];
}

/** A module beside the application that is told of it by one call, and the packages that it imports. */
export interface Part {
  /** Name of the module and of its template, e.g. "celery_errors". */
  name: string;
  init: string;
  packages: readonly Wanted[];
}

/** Adds a part: its file, its call where the application is made, its packages. */
export function addModule(context: Context, app: FlaskApp, celery: CeleryUse, { name, init, packages }: Part): Told {
  const folder = app.packageDir ? `${app.packageDir}/` : "";
  const facts = { package: app.package, ownLogging: celery.kind === "ours" };
  context.write(`${folder}${name}.py`, `monitoring/${name}.py`, facts);
  wireCall(context, app, { module: app.package ? `${app.package}.${name}` : name, name: init });
  return { warnings: [], ...declarePackages(context, packages) };
}
