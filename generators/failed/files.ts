import type { Context } from "../../lib/contract/context.ts";
import type { FlaskApp, Project } from "../../lib/survey/index.ts";
import { findLogin, type Login } from "../common/login.ts";
import { testsFolder } from "../common/tests-folder.ts";
import type { FailedAnswers } from "./prompts.ts";

/** What the templates of failed-tasks are rendered with. */
export interface FailedFacts {
  /** Dotted module of the generated package. */
  module: string;
  /** Folder of the package that it goes into, with a trailing slash; "" at the root. */
  packageDir: string;
  /** Folder on sys.path, relative to the root. */
  importRoot: string;
  /** Folder for the pytest file with a trailing slash; null where the project does not use pytest. */
  testsDir: string | null;
  /** Starts with a slash and does not end with one. */
  urlPrefix: string;
  store: FailedAnswers["store"];
  page: boolean;
  login: Login;
}

/** Turns the answers and the application into what the templates are rendered with. */
export function describeFailed(project: Project, app: FlaskApp, answers: FailedAnswers): FailedFacts {
  return {
    module: app.package ? `${app.package}.failed_tasks` : "failed_tasks",
    packageDir: app.packageDir ? `${app.packageDir}/` : "",
    importRoot: app.importRoot,
    testsDir: testsFolder(project),
    urlPrefix: answers.urlPrefix,
    store: answers.store,
    page: answers.page === "yes",
    login: findLogin(project),
  };
}

/** Every file that it consists of. */
export function addFailedFiles(context: Context, facts: FailedFacts): void {
  const testsDepth = (facts.testsDir ?? "").split("/").length - 1;
  const data = { ...facts, storeModule: `${facts.module}.store`, testsDepth };
  const folder = `${facts.packageDir}failed_tasks/`;
  const add = (path: string, template: string) => context.write(path, `failed-tasks/${template}`, data);
  for (const name of ["__init__.py", "capture.py", "commands.py", "operations.py"]) add(`${folder}${name}`, name);
  add(`${folder}store.py`, `store_${facts.store}.py`);
  if (facts.page) {
    add(`${folder}templates/failed_tasks.html`, "failed_tasks.html");
    for (const name of ["failed_tasks.css", "failed_tasks.js"]) add(`${folder}static/${name}`, name);
  }
  if (facts.testsDir !== null) add(`${facts.testsDir}test_failed_tasks.py`, "test_failed_tasks.py");
}

/** What the owner has to do, one line each. */
export function nextSteps({ dependencies }: Project, { store, packageDir, login }: FailedFacts): string[] {
  const migrates = dependencies.versions.has("flask-migrate");
  const table = migrates
    ? "flask db migrate && flask db upgrade: the table failed_tasks is new"
    : "make the table failed_tasks: db.create_all()";
  return [
    ...(store === "database" ? [table] : []),
    "flask failed-tasks key: set FAILED_TASKS_KEY to what it prints, for the web and the worker, and keep it safe",
    login === "none"
      ? `edit current_operator() in ${packageDir}failed_tasks/__init__.py: no login extension was found, so the routes let nobody in yet`
      : "set FAILED_TASKS_OPERATORS in Flask's configuration to the ids of the users who may; nobody may yet",
    "restart the workers: they keep what fails from then on",
  ];
}
