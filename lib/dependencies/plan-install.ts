/** Which command installs what was declared, in the project's own environment. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { findVirtualEnvironment } from "./environment.ts";
import { parseRequirement } from "./requirements.ts";
import type { Dependencies, InstallStep } from "./types.ts";

/**
 * Plans the installation. The dependency file is edited by us, in the user's style; the project's tool then installs what the
 * file says and brings its lock up to date. pip only ever gets a virtual environment's Python: it installs the requirements
 * into the one that is there, or makes `.venv` below `root` and installs all that the project declares.
 *
 * @param requirements e.g. `["celery[redis]>=5.4,<6"]`
 * @returns null when conda manages the environment, or when the tool would write outside of `root`: see explainNoInstall().
 */
export function planInstall(
  deps: Dependencies,
  requirements: readonly string[],
  root: string,
  environment: NodeJS.ProcessEnv = process.env,
): InstallStep | null {
  if (isManagedAbove(deps)) return null;
  const declared = (...kinds: string[]) =>
    deps.files.some((file) => file.target && isWritable(file.path) && kinds.includes(file.kind));
  switch (deps.manager) {
    case "uv":
      // Without --inexact, sync removes what was installed by hand.
      return step(root, declared("pyproject-pep621") ? ["uv", "sync", "--inexact"] : ["uv", "add", ...requirements]);
    case "poetry":
      // `poetry add` skips what pyproject.toml has already; `update` locks and installs just these.
      if (!declared("poetry", "pyproject-pep621")) return step(root, ["poetry", "add", ...requirements]);
      return step(root, ["poetry", "update", ...names(requirements)]);
    case "pdm":
      return step(root, declared("pyproject-pep621") ? ["pdm", "install"] : ["pdm", "add", ...requirements]);
    case "pipenv":
      return step(root, declared("pipfile") ? ["pipenv", "install"] : ["pipenv", "install", ...requirements]);
    default: {
      const found = findVirtualEnvironment(root, environment);
      if (!found) return environment.CONDA_PREFIX ? null : inNewEnvironment(deps, requirements, root);
      // Environments made by uv hold no pip.
      if (!found.packages.has("pip") && isMadeByUv(found.folder)) {
        return step(root, ["uv", "pip", "install", "--python", found.python, ...requirements]);
      }
      return step(root, [found.python, "-m", "pip", "install", ...requirements]);
    }
  }
}

/** Where a project without a virtual environment gets one. */
const NEW_ENVIRONMENT = ".venv";

/** It holds nothing yet, so everything that the project declares goes into it. */
function inNewEnvironment(deps: Dependencies, requirements: readonly string[], root: string): InstallStep {
  const onWindows = process.platform === "win32";
  const python = path.resolve(root, NEW_ENVIRONMENT, onWindows ? "Scripts/python.exe" : "bin/python");
  const install = [python, "-m", "pip", "install", ...declaredBy(deps), ...requirements];
  return { ...step(root, install), environment: [onWindows ? "python" : "python3", "-m", "venv", NEW_ENVIRONMENT] };
}

/** pip's arguments for what the project's own files declare. */
function declaredBy({ files }: Dependencies): string[] {
  const targets = files.filter((file) => file.target && isWritable(file.path));
  // Beside hashes pip takes nothing that has none.
  const lists = targets.filter(({ kind, hashed }) => /^requirements/.test(kind) && !hashed);
  if (lists.length > 0) return lists.flatMap((file) => ["-r", file.path]);
  return targets.some(({ kind }) => ["pyproject-pep621", "setup-cfg", "setup-py"].includes(kind)) ? ["-e", "."] : [];
}

/** Why planInstall() gave nothing, and the commands that a person can type instead. */
export function explainNoInstall(
  deps: Dependencies,
  requirements: readonly string[],
): { reason: string; commands: readonly string[] } {
  if (isManagedAbove(deps)) {
    const folder = path.posix.dirname(deps.files.find(({ target }) => target)?.path ?? "..");
    const add = deps.manager === "pipenv" ? "install" : "add";
    return {
      reason: `${deps.manager} manages this project from ${folder}, outside of the folder that may be written`,
      commands: [`cd ${folder}`, formatCommand([deps.manager, add, ...requirements])],
    };
  }
  return {
    reason: "conda manages the environment that is active, and packages go into it by hand",
    commands: [formatCommand(["python", "-m", "pip", "install", ...requirements])],
  };
}

function isManagedAbove({ manager, files }: Dependencies): boolean {
  const targets = files.filter(({ target }) => target);
  return manager !== "pip" && targets.length > 0 && targets.every((file) => !isWritable(file.path));
}

/** A command as a person types it into a POSIX shell. It is only ever shown: running takes the array. */
export function formatCommand(command: readonly string[]): string {
  return command.map((part) => (/^[\w./:=@%+-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** A command as it is typed from here, for a project that may stand elsewhere. */
export function inFolder(folder: string, command: string): string {
  const way = fromHere(folder);
  return way === "" ? command : `(cd ${formatCommand([way])} && ${command})`;
}

/**
 * What makes `python` and `celery` those of the project's virtual environment, where none is active.
 *
 * @param install - the step that runs before; it may make the environment
 */
export function activate(
  deps: Dependencies,
  root: string,
  install: InstallStep | null = null,
  environment: NodeJS.ProcessEnv = process.env,
): string[] {
  if (deps.manager !== "pip" || environment.VIRTUAL_ENV || environment.CONDA_PREFIX) return [];
  const found = findVirtualEnvironment(root, environment)?.folder;
  const folder = formatCommand([fromHere(found ?? path.join(root, NEW_ENVIRONMENT))]);
  const make = found || install?.environment ? "" : `python3 -m venv ${folder} && `;
  return [`${make}. ${folder}/bin/activate`];
}

function fromHere(folder: string): string {
  const way = path.relative(process.cwd(), folder);
  return way.length < folder.length ? way : folder;
}

function step(root: string, command: readonly string[]): InstallStep {
  return { command, cwd: path.resolve(root) };
}

function names(requirements: readonly string[]): string[] {
  return requirements.map((text) => parseRequirement(text)?.name ?? text);
}

function isWritable(name: string): boolean {
  return !name.startsWith("../");
}

function isMadeByUv(folder: string): boolean {
  const file = path.join(folder, "pyvenv.cfg");
  return existsSync(file) && /^uv\s*=/m.test(readFileSync(file, "utf8"));
}
