import type { Context } from "../../lib/contract/context.ts";
import { lineOf } from "../../lib/python/index.ts";
import type { CeleryUse, FlaskApp, Project } from "../../lib/survey/index.ts";
import { addModule, type Part, type Told } from "./module.ts";

const ERRORS: Part = {
  name: "celery_errors",
  init: "init_errors",
  packages: [{ name: "sentry-sdk", minimum: "2.0", below: "3" }],
};

/** Reports to Sentry, by whoever makes the application. An SDK that the project sets up itself is left alone. */
export function addErrors(context: Context, app: FlaskApp, celery: CeleryUse): Told {
  const own = findOwnSdk(context.project);
  if (own) {
    const warning = `${own} sets Sentry up already, and was left as it is: see that the worker and beat pass there, and that send_default_pii is off`;
    return { manual: [], warnings: [warning], next: [] };
  }
  const told = addModule(context, app, celery, ERRORS);
  return { ...told, next: [...told.next, "set SENTRY_DSN for the web, the worker and beat"] };
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
