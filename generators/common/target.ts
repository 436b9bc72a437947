import path from "node:path";
import { UserError } from "../../lib/errors/index.ts";
import { pythonBehindLinks } from "../../lib/files/list.ts";
import { firstSyntaxError, type SourceFile } from "../../lib/python/index.ts";
import type { FlaskApp, Project, Refusal } from "../../lib/survey/index.ts";

/** The generator for each kind of application. */
export const GENERATOR = { factory: "celery-factory", module: "celery-direct" } as const;

/**
 * The application that the answers name, if it is one that this generator serves.
 *
 * @returns null when the folder holds no Python at all: then a new application is made
 * @throws UserError when the application is of the other kind, can't be edited for certain, or is not there
 */
export function chooseApp(project: Project, target: string, kind: FlaskApp["kind"], mode = ""): FlaskApp | null {
  const found = target ? project.findApp(target) : (project.apps[0] ?? project.refusals[0] ?? null);
  if (!found) {
    if (target) throw unknownTarget(project, target);
    // Reading it says that it leads out.
    for (const path of pythonBehindLinks(project.root)) project.read(path);
    if (project.paths.some((path) => path.endsWith(".py"))) throw oldLineEnds(project) ?? noFlask(project);
    return null;
  }
  if (!("inits" in found)) throw refused(found);
  // A function that configures and returns a module-level app can be used either way.
  const isBoth = mode === "hybrid" && found.hybrid;
  if (found.kind !== kind && !isBoth) throw otherKind(found, kind);
  checkPlace(project, found);
  checkNames(project, found);
  checkSyntax(found.file);
  return found;
}

/**
 * A file that Python would not accept is no file to edit.
 *
 * @throws UserError `source-syntax`
 */
export function checkSyntax(source: SourceFile): void {
  const error = source.text.includes("\0") ? { line: 1, kind: "nul" as const } : firstSyntaxError(source.tree.rootNode);
  if (!error) return;
  const why = { nul: "it holds a NUL byte", python2: "it is Python 2", syntax: "Python 3 would not accept it" }[
    error.kind
  ];
  throw new UserError({
    code: "source-syntax",
    what: `${source.path} was left as it is.`,
    why: `${source.path}:${error.line}: ${why}`,
    fix: "mend that line (python -m py_compile shows it too) and run the command again",
  });
}

/** What to tell about an application that is left alone: why, and what to paste where. */
export function refused(refusal: Refusal): UserError {
  return new UserError({
    code: refusal.code,
    what: `${refusal.target} was left as it is.`,
    why: refusal.why,
    fix: refusal.fix,
    details: refusal.manual.flatMap(({ path, line, snippet, why }) => [
      `${path}:${line}  ${why}:`,
      ...indented(snippet),
    ]),
  });
}

function indented(snippet: string): string[] {
  return snippet.split("\n").map((line) => `    ${line}`);
}

function otherKind(app: FlaskApp, asked: FlaskApp["kind"]): UserError {
  const what = app.kind === "factory" ? "an application factory" : "a module-level application";
  return new UserError({
    code: "wrong-generator",
    what: `${GENERATOR[asked]} does not fit this project.`,
    why: `${app.at.path}:${app.at.line} ("${app.name}") is ${what}`,
    fix: `run ${GENERATOR[app.kind]} instead`,
  });
}

function unknownTarget(project: Project, target: string): UserError {
  return new UserError({
    code: "target-unknown",
    what: `target: ${target} was not found.`,
    why: "no function or variable of that name in that file is a Flask application",
    fix: project.apps.length
      ? "give one of these:"
      : "give the file and name of your application factory or app variable",
    details: project.apps.map((app) => `  --target ${app.target}`),
  });
}

function noFlask({ paths }: Project): UserError {
  const hasPython = paths.some((path) => path.endsWith(".py"));
  return new UserError({
    code: "no-flask-app",
    what: "No Flask application was found.",
    why: hasPython
      ? "the folder has Python files, but none of them makes a Flask application that a module or a function hands out"
      : "the folder has no Python files",
    fix: hasPython
      ? "run it in your application's folder (--dest), name the application (--target path.py:name), or start from an empty folder"
      : "run it in your application's folder (--dest), or make an application here with celery-factory first",
  });
}

/** Python reads them, the parser takes the whole file for one line. */
function oldLineEnds(project: Project): UserError | null {
  const source = [...project.sources.values()].find(({ eol }) => eol === "\r");
  if (!source) return null;
  return new UserError({
    code: "source-line-ends",
    what: `${source.path} was left as it is.`,
    why: "its lines end with a carriage return alone, as on a Mac of the last century, and can't be told apart for certain",
    fix: "save it with the line ends of today (LF or CRLF) and run the command again",
  });
}

/** In the folder of a package, modules are imported through the package: every import that we write would be wrong. */
function checkPlace({ root, paths }: Project, { file, at, name }: FlaskApp): void {
  const isPackage = paths.includes("__init__.py") && path.posix.dirname(file.path) === ".";
  if (!isPackage || (file.path !== "__init__.py" && !/^[ \t]*from \./m.test(file.text))) return;
  throw new UserError({
    code: "dest-in-package",
    what: `${root} is a package, not the project's folder; nothing was changed.`,
    why: `${at.path}:${at.line} ("${name}") is imported through it, as ${path.basename(root)}`,
    fix: `give the folder above it: --dest ${path.relative(process.cwd(), path.dirname(root)) || "."}`,
  });
}

/** A module called celery.py (or flask.py) on the import path hides the library from everything in the project. */
function checkNames(project: Project, app: FlaskApp): void {
  for (const name of ["celery", "flask"]) {
    const base = app.importRoot ? `${app.importRoot}/${name}` : name;
    const path = [`${base}.py`, `${base}/__init__.py`].find((candidate) => project.paths.includes(candidate));
    if (!path) continue;
    throw new UserError({
      code: "module-hides-library",
      what: `${path} hides the library "${name}".`,
      why: `it stands on the import path, so "import ${name}" finds it first`,
      fix: `rename ${path} (and the imports of it) and run the command again`,
    });
  }
}

/**
 * The application for a generator that has no `target` prompt: the only one there is.
 *
 * @throws UserError when there is none, or several
 */
export function appForTasks(project: Project): FlaskApp {
  const [app, ...others] = project.apps;
  if (app && others.length === 0) {
    checkPlace(project, app);
    return app;
  }
  if (app) {
    throw new UserError({
      code: "target-ambiguous",
      what: "Several applications could be meant; nothing was changed.",
      why: "this generator works where the folder holds one application",
      fix: "run it in the folder of one of them (--dest)",
      details: project.apps.map(({ target }) => `  ${target}`),
    });
  }
  throw project.refusals[0] ? refused(project.refusals[0]) : noFlask(project);
}
