/** A plan as people and programs read it. Shows, writes no file. */

import type { Change, ManualStep } from "../changes/types.ts";
import type { Plan } from "../contract/plan.ts";
import { UserError } from "../errors/index.ts";
import { maskSecrets } from "./mask.ts";
import type { Stages } from "./stages.ts";
import { painter } from "./terminal.ts";

type Paint = ReturnType<typeof painter>;

/** The one object of `preview json`. */
export async function planAsJson(plan: Plan, diff: Stages["diff"]): Promise<string> {
  const { generator, target, answers, changes, manual, install, next } = plan;
  const diffs = await diff(changes.changes);
  const object = {
    generator,
    target,
    answers,
    changes: changes.changes.map(({ path, action }, index) => ({ path, action, diff: diffs[index]! })),
    manual: manual.map(({ path, line, snippet, why }) => ({ path, line, snippet, why })),
    install:
      install && answers.install === "yes"
        ? { command: install.command, ...(install.environment ? { environment: install.environment } : {}) }
        : null,
    next,
    ...(plan.made ? { rules: plan.made } : {}),
  };
  return JSON.stringify(object, (_, value) => (typeof value === "string" ? maskSecrets(value) : value), 2);
}

/** The unified diff of everything that would change, coloured for a terminal. */
export async function planAsDiff(plan: Plan, diff: Stages["diff"], stream: { isTTY?: boolean }): Promise<string> {
  const text = maskSecrets((await diff(plan.changes.changes)).join(""));
  const paint = painter(stream);
  return text
    .split("\n")
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return paint("bold", line);
      if (line.startsWith("@@")) return paint("cyan", line);
      if (line.startsWith("+")) return paint("green", line);
      return line.startsWith("-") ? paint("red", line) : line;
    })
    .join("\n");
}

/** What a plan does, one line per path: for the last question and the report. */
export function listChanges(changes: readonly Change[], paint: Paint, done: boolean): string {
  const words = { create: done ? "created" : "create", edit: done ? "edited" : "edit", conflict: "conflict" } as const;
  const styles = { create: "green", edit: "yellow", conflict: "red" } as const;
  return changes
    .flatMap(({ action, path }) => (action === "unchanged" ? [] : [{ action, path }]))
    .map(({ action, path }) => `  ${paint(styles[action], words[action].padEnd(8))} ${path}`)
    .join("\n");
}

/** `7 files created, 2 edited`, `nothing to change`. */
export function countChanges(changes: readonly Change[], done: boolean): string {
  const count = (action: Change["action"]) => changes.filter((change) => change.action === action).length;
  const [created, edited] = [count("create"), count("edit")];
  const parts = [
    created ? `${created} ${created === 1 ? "file" : "files"} ${done ? "created" : "to create"}` : "",
    edited ? `${edited} ${created ? "" : edited === 1 ? "file " : "files "}${done ? "edited" : "to edit"}` : "",
    count("conflict") ? `${count("conflict")} in conflict` : "",
  ].filter(Boolean);
  return parts.length ? parts.join(", ") : "nothing to change, all of it is in place";
}

/** Warnings and what to do next, for the end of a run. */
export function listNotes(plan: Plan, paint: Paint): string {
  const warnings = plan.warnings.map((line) => `${paint("yellow", "warning:")} ${line}`);
  const next = plan.next.length ? [paint("bold", "next:"), ...plan.next.map((line) => `  ${line}`)] : [];
  const made = (plan.made ?? []).map(
    ({ rule, why, at }) => `${paint("bold", `${rule}:`)} ${why}\n${at.map((place) => `    ${place}`).join("\n")}`,
  );
  return maskSecrets([...made, ...warnings, ...next].join("\n"));
}

/** What a real run would stop at, or leave to the user: a preview that kept it back would promise too much. */
export function listLeft(plan: Plan, paint: Paint): string {
  const conflicts = plan.changes.conflicts.map(({ path }) => `  ${path}`);
  const lines = [
    ...(conflicts.length
      ? [paint("red", "other content is there already, so that only --force writes:"), ...conflicts]
      : []),
    ...(plan.manual.length ? [paint("yellow", "left to do by hand:")] : []),
    ...listManual(plan.manual).map((line) => `  ${line}`),
  ];
  return maskSecrets(lines.join("\n"));
}

/** Steps that only the user can take, as paste-ready text. */
export function listManual(steps: readonly ManualStep[]): string[] {
  return steps.flatMap(({ path, line, snippet, why }) => [
    `${path}:${line}  ${why}`,
    ...snippet
      .replace(/\n$/, "")
      .split("\n")
      .map((text) => `    ${text}`),
  ]);
}

/** @throws UserError `files-exist` when a path that we generate holds something else */
export function refuseConflicts(plan: Plan): void {
  const conflicts = plan.changes.conflicts;
  if (conflicts.length === 0) return;
  const one = conflicts.length === 1;
  throw new UserError({
    code: "files-exist",
    what: `${one ? "A file is" : `${conflicts.length} files are`} there already with other content: nothing was written.`,
    why: "They may hold somebody's edits, and those are never overwritten unasked.",
    fix: "Look with --preview diff, then move them away, or overwrite them with --force (-f).",
    details: conflicts.map((change) => change.path),
  });
}

/** The error that a run with steps left to the user ends with: what was asked for is not done yet. */
export function manualStepsLeft(plan: Plan, written: number): UserError {
  const count = plan.manual.length;
  return new UserError({
    code: "manual-steps",
    what: `${count === 1 ? "One step is" : `${count} steps are`} left to do by hand${written ? "" : "; nothing was written"}.`,
    why: "What can't be edited for certain is left exactly as it is.",
    fix: "Paste each snippet at the place that is given, then run celery-verify.",
    details: listManual(plan.manual).map(maskSecrets),
  });
}
