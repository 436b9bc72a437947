import type { Wanted } from "../../lib/dependencies/edit.ts";
import type { BrokerKind, FlaskApp, Project } from "../../lib/survey/index.ts";
import type { Integration } from "./facts.ts";
import { storeOf } from "./result-stores.ts";

/**
 * What the user should know although nothing stands in the way.
 *
 * @param wanted - the packages that the project gets
 */
export function warningsFor(
  project: Project,
  app: FlaskApp,
  wanted: readonly Wanted[],
  { testFile, broker }: Pick<Integration, "testFile" | "broker">,
): string[] {
  const warnings: string[] = [];
  for (const note of app.notes) {
    const where = `${note.at.path}:${note.at.line}`;
    if (note.kind === "async-view") {
      warnings.push(
        `${where}: ${note.text}. Tasks themselves must be plain functions: a worker does not await a coroutine.`,
      );
      continue;
    }
    const test = testFile ? `, and so does ${testFile}` : "";
    warnings.push(`${where}: ${note.text}. Every worker start runs this, since the worker calls ${app.name}()${test}.`);
  }
  for (const { name, at } of project.otherQueues)
    warnings.push(`${at.path}:${at.line}: ${name} is in use here and was left alone.`);
  warnings.push(...resultWarnings(project, broker));
  warnings.push(...versionWarnings(project, wanted));
  return warnings;
}

/** The address of results that the project names wins at run time, whatever the settings here are made for. */
function resultWarnings({ results }: Project, broker: BrokerKind): string[] {
  if (!results) return [];
  const where = `${results.at.path}:${results.at.line}: results go to ${results.scheme}:// here`;
  if (!storeOf(results.scheme)) return [`${where}, which nothing here has settings for; that address stays in effect.`];
  if (results.scheme !== "sentinel" || broker === "sentinel") return [];
  return [`${where}: add "master_name" to result_backend_transport_options in celery_settings.py.`];
}

interface Supported {
  name: string;
  from: readonly number[];
  below?: readonly number[];
  /** A single version that is left out. */
  not?: string;
  /** Matters only with this extra of Celery. */
  extra?: string;
  text: string;
}

/** What the generated code supports, and what every Celery that it supports requires of packages that a project may pin. */
const SUPPORTED: readonly Supported[] = [
  { name: "flask", from: [2, 2], below: [4], text: "the generated code supports Flask 2.2 to 3.x" },
  { name: "celery", from: [5, 4], below: [6], text: "the generated code supports Celery 5.4 to 5.x" },
  { name: "click", from: [8, 1, 2], text: "Celery needs click 8.1.2 or newer" },
  { name: "python-dateutil", from: [2, 8, 2], text: "Celery needs python-dateutil 2.8.2 or newer" },
  {
    name: "redis",
    from: [4, 5, 2],
    not: "4.5.5",
    extra: "redis",
    text: "Celery needs redis 4.5.2 or newer, and not 4.5.5",
  },
  {
    name: "sqlalchemy",
    from: [1, 4, 48],
    extra: "sqlalchemy",
    text: "Celery needs SQLAlchemy 1.4.48 or newer",
  },
];

function versionWarnings(project: Project, wanted: readonly Wanted[]): string[] {
  const extras = wanted.flatMap((item) => item.extras ?? []);
  return SUPPORTED.filter(({ extra }) => !extra || extras.includes(extra)).flatMap(({ name, text, ...range }) => {
    const version = project.dependencies.versions.get(name);
    return !version || isWithin(version, range) ? [] : [`${name} ${version} is what this project pins; ${text}.`];
  });
}

function isWithin(version: string, { from, below, not }: Pick<Supported, "from" | "below" | "not">): boolean {
  const parts = version.match(/\d+/g)?.map(Number);
  if (!parts) return true;
  return version !== not && compare(parts, from) >= 0 && (!below || compare(parts, below) < 0);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < b.length; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
