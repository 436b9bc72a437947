import type { Project } from "../survey/project.ts";

/** The command that installs what the project declares, as a person types it. */
export function tellInstall(project: Project): string {
  const { manager, files } = project.dependencies;
  if (manager === "uv") return "uv sync";
  if (manager !== "pip") return `${manager} install`;
  const requirements = files.find((file) => file.kind === "requirements")?.path;
  const what = requirements ? `-r ${requirements}` : 'flask "celery[redis]"';
  return `python3 -m venv .venv && .venv/bin/pip install ${what}`;
}
