import { type CeleryUse, type FlaskApp, findOwnStatus, type Project } from "../../lib/survey/index.ts";
import { findLogin } from "../common/login.ts";
import { testsFolder } from "../common/tests-folder.ts";
import type { StatusFacts } from "./files.ts";
import type { StatusAnswers } from "./prompts.ts";

const NAMES = ["task_status", "celery_task_status", "flask_task_status", "plop_task_status"];

/** Turns the answers and the application into what the templates are rendered with. */
export function describeStatus(
  project: Project,
  app: FlaskApp,
  celery: CeleryUse,
  answers: StatusAnswers,
): StatusFacts {
  const packageDir = app.packageDir ? `${app.packageDir}/` : "";
  return {
    name: freeName(project, packageDir),
    package: app.package,
    packageDir,
    importRoot: app.importRoot,
    testsDir: testsFolder(project),
    urlPrefix: answers.urlPrefix,
    cancel: answers.cancel === "yes",
    stream: answers.stream === "yes",
    page: answers.page === "yes",
    login: findLogin(project),
    celery: {
      access: celery.access ?? "extensions",
      module: celery.object?.module ?? "",
      name: celery.object?.name ?? "",
    },
  };
}

/** No module, folder or blueprint of the project has it; an earlier run's name stays. */
function freeName(project: Project, folder: string): string {
  const own = findOwnStatus(project);
  if (own?.path === `${folder}${own?.name}/__init__.py`) return own.name;
  const isTaken = (name: string) =>
    project.blueprints.some((blueprint) => blueprint.name === name) ||
    project.paths.some((path) => path === `${folder}${name}.py` || path.startsWith(`${folder}${name}/`));
  return NAMES.find((name) => !isTaken(name)) ?? NAMES.at(-1)!;
}

/** What the owner has to do or to know, one line each. */
export function nextSteps(facts: StatusFacts): string[] {
  const module = facts.package ? `${facts.package}.${facts.name}` : facts.name;
  const file = `${facts.packageDir}${facts.name}/__init__.py`;
  return [
    facts.login === "none"
      ? `edit authorize() in ${file}: no login extension was found, so it lets nobody in yet`
      : `look at authorize() in ${file}: a task is for the user who sent it (${facts.login})`,
    `where a task is sent: return task_url(result)${facts.page ? " or task_page_url(result)" : ""} from ${module}`,
    `in the task: @shared_task(ignore_result=False), and report_progress(current, total) from ${module}`,
    ...(facts.stream ? ["serve with threads, e.g. gunicorn --threads 50: each open stream holds one"] : []),
  ];
}

/** Handles are signed, so there must be a key. */
export function secretKeyWarning(project: Project): string[] {
  const found = [...project.sources.values()].some(({ text }) => /secret_key/i.test(text));
  if (found || project.paths.some((path) => /(^|\/)\.env/.test(path) && /SECRET_KEY/.test(textOf(project, path))))
    return [];
  return ["No SECRET_KEY was found. Task handles are signed with it: set one, the same in every web process."];
}

function textOf(project: Project, path: string): string {
  return Buffer.from(project.read(path) ?? []).toString("utf8");
}
