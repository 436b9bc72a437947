/** The command that installs what a project needs, for errors. */
import path from "node:path";
import { findVirtualEnvironment } from "../../lib/dependencies/environment.ts";
import { formatCommand, inFolder } from "../../lib/dependencies/plan-install.ts";
import type { Project } from "../../lib/survey/index.ts";

/** The command that installs what the project declares and Celery, as a person types it from here. */
export function tellInstall({ root, dependencies }: Project): string {
  const { manager, files } = dependencies;
  if (manager === "uv") return inFolder(root, "uv sync");
  if (manager !== "pip") return inFolder(root, `${manager} install`);
  const requirements = files.find((file) => file.kind === "requirements")?.path;
  const isPackage = files.some((file) => file.kind === "pyproject-pep621");
  const declared = requirements ? ["-r", requirements] : isPackage ? ["-e", "."] : ["flask"];
  const celery = files.some((file) => file.declares.includes("celery")) ? [] : ["celery[redis]"];
  const found = findVirtualEnvironment(root)?.python;
  const python = found ? path.relative(root, found) : ".venv/bin/python";
  const install = formatCommand([python, "-m", "pip", "install", ...declared, ...celery]);
  return inFolder(root, found ? install : `python3 -m venv .venv && ${install}`);
}
