import { readProjectName } from "../../lib/dependencies/pyproject.ts";
import {
  type EntryCall,
  type FlaskApp,
  findTestsDir,
  isOwnFile,
  ownUrlSettings,
  type Project,
  surveyTestApp,
  WORKER_MARK,
} from "../../lib/survey/index.ts";
import { chosenDatabase } from "../common/database.ts";
import { describeBroker } from "./broker-facts.ts";
import { brokerKind, isBrokerUrl } from "./broker-url.ts";
import { entryImports } from "./entry-imports.ts";
import type { Integration } from "./facts.ts";
import type { IntegrationAnswers } from "./prompts.ts";
import { hasScheduler } from "./schedulers.ts";

/** All of it but the command, which follows from what gets declared. */
export type DescribedIntegration = Omit<Integration, "installCommand">;

/** Turns the answers and the application into what the templates are rendered with. */
export function describeIntegration(
  project: Project,
  app: FlaskApp,
  answers: IntegrationAnswers,
): DescribedIntegration {
  const { importRoot, packageDir } = app;
  const inPackage = (name: string) => (app.package ? `${app.package}.${name}` : name);
  const folder = packageDir ? `${packageDir}/` : "";
  const celeryName = freeName(project, folder, "celery_app", isOwnFile);
  const brokerFacts = describeBroker(brokerKind(answers.broker), answers.results, answers.config);
  const own: ReadonlySet<string> = answers.config === "object" ? ownUrlSettings(project) : new Set();
  return {
    project: projectName(project, app),
    kind: app.kind,
    package: app.package,
    packageDir: folder,
    celeryModule: inPackage(celeryName),
    celeryName,
    tasksModule: inPackage(freeName(project, folder, "tasks", (text) => isCeleryTasks(text, project))),
    entry: workerEntry(app.entry),
    importRoot,
    entryModule: entryModule(project, app),
    ...brokerFacts,
    // An address that the project gives under another name is in effect; a second one would contradict it.
    settings: brokerFacts.settings.filter(({ name }) => !own.has(name)),
    tasks: answers.tasks,
    database: chosenDatabase(project, answers.database, false),
    // A URL that was given stands in .env, which a worker does not read by itself.
    dotenv: usesDotenv(project) || answers.config === "environment" || isBrokerUrl(answers.broker),
    workerMark: hasScheduler(project) ? WORKER_MARK : "",
    heavyStart: app.notes.some(({ kind }) => kind !== "async-view"),
    ...describeTest(project, app),
  };
}

/** What stands behind `celery -A`. */
export function entryModule(project: Project, { importRoot }: Pick<FlaskApp, "importRoot">): string {
  return freeName(project, importRoot ? `${importRoot}/` : "", "make_celery", isOwnFile);
}

const EVERYBODYS = /^(app|application|api|backend|core|main|project|serve|server|service|src|web|website|wsgi)$/;

/** Lower-case words: the package, or what pyproject.toml says where half of all projects call their package the same. */
function projectName(project: Project, app: FlaskApp): string {
  const inWords = (name: string) =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "");
  const name = inWords(app.package.split(".")[0] || app.module.split(".").pop() || "");
  const bytes = !name || EVERYBODYS.test(name) ? project.read("pyproject.toml") : null;
  return (bytes && inWords(readProjectName(bytes))) || name || "app";
}

type TestFacts = Pick<Integration, "testFile" | "testFixture" | "testEntry" | "testsApart">;

/** `test_celery.py` beside the other tests, where there is pytest to run it; with the application that these have. */
function describeTest(project: Project, app: FlaskApp): TestFacts {
  const plain: TestFacts = { testFile: "", testFixture: "", testEntry: workerEntry(app.entry), testsApart: "" };
  if (!project.pytest) return plain;
  const folder = findTestsDir(project);
  const testFile = folder ? `${folder}/test_celery.py` : "test_celery.py";
  const own = surveyTestApp(project, app, testFile);
  if (!own) return { ...plain, testFile };
  if (own.fixture) return { ...plain, testFile, testFixture: own.fixture };
  // On the development database, or the production one, it would be no test.
  if (!own.call) return { ...plain, testsApart: `${own.at.path}:${own.at.line}` };
  const { imports, expression } = own.call;
  const { returnsApp } = app.entry;
  return { ...plain, testFile, testEntry: workerEntry({ imports, call: expression, returnsApp }) };
}

/** Imports in the order that formatters want, then whatever prepares the call. */
function workerEntry(entry: Pick<EntryCall, "imports" | "call" | "returnsApp">): Integration["entry"] {
  const isImport = (line: string) => /^(import|from) /.test(line);
  const preparation = entry.imports.filter((line) => !isImport(line));
  const imports = entryImports(entry.imports.filter(isImport), entry.returnsApp);
  const isName = /^\w+$/.test(entry.call);
  return { ...entry, isName, imports: preparation.length ? [...imports, "", ...preparation] : imports };
}

/** The name itself, or another one where somebody else's file or folder has it. */
function freeName(project: Project, folder: string, name: string, isMine: (text: string) => boolean): string {
  for (const candidate of [name, `celery_${name.replace(/^celery_|_celery$/, "")}`, `flask_celery_${name}`]) {
    const isFolder = project.paths.some((path) => path.startsWith(`${folder}${candidate}/`));
    const bytes = project.read(`${folder}${candidate}.py`);
    if (!isFolder && (!bytes || isMine(Buffer.from(bytes).toString("utf8")))) return candidate;
  }
  return `plop_${name}`;
}

/** Whether the example may be in it, or stand there: what another integration left is its owner's. */
function isCeleryTasks(text: string, { celery }: Project): boolean {
  const isOurs = !celery || celery.kind === "ours" || /^def example_task\b/m.test(text);
  return isOurs && /\bfrom celery\b|\bimport celery\b/.test(text);
}

function usesDotenv(project: Project): boolean {
  return (
    project.dependencies.versions.has("python-dotenv") ||
    project.dependencies.files.some((file) => file.declares.includes("python-dotenv"))
  );
}
