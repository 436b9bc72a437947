/** The report as lines for people and as one object for programs. */
import { type Check, wasSkipped } from "./checks.ts";

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

/** One line for each check; a failed one has what to do below it. */
export function reportAsText({ ok, python, mode, checks, output }: VerifyReport): string {
  const width = Math.max(...checks.map((check) => check.title.length));
  const lines = checks.flatMap((check) => {
    const mark = check.ok ? "ok  " : wasSkipped(check) ? "--  " : "FAIL";
    const line = `  ${mark} ${check.title.padEnd(width)}  ${check.detail}`;
    return check.ok || wasSkipped(check) || !check.fix
      ? [line]
      : [line, `       ${"".padEnd(width)}  do: ${check.fix}`];
  });
  const held = checks.filter((check) => check.ok).length;
  const printed = output ? ["", "The application printed:", ...output.split("\n").map((line) => `  | ${line}`)] : [];
  return [
    `Verified with ${python}, ${mode === "live" ? "on the configured broker" : "in memory"}:`,
    ...lines,
    ...printed,
    ok ? `All ${held} checks hold.` : `${held} of ${checks.length} checks hold.`,
  ].join("\n");
}

/** The object of `report json`. */
export function reportAsJson({ ok, python, mode, checks, output }: VerifyReport): object {
  return { generator: "celery-verify", ok, mode, python, checks, ...(output ? { output } : {}) };
}
