/** The checklist: ids are a contract for teams that read `report json`. */
import entries from "./python/checklist.json" with { type: "json" };

/** `not-checked`: one that it needs failed. `not-applicable`: there was nothing to look at, which is not the same as `ok`. */
export type Verdict = "ok" | "failed" | "not-checked" | "not-applicable";

/** One line of the report. */
export interface Check {
  id: string;
  title: string;
  verdict: Verdict;
  /** What was seen; for a failure it begins with `path:line: ` where a place is known. */
  detail: string;
  /** What to do; "" unless the check failed. */
  fix: string;
}

/** What the static and the running part find out, before titles and order. */
export type Finding = Omit<Check, "title">;

/** One entry of the list that both languages read. */
export interface ListedCheck {
  id: string;
  title: string;
  /** The check that this one can't do without. */
  needs?: string;
  /** `module.function` of what runs in the project's interpreter; the others are in `static/`. */
  python?: string;
  /** Why there may be nothing to look at, where the check itself does not say it more precisely. */
  notApplicable?: string;
}

/** Every check in the order of the report. */
export const checklist: readonly ListedCheck[] = entries;

/** A check that holds. */
export function holds(id: string, detail: string): Finding {
  return { id, verdict: "ok", detail, fix: "" };
}

/** A check that does not hold, and what to do. */
export function fails(id: string, detail: string, fix: string): Finding {
  return { id, verdict: "failed", detail, fix };
}

/** A check that found nothing to look at; the list has the usual reason. */
export function isNotApplicable(id: string, reason = listed(id)?.notApplicable ?? ""): Finding {
  if (reason === "") throw new Error(`the checklist has no sentence for ${id} where it is not applicable`);
  return { id, verdict: "not-applicable", detail: reason, fix: "" };
}

/** Puts findings into the order of the checklist. What has no finding was not reached, and says because of which check. */
export function completeChecks(findings: readonly Finding[]): Check[] {
  const found = new Map(findings.map((finding) => [finding.id, finding]));
  return checklist.map(({ id, title, needs }) => {
    const finding = found.get(id);
    if (finding) return { ...finding, title };
    const cause = findCause(id, found) ?? needs ?? "flask-starts";
    return { id, title, verdict: "not-checked", detail: `not checked: ${cause} failed`, fix: `Mend ${cause} first.` };
  });
}

/** The failed check that kept this one from running, followed back through what each one needs. */
function findCause(id: string, found: ReadonlyMap<string, Finding>): string | null {
  const needs = listed(id)?.needs;
  if (needs && found.get(needs)?.verdict === "failed") return needs;
  if (needs) {
    const cause = findCause(needs, found);
    if (cause) return cause;
  }
  const failed = [...found.values()].filter((finding) => finding.verdict === "failed" && neededByOthers(finding.id));
  return failed[0]?.id ?? null;
}

function neededByOthers(id: string): boolean {
  return checklist.some((entry) => entry.needs === id);
}

function listed(id: string): ListedCheck | undefined {
  return checklist.find((entry) => entry.id === id);
}
