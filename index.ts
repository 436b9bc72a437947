/**
 * What a team builds on: our generators as steps of its own action lists, the stages for generators of its own, and the
 * plopfile for `plop.load()`. Heavy modules are loaded when they are used.
 */
import type { ActionType, NodePlopAPI } from "plop";
import type { databases } from "./generators/common/database.ts";
import type { ResultStore } from "./generators/integration/result-stores.ts";
import type { PackConfig } from "./lib/cli/plop.ts";
import { explained } from "./lib/run/explain.ts";
import { findGenerator } from "./lib/run/find.ts";
import { runGenerator } from "./lib/run/run.ts";
import type { BrokerKind, ConfigStyle } from "./lib/survey/index.ts";

export type { Action, Change, ManualStep } from "./lib/changes/types.ts";
export { actionType, type PackConfig, registerGenerators } from "./lib/cli/plop.ts";
export type { Choice, Detection, Generator, Prompt, Verification, Workbench } from "./lib/contract/generator.ts";
export type { Answers, Plan } from "./lib/contract/plan.ts";
export { previewPrompt } from "./lib/contract/preview.ts";
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

type YesNo = "yes" | "no";
type Preview = "no" | "diff" | "json";
type Database = keyof typeof databases;

/** Answers of `celery-factory`; what is left out is read from the project. */
export interface CeleryFactoryAnswers {
  /** `path/to/file.py:name` of the factory function. */
  target?: string;
  broker?: BrokerKind;
  results?: ResultStore;
  database?: Database;
  config?: ConfigStyle;
  tasks?: "blueprint" | "centralized" | "mixed";
  install?: YesNo;
  preview?: Preview;
}

/** Answers of `celery-direct`. */
export interface CeleryDirectAnswers extends CeleryFactoryAnswers {
  mode?: "direct" | "hybrid";
}

/** Answers of `blueprint-task`. */
export interface BlueprintTaskAnswers {
  blueprint: string;
  task?: string;
  endpoint?: YesNo;
  context?: "app" | "request";
  database?: Database;
  preview?: Preview;
  /** `path/to/file.py:name`, where there are several applications. */
  target?: string;
}

/** Answers of `status-endpoint`. */
export interface StatusEndpointAnswers {
  urlPrefix?: string;
  cancel?: YesNo;
  stream?: YesNo;
  page?: YesNo;
  preview?: Preview;
  /** `path/to/file.py:name`, where there are several applications. */
  target?: string;
}

/** Answers of `celery-verify`. */
export interface CeleryVerifyAnswers {
  target?: string;
  live?: YesNo;
  report?: "text" | "json";
}

/** Where our step of a team's generator works, and with what. */
export type StepOptions = Pick<PackConfig, "partials" | "force"> & {
  /** Folder of the Flask project; left out, Plop's destination. */
  root?: string;
};

/**
 * Runs a generator of ours as one step of a team's own: `actions: [...theirs, ...celeryFactory({ broker: "redis" })]`.
 * The step writes everything or nothing; steps before it are Plop's and are not undone.
 */
export const celeryFactory = stepsOf<CeleryFactoryAnswers>("celery-factory");
/** See {@link celeryFactory}; for applications without a factory. */
export const celeryDirect = stepsOf<CeleryDirectAnswers>("celery-direct");
/** See {@link celeryFactory}; adds one task to a blueprint. */
export const blueprintTask = stepsOf<BlueprintTaskAnswers>("blueprint-task");
/** See {@link celeryFactory}; adds routes that tell a task's state. */
export const statusEndpoint = stepsOf<StatusEndpointAnswers>("status-endpoint");
/** See {@link celeryFactory}; fails the action list when a check fails. */
export const celeryVerify = stepsOf<CeleryVerifyAnswers>("celery-verify");

function stepsOf<T extends object>(name: string): (answers?: T, options?: StepOptions) => ActionType[] {
  return (answers, options = {}) => [
    async (_data, config, plop) => {
      try {
        const generator = await findGenerator(new URL("./generators/", import.meta.url), name);
        if (!generator) throw new Error(`the generator ${name} is missing`);
        const { summary } = await runGenerator(generator, {
          root: options.root ?? plop.getDestBasePath(),
          given: { ...answers },
          // Plop's --force arrives at the action.
          force: options.force === true || config?.force === true,
          ...(options.partials ? { partials: options.partials } : {}),
        });
        return summary;
      } catch (error) {
        throw explained(error);
      }
    },
  ];
}

/** What `plop.load("plop-pack-flask-celery", config)` calls. */
export default async function plopfile(plop: NodePlopAPI, config?: PackConfig): Promise<void> {
  const { default: register } = await import("./plopfile.ts");
  await register(plop, config);
}
