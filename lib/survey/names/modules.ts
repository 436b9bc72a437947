import type { ImportedName } from "../../python/index.ts";

/** Where a Python file stands among the modules of its project. */
export interface ModulePlace {
  path: string;
  /** Folder on sys.path, relative to the root, "" at the root; no trailing slash. */
  importRoot: string;
  /** Dotted name seen from the import root; an `__init__.py` has its package's name. */
  module: string;
  /** Dotted package that the file belongs to (its own name for an `__init__.py`); "" for a top-level module. */
  package: string;
  /** Folder of that package, relative to the root; the import root when there is none. */
  packageDir: string;
}

/**
 * Finds the import root by walking up as long as there is an `__init__.py`, as Python itself would see a script's
 * folder on sys.path. A package folder without `__init__.py` (a namespace package) counts when `isNamespace` says so.
 *
 * @see https://docs.python.org/3/reference/import.html#regular-packages
 */
export function placeModule(
  path: string,
  paths: ReadonlySet<string>,
  isNamespace: (dir: string) => boolean = () => false,
): ModulePlace {
  const parts = path.replace(/\.py$/, "").split("/");
  const stem = parts.pop()!;
  const isPackage = (dir: string) => dir !== "" && (paths.has(`${dir}/__init__.py`) || isNamespace(dir));
  const dir = parts.join("/");
  let top = parts.length;
  while (top > 0 && isPackage(parts.slice(0, top).join("/"))) top--;
  const inside = parts.slice(top);
  const importRoot = parts.slice(0, top).join("/");
  const module = (stem === "__init__" ? inside : [...inside, stem]).join(".") || stem;
  return { path, importRoot, module, package: inside.join("."), packageDir: dir };
}

/**
 * The file that an import takes its name from: the submodule where there is one, else the module itself.
 *
 * @returns a path of the project; null for anything outside it
 */
export function resolveImport(from: ModulePlace, imported: ImportedName, paths: ReadonlySet<string>): string | null {
  const base = imported.level > 0 ? relativeBase(from, imported.level) : from.importRoot;
  if (base === null) return null;
  const target = joinPath(base, imported.module.replaceAll(".", "/"));
  const candidates = imported.name && imported.name !== "*" ? [joinPath(target, imported.name), target] : [target];
  for (const candidate of candidates) {
    const found = candidate === "" ? null : moduleFile(candidate, paths);
    if (found) return found;
  }
  // `from . import name` where name is defined in the package's __init__.py at the very root of the project.
  return target === "" && paths.has("__init__.py") ? "__init__.py" : null;
}

/** The dotted name of a file as seen from an import root. */
export function moduleName(path: string, importRoot: string): string {
  const root = importRoot ? `${importRoot}/` : "";
  return path
    .slice(root.length)
    .replace(/(\/__init__)?\.py$/, "")
    .replaceAll("/", ".");
}

/** The last part of a module's name: of `web/__init__.py`, `web`. */
export function moduleStem(path: string): string {
  return (
    path
      .replace(/(\/__init__)?\.py$/, "")
      .split("/")
      .at(-1) ?? ""
  );
}

/** The file of a dotted module name as seen from an import root. */
export function modulePath(importRoot: string, module: string, paths: ReadonlySet<string>): string | null {
  return moduleFile(joinPath(importRoot, module.replaceAll(".", "/")), paths);
}

/** Python takes the package `shop/` before the module `shop.py` beside it. */
function moduleFile(base: string, paths: ReadonlySet<string>): string | null {
  return [`${base}/__init__.py`, `${base}.py`].find((path) => paths.has(path)) ?? null;
}

function relativeBase(from: ModulePlace, level: number): string | null {
  const parts = from.packageDir === "" ? [] : from.packageDir.split("/");
  if (level - 1 > parts.length) return null;
  return parts.slice(0, parts.length - (level - 1)).join("/");
}

export function joinPath(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("/");
}

/** Tests and what serves them: never an application of their own. */
export function isTestPath(path: string): boolean {
  return (
    /(^|\/)(tests?|testing|regression)\//i.test(path) ||
    /(^|\/)(conftest|test_[^/]*|[^/]*_tests?|tests)\.py$/.test(path)
  );
}

/** Examples and documentation: code that counts only when there is nothing else. */
export function isExample(path: string): boolean {
  return /(^|\/)(examples?|docs?|samples?|demos?|benchmarks?)\//i.test(path);
}

/** An application in an example or in a one-off script counts only when there is no other; what a script holds besides may be in use. */
export function isSideline(path: string): boolean {
  return isExample(path) || /(^|\/)(scripts?|tools|migrations|contrib)\//i.test(path);
}

/**
 * Tells which absolute imports take from the project itself.
 *
 * @param importRoot - folder on sys.path, as the survey has found it for the application
 * @param planned - dotted modules that do not exist yet
 */
export function ownImports(
  importRoot: string,
  paths: ReadonlySet<string>,
  ...planned: string[]
): (imported: ImportedName) => boolean {
  const exists = (module: string) => modulePath(importRoot, module, paths) !== null;
  return ({ module, name }) => planned.includes(module) || exists(module) || exists(`${module}.${name}`);
}
