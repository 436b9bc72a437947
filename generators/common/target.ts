import path from "node:path";
import { certain, definePrompt } from "../../lib/contract/prompt.ts";
import { UserError } from "../../lib/errors/index.ts";
import { pythonBehindLinks } from "../../lib/files/list.ts";
import { firstSyntaxError, type SourceFile } from "../../lib/python/index.ts";
import { type FlaskApp, importsOf, type Project, type Refusal } from "../../lib/survey/index.ts";

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
function checkPlace(project: Project, { file, at, name }: FlaskApp): void {
  const { root, paths } = project;
  const isPackage = paths.includes("__init__.py") && path.posix.dirname(file.path) === ".";
  const isRelative = isPackage && (file.path === "__init__.py" || /^[ \t]*from \./m.test(file.text));
  const absolute = importThroughRoot(project);
  if (!isRelative && !absolute) return;
  const above = absolute ? path.resolve(root, ...absolute.folders.map(() => "..")) : path.dirname(root);
  throw new UserError({
    code: "dest-in-package",
    what: `${root} is a package, not the project's folder; nothing was changed.`,
    why: absolute
      ? `${absolute.path}:${absolute.line} imports ${absolute.module}, which is a module of this folder`
      : `${at.path}:${at.line} ("${name}") is imported through it, as ${path.basename(root)}`,
    fix: `give the folder above it: --dest ${path.relative(process.cwd(), above) || "."}`,
  });
}

/** An import that names a module of this folder through the folder itself: `from shop.views import page` in `shop/`. */
function importThroughRoot({ root, paths, sources }: Project) {
  const parts = root.split(path.sep);
  const has = (module: readonly string[]) => {
    const base = module.join("/");
    return paths.includes(`${base}.py`) || paths.some((each) => each.startsWith(`${base}/`) && each.endsWith(".py"));
  };
  for (const source of sources.values()) {
    for (const { level, module, name, node } of importsOf(source)) {
      const dotted = level === 0 ? [...module.split("."), ...(name ? [name] : [])] : [];
      if (dotted.length === 0 || has(dotted.slice(0, 1))) continue;
      const depth = dotted.findIndex(
        (_, index) =>
          index < dotted.length - 1 &&
          dotted.slice(0, index + 1).join("/") === parts.slice(-1 - index).join("/") &&
          has(dotted.slice(index + 1, index + 2)),
      );
      if (depth < 0) continue;
      const folders = dotted.slice(0, depth + 1);
      return {
        path: source.path,
        line: node.startPosition.row + 1,
        module: [...folders, dotted[depth + 1]].join("."),
        folders,
      };
    }
  }
  return null;
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
 * The application that further generators work on: the one that is named, else the only one, else the one that the Celery
 * which is there belongs to.
 *
 * @throws UserError when there is none, or several could be meant
 */
export function appForTasks(project: Project, target = ""): FlaskApp {
  const found = target ? project.findApp(target) : (appOfCelery(project) ?? project.refusals[0] ?? null);
  if (found && "inits" in found) {
    checkPlace(project, found);
    return found;
  }
  if (target && !found) throw unknownTarget(project, target);
  if (project.apps.length > 0 && !found) {
    throw new UserError({
      code: "target-ambiguous",
      what: "Several applications could be meant; nothing was changed.",
      why: "no Celery of one of them tells which",
      fix: "name one of them:",
      details: project.apps.map((app) => `  --target ${app.target}`),
    });
  }
  // Lines that bring in a Celery of ours are no advice where there is another one.
  throw found ? refused(project.celery ? { ...found, manual: [] } : found) : noFlask(project);
}

/** The only application, or the one whose files set up the Celery that is there; null where that does not tell. */
function appOfCelery({ apps, celery }: Project): FlaskApp | null {
  const [first, ...others] = apps;
  if (!first || others.length === 0) return first ?? null;
  if (!celery) return null;
  const isSetUpIn = ({ file }: FlaskApp) =>
    file.path === celery.at.path || (celery.initializer !== null && file.text.includes(`${celery.initializer.name}(`));
  const isNear = ({ packageDir }: FlaskApp) => packageDir !== "" && celery.at.path.startsWith(`${packageDir}/`);
  for (const test of [isSetUpIn, isNear]) {
    const fitting = apps.filter(test);
    if (fitting.length === 1) return fitting[0]!;
  }
  return null;
}

/** `target` of the generators that had no such prompt: last of all, since the order of prompts is a contract. */
export const targetPrompt = definePrompt({
  name: "target",
  message: "Which application?",
  check: checkTarget,
  // Several, and no Celery that tells: plan() lists them under the code that scripts know.
  detect: (project) => certain(appOfCelery(project)?.target ?? ""),
});

/**
 * A `target` answer names a file below the project and a name in it.
 *
 * @throws UserError `target-invalid`
 */
export function checkTarget(value: string): void {
  if (/^[^:]+\.py:[A-Za-z_][\w.]*(\(.*\))?$/.test(value) && !/^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|:)/.test(value))
    return;
  throw new UserError({
    code: "target-invalid",
    what: `target: "${value}" does not name an application.`,
    why: "it must be a Python file below --dest and a name in it",
    fix: 'give path/to/file.py:create_app, or with a call: path/to/file.py:create_app("production")',
  });
}
