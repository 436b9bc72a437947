import type { ManualStep } from "../../lib/changes/types.ts";
import type { Context } from "../../lib/contract/context.ts";
import type { Wanted } from "../../lib/dependencies/edit.ts";
import { lineOf } from "../../lib/python/index.ts";
import type { CeleryUse, FlaskApp, Project } from "../../lib/survey/index.ts";
import { declarePackage } from "../common/packages.ts";
import { wireCall } from "../common/wiring.ts";

const SENTRY: Wanted = { name: "sentry-sdk", minimum: "2.0", below: "3" };

/** What the plan says beside its changes. */
export interface Told {
  manual: ManualStep[];
  warnings: string[];
  next: string[];
}

/** `celery_errors.py`, called by whoever makes the application. An SDK that the project sets up itself is left alone. */
export function addErrors(context: Context, app: FlaskApp, celery: CeleryUse): Told {
  const own = findOwnSdk(context.project);
  if (own) {
    const warning = `${own} sets Sentry up already, and was left as it is: see that the worker and beat pass there, and that send_default_pii is off`;
    return { manual: [], warnings: [warning], next: [] };
  }
  const folder = app.packageDir ? `${app.packageDir}/` : "";
  const facts = { package: app.package, ownLogging: celery.kind === "ours" };
  context.write(`${folder}celery_errors.py`, "monitoring/celery_errors.py", facts);
  wireCall(context, app, {
    module: app.package ? `${app.package}.celery_errors` : "celery_errors",
    name: "init_errors",
  });
  const { manual, next } = declarePackage(context, SENTRY);
  return { manual, warnings: [], next: [...next, "set SENTRY_DSN for the web, the worker and beat"] };
}

/** Where the project calls `sentry_sdk.init` itself: `path:line`, or "". */
function findOwnSdk({ sources }: Project): string {
  for (const source of sources.values()) {
    if (/(?:^|\/)celery_errors\.py$/.test(source.path) || !source.text.includes("sentry_sdk")) continue;
    const call = source.tree.rootNode
      .descendantsOfType("call")
      .find((node) => /^(?:sentry_sdk\.)?init$/.test(node.childForFieldName("function")?.text ?? ""));
    if (call) return `${source.path}:${lineOf(call)}`;
  }
  return "";
}
