/** The report as lines for people and as one object for programs. */
import type { Check, Verdict } from "./checks.ts";

export interface VerifyReport {
  ok: boolean;
  /** The interpreter that ran the application. */
  python: string;
  /** In memory: no server was needed. Live: the configured broker and a worker process. */
  mode: "in-memory" | "live";
  checks: Check[];
  /** The end of what the application printed, when it broke; "" otherwise. */
  output: string;
}

const marks: Record<Verdict, string> = { ok: "ok  ", failed: "FAIL", "not-checked": "--  ", "not-applicable": "n/a " };

/** One line for each check; a failed one has what to do below it. */
export function reportAsText({ ok, python, mode, checks, output }: VerifyReport): string {
  const width = Math.max(...checks.map((check) => check.title.length));
  const lines = checks.flatMap(({ verdict, title, detail, fix }) => {
    const said = verdict === "not-applicable" ? `not applicable: ${detail}` : detail;
    const line = `  ${marks[verdict]} ${title.padEnd(width)}  ${said}`;
    return verdict === "failed" && fix ? [line, `       ${"".padEnd(width)}  do: ${fix}`] : [line];
  });
  const printed = output ? ["", "The application printed:", ...output.split("\n").map((line) => `  | ${line}`)] : [];
  return [
    `Verified with ${python}, ${mode === "live" ? "on the configured broker" : "in memory"}:`,
    ...lines,
    ...printed,
    count(ok, checks),
  ].join("\n");
}

/** What was not applicable is counted apart: nobody has looked there. */
function count(ok: boolean, checks: readonly Check[]): string {
  const applicable = checks.filter(({ verdict }) => verdict !== "not-applicable").length;
  const held = checks.filter(({ verdict }) => verdict === "ok").length;
  const others = checks.length - applicable;
  const rest = others > 0 ? `, ${others} not applicable` : "";
  return `${ok ? `All ${held}` : `${held} of ${applicable}`} checks hold${rest}.`;
}

/** The object of `report json`. `ok` of a check is null where there was nothing to look at: neither held nor failed. */
export function reportAsJson({ ok, python, mode, checks, output }: VerifyReport): object {
  const told = checks.map(({ id, title, verdict, detail, fix }) => {
    const held = verdict === "not-applicable" ? null : verdict === "ok";
    return { id, title, ok: held, verdict, detail, fix };
  });
  return { generator: "celery-verify", ok, mode, python, checks: told, ...(output ? { output } : {}) };
}
