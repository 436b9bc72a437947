/** The checklist: ids are a contract for teams that read `report json`. */

/** One line of the report. */
export interface Check {
  id: string;
  title: string;
  ok: boolean;
  /** What was seen; for a failure it begins with `path:line: ` where a place is known. */
  detail: string;
  /** What to do; "" when the check holds. */
  fix: string;
}

/** What the static and the running part find out, before titles and order. */
export type Finding = Omit<Check, "title">;

/** Every check in the order of the report, with the check that it can't do without. */
export const checklist: readonly { id: string; title: string; needs?: string }[] = [
  { id: "flask-starts", title: "Flask application starts" },
  { id: "celery-initialised", title: "Celery is initialised and shared", needs: "flask-starts" },
  { id: "one-celery-app", title: "There is one Celery application" },
  { id: "configuration-shared", title: "Flask and Celery share the configuration", needs: "settings-lower-case" },
  { id: "settings-lower-case", title: "Setting names are not mixed", needs: "celery-initialised" },
  { id: "json-only", title: "Messages are JSON only", needs: "settings-lower-case" },
  { id: "tls-verified", title: "Encrypted connections check certificates", needs: "settings-lower-case" },
  { id: "results-readable", title: "Status routes can read results", needs: "settings-lower-case" },
  { id: "tasks-registered", title: "Tasks are registered", needs: "settings-lower-case" },
  { id: "tasks-not-async", title: "Tasks are plain functions" },
  { id: "tracked-results", title: "Tracked tasks keep their results", needs: "tasks-registered" },
  { id: "worker-starts", title: "Worker starts", needs: "tasks-registered" },
  { id: "sample-task", title: "Sample task runs", needs: "worker-starts" },
  { id: "app-context", title: "Tasks have an application context", needs: "sample-task" },
  { id: "database-session", title: "Database session works and is removed", needs: "app-context" },
  { id: "failure-reaches-caller", title: "Failure reaches the caller", needs: "sample-task" },
  { id: "task-retries", title: "Retry runs the task again", needs: "sample-task" },
  { id: "no-credentials", title: "No credential in tracked files" },
  { id: "env-files", title: ".env is ignored, .env.example has placeholders" },
  { id: "worker-documented", title: "Worker start-up is documented" },
];

/** Puts findings into the order of the checklist. What has no finding was not reached, and says because of which check. */
export function completeChecks(findings: readonly Finding[]): Check[] {
  const found = new Map(findings.map((finding) => [finding.id, finding]));
  return checklist.map(({ id, title, needs }) => {
    const finding = found.get(id);
    if (finding) return { id, title, ok: finding.ok, detail: finding.detail, fix: finding.fix };
    const cause = findCause(id, found) ?? needs ?? "flask-starts";
    return { id, title, ok: false, detail: `not checked: ${cause} failed`, fix: `Mend ${cause} first.` };
  });
}

/** The failed check that kept this one from running, followed back through what each one needs. */
function findCause(id: string, found: ReadonlyMap<string, Finding>): string | null {
  const needs = checklist.find((entry) => entry.id === id)?.needs;
  if (needs && found.get(needs)?.ok === false) return needs;
  if (needs) {
    const cause = findCause(needs, found);
    if (cause) return cause;
  }
  const failed = [...found.values()].filter((finding) => !finding.ok && neededByOthers(finding.id));
  return failed[0]?.id ?? null;
}

function neededByOthers(id: string): boolean {
  return checklist.some((entry) => entry.needs === id);
}

/** Whether a check could not run because an earlier one failed. */
export function wasSkipped(check: Pick<Check, "ok" | "detail">): boolean {
  return !check.ok && check.detail.startsWith("not checked: ");
}
