/** Finds the interpreter that the project runs with. Never the system's, unless the user names it. */
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../lib/errors/index.ts";

export interface Interpreter {
  /** Absolute path of the program. */
  python: string;
  /** Where it was found, as a person would say it: `.venv`, `$VIRTUAL_ENV`, `Poetry`. */
  from: string;
}

/**
 * Looks in `.venv`, `venv` and `env` of the project and of the folders above it up to the top of the repository, then at
 * `$VIRTUAL_ENV`, `$UV_PROJECT_ENVIRONMENT`, Poetry, Pipenv and an active conda environment. `$CELERY_VERIFY_PYTHON`
 * names one outright, for containers that have no environment.
 *
 * @param root absolute path of the project
 * @param tellInstall what makes an environment, for the error
 * @throws UserError `python-not-found`
 */
export async function findInterpreter(
  root: string,
  tellInstall: () => string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Interpreter> {
  const named = env.CELERY_VERIFY_PYTHON;
  if (named) return { python: named, from: "$CELERY_VERIFY_PYTHON" };
  for (const folder of foldersUpToTop(root)) {
    for (const name of [".venv", "venv", "env"]) {
      const python = pythonIn(path.join(folder, name));
      if (python) return { python, from: name };
    }
  }
  for (const name of ["VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT"]) {
    const value = env[name];
    const python = value ? pythonIn(path.resolve(root, value)) : null;
    if (python) return { python, from: `$${name}` };
  }
  const managed =
    (await askManager(usesPoetry(root), root, ["poetry", "env", "info", "--executable"], "Poetry")) ??
    (await askManager(existsSync(path.join(root, "Pipfile")), root, ["pipenv", "--py"], "Pipenv"));
  if (managed) return managed;
  const conda = env.CONDA_PREFIX ? pythonIn(env.CONDA_PREFIX) : null;
  if (conda) return { python: conda, from: "$CONDA_PREFIX" };
  throw new UserError({
    code: "python-not-found",
    what: "No Python environment of this project was found.",
    why: "There is no .venv, venv or env folder, $VIRTUAL_ENV is not set, and neither Poetry, uv nor Pipenv knows one; the system's Python is not used unasked.",
    fix: `Make one (${tellInstall()}), or name an interpreter: CELERY_VERIFY_PYTHON=/path/to/python.`,
  });
}

/** The project's folder and those above it, up to the top of its repository; only itself outside of one. */
function foldersUpToTop(root: string): string[] {
  const folders: string[] = [];
  for (let at = root; ; at = path.dirname(at)) {
    folders.push(at);
    if (existsSync(path.join(at, ".git"))) return folders;
    if (at === path.dirname(at)) return [root];
  }
}

function pythonIn(folder: string): string | null {
  const programs = process.platform === "win32" ? ["Scripts/python.exe", "python.exe"] : ["bin/python", "bin/python3"];
  // A folder called `env` may hold anything; an environment has this file, or is conda's.
  if (!existsSync(path.join(folder, "pyvenv.cfg")) && !existsSync(path.join(folder, "conda-meta"))) return null;
  const found = programs.map((program) => path.join(folder, program)).find((file) => existsSync(file));
  return found && statSync(found).isFile() ? found : null;
}

/** Applications often keep the lock file out of version control. */
function usesPoetry(root: string): boolean {
  if (existsSync(path.join(root, "poetry.lock"))) return true;
  const file = path.join(root, "pyproject.toml");
  return (
    statSync(file, { throwIfNoEntry: false })?.isFile() === true &&
    /^\[tool\.poetry\b/m.test(readFileSync(file, "utf8"))
  );
}

async function askManager(
  isUsed: boolean,
  root: string,
  command: readonly [string, ...string[]],
  from: string,
): Promise<Interpreter | null> {
  if (!isUsed) return null;
  const { execa } = await import("execa");
  const [program, ...args] = command;
  const { stdout, exitCode } = await execa(program, args, { cwd: root, reject: false, timeout: 15_000 });
  const python = String(stdout ?? "")
    .trim()
    .split("\n")
    .at(-1);
  return exitCode === 0 && python && existsSync(python) ? { python, from } : null;
}
