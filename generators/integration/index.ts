import path from "node:path";
import type { ChangeSet } from "../../lib/changes/change-set.ts";
import type { Context } from "../../lib/contract/context.ts";
import type { Plan } from "../../lib/contract/plan.ts";
import { planDependencies, type Wanted } from "../../lib/dependencies/edit.ts";
import { activate, inFolder } from "../../lib/dependencies/plan-install.ts";
import type { FlaskApp, Project } from "../../lib/survey/index.ts";
import { wireApp } from "../common/wiring.ts";
import { type DescribedIntegration, describeIntegration } from "./describe.ts";
import { addEnvironmentFiles } from "./environment.ts";
import { ownFormatters } from "./formatter.ts";
import { makeHybrid } from "./hybrid.ts";
import { importedPackages, importWarning } from "./imported.ts";
import { addExampleTask, addModules, addTests, rootDir } from "./modules.ts";
import { installCommand, installStep, wantedPackages } from "./packages.ts";
import type { IntegrationAnswers } from "./prompts.ts";
import { guardSchedulers } from "./schedulers.ts";
import { addSettings } from "./settings.ts";
import { findUnsupported, refuseUnsupported } from "./supported.ts";
import { warningsFor } from "./warnings.ts";

/** The pool of processes does not run on Windows: https://docs.celeryq.dev/en/stable/faq.html#does-celery-support-windows */
const POOL = process.platform === "win32" ? " --pool solo" : "";

/** What is integrated, and how. */
export interface Wish {
  generator: string;
  app: FlaskApp;
  answers: IntegrationAnswers & { mode?: "direct" | "hybrid" };
  /** Packages that the application itself needs and that nothing declares yet. */
  own?: readonly Wanted[];
}

/** Everything that puts Celery into one application; what celery-factory and celery-direct share. */
export async function planIntegration(context: Context, { generator, app, answers, own = [] }: Wish): Promise<Plan> {
  const { project, changes } = context;
  const described = describeIntegration(project, app, answers);
  const wanted = [...own, ...wantedPackages(described)];
  const { steps: unsupported, unjudged } = await findUnsupported(project, wanted, described);
  if (!context.force) refuseUnsupported(unsupported);
  const imported = importedPackages(project);
  const dependencies = planDependencies(project.dependencies, [...wanted, ...imported.packages], project.read);
  const declared = [
    ...dependencies.edits.map(({ path }) => path),
    ...project.dependencies.files.flatMap(({ target, path }) => (target ? [path] : [])),
  ];
  const integration = { ...described, installCommand: installCommand(project, wanted, declared) };

  const manual = addSettings(context, app, integration);
  wireApp(context, app, integration.celeryModule);
  if (answers.mode === "hybrid") makeHybrid(context, app);
  const schedulers = guardSchedulers(context);

  addModules(context, integration);
  addExampleTask(context, integration);
  addTests(context, integration);
  const warnings = addEnvironmentFiles(context, integration, answers.broker);
  context.write("CELERY.md", "integration/project/CELERY.md", integration);

  for (const { path, after } of dependencies.edits) changes.edit(path, after);

  const install = answers.install === "yes" ? installStep(project, wanted) : null;
  const isNew = changes.changes.some(({ action }) => action !== "unchanged");
  const there = (command: string, folder = "") => inFolder(path.join(project.root, folder), command);
  return {
    generator,
    target: app.target,
    answers,
    changes,
    manual: [...unsupported, ...manual, ...dependencies.manual],
    install,
    warnings: [
      ...warningsFor(project, app, integration),
      ...schedulers,
      ...importWarning(imported),
      ...unjudged,
      ...warnings,
    ],
    next: isNew
      ? [
          ...activate(project.dependencies, project.root, install),
          ...inOrder(
            project,
            dependencies.next.map((command) => there(command)),
            answers.install === "yes" ? [] : [there(integration.installCommand)],
          ),
          ...fillIn(changes, integration),
          ...formatted(project, changes).map((command) => there(command)),
          there(workerCommand(changes, integration), rootDir(integration)),
        ]
      : [],
  };
}

/** What gives the new files the project's own format. */
function formatted(project: Project, changes: ChangeSet): string[] {
  const created = changes.changes.filter(({ action, path: name }) => action === "create" && name.endsWith(".py"));
  if (created.length === 0) return [];
  return ownFormatters(project).map((command) => `${command} ${created.map((change) => change.path).join(" ")}`);
}

/** Values that only the user knows, or that are read from the environment alone. A `.env` that is there is never copied over. */
function fillIn(changes: ChangeSet, { config, settings, dotenv }: DescribedIntegration): string[] {
  const example = envText(changes, ".env.example");
  const open = namesIn(example, /^(CELERY_\w+)=\w+_your_connection_string_here$/gm);
  if (!dotenv) {
    const names = open.join(" and ");
    return open.length > 0
      ? [
          `set ${names} where the web and the worker start: nothing here reads a .env (with python-dotenv declared, this command makes it so)`,
        ]
      : [];
  }
  const local = settings.filter(({ value }) => typeof value === "string").map(({ key }) => key);
  const wanted = config === "environment" ? namesIn(example, /^(CELERY_\w+)=/gm) : [...new Set([...open, ...local])];
  if (!changes.current(".env")) {
    if (open.length > 0) return [`copy .env.example to .env and fill in ${open.join(" and ")}`];
    return wanted.length > 0 ? ["copy .env.example to .env"] : [];
  }
  const there = namesIn(envText(changes, ".env"), /^(?:export )?(CELERY_\w+)=/gm);
  const missing = wanted.filter((name) => !there.includes(name));
  return missing.length > 0 ? [`add ${missing.join(" and ")} to .env`] : [];
}

/** Where nothing names the servers, only debug mode takes this machine's. */
function workerCommand(changes: ChangeSet, { local, dotenv, entryModule }: DescribedIntegration): string {
  const command = `celery -A ${entryModule} worker --loglevel INFO${POOL}`;
  const isNamed =
    dotenv || !local || namesIn(envText(changes, ".env"), /^(?:export )?(CELERY_BROKER_URL)=/gm).length > 0;
  if (isNamed) return command;
  return process.platform === "win32" ? `set FLASK_DEBUG=1 & ${command}` : `FLASK_DEBUG=1 ${command}`;
}

function envText(changes: ChangeSet, name: string): string {
  return Buffer.from(changes.current(name) ?? []).toString("utf8");
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}

/** pip-compile writes what pip installs; a lock-file manager updates the lock first, from which it exports the rest. */
function inOrder({ dependencies }: Project, stale: readonly string[], install: readonly string[]): string[] {
  return dependencies.manager === "pip" ? [...stale, ...install] : [...install, ...stale];
}
