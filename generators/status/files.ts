import type { Context } from "../../lib/contract/context.ts";
import type { Login } from "../common/login.ts";

/** What the templates of `status-endpoint` are rendered with. */
export interface StatusFacts {
  /** Name of the generated package, of its blueprint and of its place in `app.extensions`: "task_status". */
  name: string;
  /** Dotted package that it goes into; "" for a flat project. */
  package: string;
  /** Folder of that package with a trailing slash, "" at the root. */
  packageDir: string;
  /** Folder on sys.path, relative to the root. */
  importRoot: string;
  /** Folder for the pytest file with a trailing slash; null where the project does not use pytest. */
  testsDir: string | null;
  /** Starts with a slash and does not end with one. */
  urlPrefix: string;
  cancel: boolean;
  stream: boolean;
  page: boolean;
  login: Login;
  /** How the running application reaches its Celery; module and name only matter for `module`. */
  celery: { access: "extensions" | "default" | "module"; module: string; name: string };
}

/** Every file that a status endpoint consists of. */
export function addStatusFiles(context: Context, facts: StatusFacts): void {
  const module = facts.package ? `${facts.package}.${facts.name}` : facts.name;
  const testsDepth = (facts.testsDir ?? "").split("/").length - 1;
  const data = { ...facts, module, readerModule: `${module}.reader`, testsDepth };
  const folder = `${facts.packageDir}${facts.name}/`;
  const add = (path: string, template: string) => context.write(path, `status/${template}`, data);
  for (const name of ["__init__.py", "handles.py", "progress.py", "reader.py"]) add(`${folder}${name}`, name);
  if (facts.page) {
    add(`${folder}templates/task_status.html`, "task_status.html");
    for (const name of ["task_status.css", "task_status.js"]) add(`${folder}static/${name}`, name);
  }
  if (facts.testsDir !== null) add(`${facts.testsDir}test_${facts.name}.py`, "test_task_status.py");
}
