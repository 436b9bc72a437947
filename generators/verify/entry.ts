/** What a worker would load: the module after `celery -A`. */
import type { FlaskApp, Project } from "../../lib/survey/index.ts";
import type { WorkerCommand } from "./static/facts.ts";

export interface Entry {
  /** As in `celery -A make_celery`, "" where there is none: then the factory is called. */
  name: string;
  /** The module of it: `celery -A shop.celery_app` may name a variable in the module `shop`. */
  module: string;
  /** File of that module, relative to the root; "" where there is none. */
  path: string;
  /** Folders that modules are imported from, relative to the root, the entry's first. */
  importRoots: string[];
}

/** Names that projects give to the worker's entry, ours first. */
const usual = ["make_celery", "celery_worker", "celery_app", "worker", "celeryapp", "celery_entry", "run_celery"];

/**
 * The entry that reading has found, else one that a document names, else a usual name, else a module that makes Celery.
 *
 * @param app the application that `target` names, if any
 */
export function findWorkerEntry(project: Project, app: FlaskApp | null, commands: readonly WorkerCommand[]): Entry {
  const importRoots = [
    ...new Set([...(app ? [app.importRoot] : []), "", ...project.apps.map((one) => one.importRoot)]),
  ];
  if (project.paths.some((name) => name.startsWith("src/") && name.endsWith(".py"))) importRoots.push("src");
  const roots = [...new Set(importRoots)];
  const making = modulesWithCelery(project);
  const named = [project.celery?.entry ?? "", ...commands.map((command) => command.app), ...usual];
  // A document may be wrong: a module that makes Celery is believed before one that does not.
  const makesCelery = (name: string) => making.some((module) => name === module || name.startsWith(`${module}:`));
  const candidates = [...named.filter(makesCelery), ...named, ...making];
  for (const name of candidates) {
    const found = name === "" ? null : locateModule(project, roots, name);
    if (found && (!usual.includes(name) || namesCelery(project, found.path))) {
      const { module, path, root } = found;
      return { name, module, path, importRoots: [root, ...roots.filter((other) => other !== root)] };
    }
  }
  return { name: "", module: "", path: "", importRoots: roots };
}

/** What to do where a document starts the worker in another way. */
export function tellWorkerCommand({ name, importRoots: [folder] }: Entry): string {
  if (name === "") return "Run celery-factory: it makes make_celery.py, and CELERY.md says how to start it.";
  return `Write: celery ${folder ? `--workdir ${folder} ` : ""}-A ${name} worker`;
}

/** File of `package.module`, `package.module:name` or `package.module.name`; null when there is none. */
export function locateModule(
  project: Project,
  roots: readonly string[],
  name: string,
): { module: string; path: string; root: string } | null {
  const [module = ""] = name.split(":");
  const paths = new Set(project.paths);
  const parts = module.split(".");
  for (const length of name.includes(":") ? [parts.length] : [parts.length, parts.length - 1]) {
    const inner = parts.slice(0, length).join("/");
    for (const root of inner === "" ? [] : roots) {
      const base = root === "" ? inner : `${root}/${inner}`;
      const path = [`${base}.py`, `${base}/__init__.py`].find((file) => paths.has(file));
      // The last part may be a name inside the module, as in `celery -A shop.celery_app`.
      const named =
        length === parts.length || (path && new RegExp(`\\b${parts.at(-1)}\\b`).test(project.parse(path)?.text ?? ""));
      if (path && named) return { module: parts.slice(0, length).join("."), path, root };
    }
  }
  return null;
}

function namesCelery(project: Project, path: string): boolean {
  return /celery/i.test(project.sources.get(path)?.text ?? "");
}

/** Modules at whose top level a Celery application is bound to a name. */
function modulesWithCelery(project: Project): string[] {
  return [...project.sources.values()]
    .filter(({ path }) => !/(^|\/)(?:tests?|examples?|docs)\//.test(path) && !/(^|\/)(?:test_|conftest)/.test(path))
    .filter(({ text }) =>
      /^\w+\s*(?::\s*\w+\s*)?=\s*(?:\w+\.extensions\[["']celery["']\]|(?:celery\.)?Celery\(|\w*celery\w*\()/im.test(
        text,
      ),
    )
    .map(({ path }) =>
      path
        .replace(/^src\//, "")
        .replace(/(?:\/__init__)?\.py$/, "")
        .replaceAll("/", "."),
    );
}
