/**
 * What a team builds on: our generators as steps of its own action lists, the stages for generators of its own, and the
 * plopfile for `plop.load()`. Heavy modules are loaded when they are used.
 */
import type { ActionType, NodePlopAPI } from "plop";
import type { PackConfig } from "./lib/cli/plop.ts";
import type { Generator, GivenTo } from "./lib/contract/generator.ts";
import { explained } from "./lib/run/explain.ts";
import { findGenerator } from "./lib/run/find.ts";
import { runGenerator } from "./lib/run/run.ts";
import { ours } from "./ours.ts";

export type { Action, Change, ManualStep } from "./lib/changes/types.ts";
export { actionType, type PackConfig, registerGenerators } from "./lib/cli/plop.ts";
export type { Context } from "./lib/contract/context.ts";
export {
  type ChangingGenerator,
  type CheckingGenerator,
  defineGenerator,
  type Generator,
  type GivenTo,
  type Verification,
} from "./lib/contract/generator.ts";
export type { Plan } from "./lib/contract/plan.ts";
export { previewPrompt } from "./lib/contract/preview.ts";
export {
  type Answers,
  type AnswersOf,
  type Choice,
  type Detection,
  definePrompt,
  type Prompt,
  yesNo,
} from "./lib/contract/prompt.ts";
export type { Dependencies, DependencyFile, InstallStep } from "./lib/dependencies/types.ts";
export { UserError, type UserErrorParts } from "./lib/errors/index.ts";
export { pythonName } from "./lib/errors/names.ts";
export { didYouMean, nearestName } from "./lib/errors/nearest.ts";
export type { Edit, SourceFile } from "./lib/python/source.ts";
export type { Given } from "./lib/run/answers.ts";
export { maskSecrets } from "./lib/run/mask.ts";
export { type Outcome, type RunOptions, runGenerator } from "./lib/run/run.ts";
export { type Stages, stages } from "./lib/run/stages.ts";
export type * from "./lib/survey/project.ts";

/** Locating and splicing Python source, loaded when it is called for: `const { splice } = await loadPython()`. */
export const loadPython = () => import("./lib/python/index.ts");

/** Answers of `celery-factory`; what is left out is read from the project. */
export type CeleryFactoryAnswers = GivenTo<typeof import("./generators/celery-factory.ts").generator>;
/** Answers of `celery-direct`. */
export type CeleryDirectAnswers = GivenTo<typeof import("./generators/celery-direct.ts").generator>;
/** Answers of `blueprint-task`. */
export type BlueprintTaskAnswers = GivenTo<typeof import("./generators/blueprint-task.ts").generator> & {
  blueprint: string;
};
/** Answers of `status-endpoint`. */
export type StatusEndpointAnswers = GivenTo<typeof import("./generators/status-endpoint.ts").generator>;
/** Answers of `periodic-task`. */
export type PeriodicTaskAnswers = GivenTo<typeof import("./generators/periodic-task.ts").generator> & {
  blueprint: string;
  task: string;
  schedule: string;
};
/** Answers of `failed-tasks`. */
export type FailedTasksAnswers = GivenTo<typeof import("./generators/failed-tasks.ts").generator>;
/** Answers of `celery-monitoring`. */
export type CeleryMonitoringAnswers = GivenTo<typeof import("./generators/celery-monitoring.ts").generator>;
/** Answers of `celery-setup`. */
export type CelerySetupAnswers = GivenTo<typeof import("./generators/celery-setup.ts").generator>;
/** Answers of `celery-adopt`. */
export type CeleryAdoptAnswers = GivenTo<typeof import("./generators/celery-adopt.ts").generator>;
/** Answers of `celery-update`. */
export type CeleryUpdateAnswers = GivenTo<typeof import("./generators/celery-update.ts").generator>;
/** Answers of `celery-verify`. */
export type CeleryVerifyAnswers = GivenTo<typeof import("./generators/celery-verify.ts").generator>;

/** Where a step works, and with what. */
export type StepOptions = Pick<PackConfig, "partials" | "force"> & {
  /** Folder of the Flask project; left out, Plop's destination. */
  root?: string;
};

/**
 * Runs a generator as one step of a team's own: `actions: [...theirs, ...step(generator, { broker: "redis" })]`.
 * The step writes everything or nothing; steps before it are Plop's and are not undone. A generator that checks fails the list.
 *
 * @param generator one of a team's own, or `generator` of `plop-pack-flask-celery/generators/<name>`
 */
export function step<G extends Generator>(
  generator: G,
  answers: GivenTo<G> = {},
  options: StepOptions = {},
): ActionType[] {
  return [(_data, config, plop) => runStep(generator, answers, options, { plop, force: config?.force === true })];
}

/** {@link step} of `celery-factory`. */
export const celeryFactory = stepOf<CeleryFactoryAnswers>("celery-factory");
/** {@link step} of `celery-direct`, for applications without a factory. */
export const celeryDirect = stepOf<CeleryDirectAnswers>("celery-direct");
/** {@link step} of `blueprint-task`, which adds one task to a blueprint. */
export const blueprintTask = stepOf<BlueprintTaskAnswers>("blueprint-task");
/** {@link step} of `status-endpoint`, which adds routes that tell a task's state. */
export const statusEndpoint = stepOf<StatusEndpointAnswers>("status-endpoint");
/** {@link step} of `periodic-task`, which has beat send a task by a schedule. */
export const periodicTask = stepOf<PeriodicTaskAnswers>("periodic-task");
/** {@link step} of `failed-tasks`, which keeps tasks that have failed for good. */
export const failedTasks = stepOf<FailedTasksAnswers>("failed-tasks");
/** {@link step} of `celery-monitoring`, which adds a probe of the worker and beat. */
export const celeryMonitoring = stepOf<CeleryMonitoringAnswers>("celery-monitoring");
/** {@link step} of `celery-setup`, which changes the broker or the result backend. */
export const celerySetup = stepOf<CelerySetupAnswers>("celery-setup");
/** {@link step} of `celery-adopt`, which takes over an integration that somebody else has made. */
export const celeryAdopt = stepOf<CeleryAdoptAnswers>("celery-adopt");
/** {@link step} of `celery-update`, which brings generated files up to this version. */
export const celeryUpdate = stepOf<CeleryUpdateAnswers>("celery-update");
/** {@link step} of `celery-verify`, which fails the action list when a check fails. */
export const celeryVerify = stepOf<CeleryVerifyAnswers>("celery-verify");

function stepOf<T extends object>(name: string): (answers?: T, options?: StepOptions) => ActionType[] {
  return (answers = {} as T, options = {}) => [
    async (_data, config, plop) => {
      const generator = await findGenerator(ours, name);
      if (!generator) throw new Error(`the generator ${name} is missing`);
      return runStep(generator, answers, options, { plop, force: config?.force === true });
    },
  ];
}

/** `run.force` is Plop's --force, which arrives at the action. */
async function runStep(
  generator: Generator,
  given: object,
  options: StepOptions,
  run: { plop: NodePlopAPI; force: boolean },
): Promise<string> {
  try {
    const { summary } = await runGenerator(generator, {
      root: options.root ?? run.plop.getDestBasePath(),
      given: { ...given },
      force: options.force === true || run.force,
      ...(options.partials ? { partials: options.partials } : {}),
    });
    return summary;
  } catch (error) {
    throw explained(error);
  }
}

/** What `plop.load("plop-pack-flask-celery", config)` calls. */
export default async function plopfile(plop: NodePlopAPI, config?: PackConfig): Promise<void> {
  const { default: register } = await import("./plopfile.ts");
  await register(plop, config);
}
