/** The versions that the generated code and Celery work with, against those that the project allows. */
import type { ManualStep } from "../../lib/changes/types.ts";
import type { Wanted } from "../../lib/dependencies/edit.ts";
import { UserError } from "../../lib/errors/index.ts";
import type { Project } from "../../lib/survey/index.ts";
import type { Integration } from "./facts.ts";

interface Supported {
  name: string;
  range: string;
  /** Who needs it. */
  by: string;
  /** Adding Celery does not move it, so what a lock or the environment holds counts, too. */
  stays?: true;
}

const CELERY = "every Celery 5.4 and newer";

function supportedBy(wanted: readonly Wanted[], { database }: Pick<Integration, "database">): Supported[] {
  const extras = wanted.flatMap((item) => item.extras ?? []);
  const tables = extras.includes("sqlalchemy");
  return [
    { name: "flask", range: ">=2.2,<4", by: "the generated code", stays: true },
    { name: "celery", range: ">=5.4,<6", by: "the generated code" },
    { name: "click", range: ">=8.1.2", by: CELERY },
    { name: "python-dateutil", range: ">=2.8.2", by: CELERY },
    ...(extras.includes("redis") ? [{ name: "redis", range: ">=4.5.2,!=4.5.5", by: CELERY }] : []),
    ...(tables ? [{ name: "sqlalchemy", range: ">=1.4.48", by: CELERY }] : []),
    ...(database.kind !== "none" && !tables
      ? [{ name: "sqlalchemy", range: ">=1.4", by: "celery_database.py", stays: true as const }]
      : []),
  ];
}

/**
 * What the project declares, locks or has installed and what leaves no version that works: each is a step that only its owner can take. What
 * comes from an address is named, since its version can't be read.
 *
 * @param wanted - the packages that the project gets
 */
export async function findUnsupported(
  { dependencies, root, read }: Pick<Project, "dependencies" | "root" | "read">,
  wanted: readonly Wanted[],
  integration: Pick<Integration, "database">,
): Promise<{ steps: ManualStep[]; unjudged: string[] }> {
  // Loaded here, since only these generators compare versions.
  const { excludes, isUnjudged, overlaps, readRanges } = await import("../../lib/dependencies/ranges.ts");
  const ranges = readRanges(dependencies, { root, read });
  const { locked, installed } = dependencies;
  const supported = supportedBy(wanted, integration);
  const unjudged = supported.flatMap(({ name, range, by }) =>
    ranges
      .filter((one) => one.name === name && isUnjudged(one))
      .map(
        ({ path, line }) =>
          `${path}:${line}: ${name} comes from an address, so its version was not checked; ${by} needs ${name}${range}.`,
      ),
  );
  const steps = supported.flatMap(({ name, range, by, stays }) => {
    const declared = ranges.filter((one) => one.name === name && (stays || !one.compiled));
    const snippet = `${name}${range}`;
    const needs = `${by} needs ${snippet}`;
    const broken = declared.filter((one) => excludes(one, range));
    if (broken.length > 0)
      return broken.map(({ path, line, alternatives }) => {
        return { path, line, snippet, why: `${name}${alternatives.join(" or ")}; ${needs}` };
      });
    const version = stays && (locked?.get(name) ?? installed?.get(name));
    // What no line allows any more is replaced by the next installation.
    if (!version || declared.some((one) => excludes(one, `==${version}`))) return [];
    if (overlaps(`==${version}`, range) !== false) return [];
    const { path, line = 1 } = declared[0] ?? dependencies.files[0] ?? { path: "requirements.txt" };
    return [
      { path, line, snippet, why: `${name} ${version} is ${locked?.has(name) ? "locked" : "installed"}; ${needs}` },
    ];
  });
  return { steps, unjudged };
}

/** @throws UserError `versions-unsupported` with those steps */
export function refuseUnsupported(steps: readonly ManualStep[]): void {
  if (steps.length === 0) return;
  throw new UserError({
    code: "versions-unsupported",
    what: "This project allows no version that Celery or the generated code works with; nothing was changed.",
    why: "the application or the worker would fail when it starts, or nothing could be installed",
    fix: "raise what is listed here, or write it all the same with --force",
    details: steps.map(({ path, line, why }) => `${path}:${line}: ${why}`),
  });
}
