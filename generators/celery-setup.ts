import { defineGenerator } from "../lib/contract/generator.ts";
import type { ConfigStyle } from "../lib/survey/index.ts";
import { requireCelery } from "./common/existing.ts";
import { sideOf } from "./common/merge.ts";
import { appForTasks } from "./common/target.ts";
import { describeBroker } from "./integration/broker-facts.ts";
import { brokerKind, isBrokerUrl } from "./integration/broker-url.ts";
import { integrationPrompts } from "./integration/prompts.ts";
import { storeOf } from "./integration/result-stores.ts";
import { changeServers } from "./setup/change.ts";
import { addCompose, addProcfile } from "./setup/compose.ts";
import { nextSteps } from "./setup/next.ts";
import { detected, setupPrompts } from "./setup/prompts.ts";
import { keepRedisForBeat, notOurs } from "./setup/refusals.ts";
import { load } from "./update/known.ts";
import { migrate } from "./update/migrations/index.ts";
import { runFor } from "./update/plan.ts";

const INTEGRATIONS = {
  "celery-factory": () => import("./celery-factory.ts"),
  "celery-direct": () => import("./celery-direct.ts"),
};
const [, broker, results] = integrationPrompts("factory");

/** Other servers for an integration that is there: https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/ */
export const generator = defineGenerator({
  name: "celery-setup",
  description: "Change the broker or the result backend, and add a compose file or a Procfile",
  prompts: setupPrompts(broker, results),
  requires: (project) => void requireCelery(project, "celery-setup"),
  async plan(context, answers) {
    const { project, changes, templates } = context;
    const app = appForTasks(project, answers.target);
    const celery = requireCelery(project, "celery-setup");
    const run = celery.kind === "ours" ? await runFor(context, INTEGRATIONS, app.target) : null;
    const there = run?.answers ?? detected(project, [broker, results]);
    const config = (there.config ?? "object") as ConfigStyle;
    const before = describeBroker(
      brokerKind(there.broker ?? answers.broker),
      storeOf(there.results ?? "none") ?? "none",
      config,
    );
    const after = describeBroker(brokerKind(answers.broker), answers.results, config);

    const isOther = before.broker !== after.broker || before.results !== after.results || isBrokerUrl(answers.broker);
    if (isOther && !run) throw notOurs(celery.at, templates.render("partials/celery_items", after));
    if (isOther) keepRedisForBeat(project, after);
    const changed =
      isOther && run
        ? await changeServers(context, {
            app,
            run,
            generator: (await load(INTEGRATIONS, run.generator))!,
            before,
            after,
            broker: answers.broker,
            side: sideOf(context, answers.conflicts),
          })
        : { texts: new Map<string, string>(), manual: [], warnings: [] };
    const migrated = migrate(project, changed.texts);
    for (const [path, bytes] of migrated.files) changes.edit(path, bytes);

    const processes = {
      ...after,
      entry: celery.entry || "make_celery",
      importRoot: app.importRoot,
      workerOptions: after.guide.workerOptions,
    };
    const warnings = answers.compose === "yes" ? addCompose(context, processes) : [];
    if (answers.procfile === "yes") addProcfile(context, processes);
    return {
      generator: "celery-setup",
      target: app.target,
      answers,
      changes,
      manual: changed.manual,
      made: migrated.made,
      install: null,
      warnings: [...changed.warnings, ...warnings],
      next: nextSteps(project, changes.changes, before, after),
    };
  },
});
