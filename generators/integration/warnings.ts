import type { FlaskApp, Project } from "../survey/project.ts";

/** What the user should know although nothing stands in the way. */
export function warningsFor(project: Project, app: FlaskApp): string[] {
  const warnings: string[] = [];
  for (const note of app.notes) {
    const where = `${note.at.path}:${note.at.line}`;
    if (note.kind === "async-view") {
      warnings.push(
        `${where}: ${note.text}. Tasks themselves must be plain functions: a worker does not await a coroutine.`,
      );
    } else warnings.push(`${where}: ${note.text}. Every worker start runs this, since the worker calls ${app.name}().`);
  }
  for (const { name, at } of project.otherQueues)
    warnings.push(`${at.path}:${at.line}: ${name} is in use here and was left alone.`);
  warnings.push(...versionWarnings(project));
  return warnings;
}

const SUPPORTED: readonly { name: string; from: number[]; below: number[]; text: string }[] = [
  { name: "flask", from: [2, 2], below: [4], text: "Flask 2.2 to 3.x" },
  { name: "celery", from: [5, 4], below: [6], text: "Celery 5.4 to 5.x" },
];

function versionWarnings(project: Project): string[] {
  return SUPPORTED.flatMap(({ name, from, below, text }) => {
    const version = project.dependencies.versions.get(name);
    const parts = version?.match(/\d+/g)?.map(Number);
    if (!version || !parts || (compare(parts, from) >= 0 && compare(parts, below) < 0)) return [];
    return [`${name} ${version} is what this project pins; the generated code supports ${text}.`];
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < b.length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
