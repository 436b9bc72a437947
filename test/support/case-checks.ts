/** What the cases assert about a tree before and after a generator has run. */
import assert from "node:assert/strict";
import type { Plan } from "../../lib/contract/plan.ts";
import type { UserError } from "../../lib/errors/index.ts";
import type { Project } from "../../lib/survey/project.ts";
import type { Entry } from "./temp.ts";

/** What must become of a case. */
export interface Case {
  /** celery-factory unless it says otherwise. */
  generator: string;
  answers?: Record<string, string>;
  /** `apply` unless it says otherwise. `untouched`: refused or not, no byte changes. `either`: refused, or applied such that everything else holds. */
  verdict: "apply" | "refuse" | "either" | "untouched";
  /** Code of the error, with `refuse`. */
  code?: string;
  target?: string;
  /** 1-based lines of the target's file before which celery_init_app must come. */
  inits?: number[];
  /** Whether the files below `after/` must come out of it. */
  golden?: boolean;
  /** False: nothing declares what the project needs. */
  requirements?: false;
  expect?: Expectations;
  why: string;
}

export interface Expectations {
  blueprints?: string[];
  layouts?: Record<string, "package" | "module">;
  database?: string;
  config?: string;
  entry?: string;
  returnsApp?: boolean;
  package?: string;
  module?: string;
  notes?: string[];
  celery?: string;
  otherQueues?: string[];
  manager?: string;
  candidates?: string[];
  /** Files that keep every byte. */
  untouched?: string[];
  /** Files that must have been edited. */
  edited?: string[];
  /** Each stands in a warning of its own; there are no others. */
  warnings?: string[];
  /** Each stands in one of the lines that say what to do next. */
  next?: string[];
  /** `path:line` of what is left to do by hand. */
  manual?: string[];
  /** Texts that no written file may hold. */
  nowhere?: string[];
  /** Pieces of the plan's warnings. */
  warns?: string[];
  /** What is left to the owner, as `path:line snippet`. */
  asks?: string[];
}

/** Expectations that are no facts of the survey. */
const CHECKED = new Set(
  "untouched edited candidates manual warnings next nowhere asks warns entry returnsApp package module notes".split(
    " ",
  ),
);

export interface Applied {
  before: Map<string, Entry>;
  after: Map<string, Entry>;
  project: Project;
  plan: Plan | null;
  error: UserError | null;
}

/** Fails unless `after` is `before` with something inserted: in Python whole lines, or a statement before another one. */
export function onlyInserts(name: string, before: Buffer, after: Buffer): void {
  if (before.equals(after)) return;
  let at = 0;
  for (const byte of after) if (at < before.length && before[at] === byte) at++;
  assert.equal(at, before.length, `${name}: bytes of the user were changed`);
  // install_requires=["flask"] gets its entry in the middle of a line.
  if (!name.endsWith(".py") || name === "setup.py") return;
  const { rest } = align(before, after);
  assert.equal(rest.length, 0, `${name}: lines of the user were changed, first: ${JSON.stringify(rest[0])}`);
}

interface InsertedLine {
  text: string;
  /** 1-based line of the original file before which it stands; blank lines of the original are passed over. */
  beforeLine: number;
}

/** `from x import a, c` with more names in its list. */
function hasMoreNames(line: string, expected: string): boolean {
  const names = (text: string) => text.split(/[\s,]+/).filter(Boolean);
  const now = new Set(names(line));
  return /^\s*(from|import)\s/.test(expected)
    ? names(expected).every((name) => now.has(name)) && line.startsWith(/^.*?import /.exec(expected)?.[0] ?? "\0")
    : line.startsWith(`${expected.trimEnd()}, `);
}

/** Walks both files line by line; what is not the next line of the original has been inserted. */
function align(before: Buffer, after: Buffer): { inserted: InsertedLine[]; rest: string[] } {
  const old = splitLines(before);
  const inserted: InsertedLine[] = [];
  let at = 0;
  for (const line of splitLines(after)) {
    const expected = old[at];
    // The last line of the original may have got a line end, when lines were put behind it.
    if (line === expected || (at === old.length - 1 && line.trimEnd() === expected)) at++;
    else if (expected?.trim() && hasMoreNames(line, expected)) at++;
    // A statement that now stands below a condition of ours.
    else if (
      expected?.trim() &&
      inserted.at(-1)?.text.includes("CELERY_WORKER_ENTRY") &&
      line.trim() === expected.trim()
    )
      at++;
    else if (expected !== undefined && isStatementPutBefore(line, expected)) {
      inserted.push({ text: line, beforeLine: at + 1 });
      at++;
    } else inserted.push({ text: line, beforeLine: nextFilled(old, at) });
  }
  return { inserted, rest: old.slice(at) };
}

/** `if made: return app` → `if made: celery_init_app(app); return app`. */
function isStatementPutBefore(line: string, original: string): boolean {
  const match = /celery_init_app\([^()]*\); ?/.exec(line);
  return match !== null && line.replace(match[0], "") === original;
}

function nextFilled(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && lines[at]!.trim() === "") at++;
  return at + 1;
}

function splitLines(bytes: Buffer): string[] {
  return bytes.toString("latin1").match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
}

/** Compares the lines at which the target's file calls celery_init_app with those that the case names. */
export function checkInitLines(wanted: Case, { before, after, plan }: Applied): void {
  const file = (wanted.target ?? plan?.target ?? "").split(":")[0]!;
  const old = before.get(file);
  const now = after.get(file);
  assert.ok(old && now, `no file ${file}`);
  const calls = align(old.bytes, now.bytes).inserted.filter(({ text }) => /\bcelery_init_app\(/.test(text));
  assert.deepEqual(
    calls.map(({ beforeLine }) => beforeLine),
    wanted.inits,
    `celery_init_app stands before lines ${calls.map(({ beforeLine }) => beforeLine)}, wanted ${wanted.inits}`,
  );
}

/** The facts of `expect`: what the survey has read, and which files were edited. */
export function checkExpectations(wanted: Case, applied: Applied): void {
  const { project, plan, before, after, error } = applied;
  const { expect = {} } = wanted;
  const app = project.apps.find((each) => each.target === wanted.target) ?? project.apps[0];
  const blueprints = [...project.blueprints].sort((a, b) => (a.name < b.name ? -1 : 1));
  const facts: Record<string, unknown> = {
    blueprints: blueprints.map(({ name }) => name),
    layouts: Object.fromEntries(blueprints.map(({ name, layout }) => [name, layout])),
    database: plan?.answers.database ?? project.databases[0]?.kind ?? "none",
    config: plan?.answers.config,
    entry: app?.entry.call,
    returnsApp: app?.entry.returnsApp,
    package: app?.package,
    module: app?.module,
    notes: [...new Set(app?.notes.map(({ kind }) => kind))],
    celery: project.celery?.kind,
    otherQueues: project.otherQueues.map(({ name }) => name),
    manager: project.dependencies.manager,
  };
  for (const name of Object.keys(expect)) assert.ok(name in facts || CHECKED.has(name), `nothing looks at ${name}`);
  for (const [name, value] of Object.entries(expect)) if (name in facts) assert.deepEqual(facts[name], value, name);
  const isSame = (file: string) => before.get(file)?.bytes.equals(after.get(file)?.bytes ?? Buffer.alloc(0));
  for (const file of expect.untouched ?? []) assert.ok(isSame(file), `${file} should have been left alone`);
  for (const file of expect.edited ?? []) assert.ok(!isSame(file), `${file} should have been edited`);
  for (const target of expect.candidates ?? []) assert.ok(error?.message.includes(target), `${target} is not listed`);
  const manual = plan?.manual.map(({ path, line }) => `${path}:${line}`);
  if (expect.manual) assert.deepEqual(manual, expect.manual, "left to do by hand");
  if (expect.warnings) checkWarnings(expect.warnings, plan?.warnings ?? []);
  for (const text of expect.next ?? [])
    assert.ok(
      plan?.next.some((line) => line.includes(text)),
      `next lacks ${text}`,
    );
  for (const text of expect.nowhere ?? []) checkNowhere(text, applied);
  const asked = plan?.manual.map(({ path, line, snippet }) => `${path}:${line} ${snippet}`);
  if (expect.asks) assert.deepEqual(asked, expect.asks);
  for (const text of expect.warns ?? [])
    assert.ok(
      plan?.warnings.some((line) => line.includes(text)),
      `no "${text}"`,
    );
}

function checkWarnings(wanted: readonly string[], warnings: readonly string[]): void {
  for (const text of wanted)
    assert.ok(
      warnings.some((line) => line.includes(text)),
      `no warning says: ${text}`,
    );
  assert.equal(warnings.length, wanted.length, `warnings are: ${warnings.join(" ")}`);
}

function checkNowhere(text: string, { before, after }: Applied): void {
  for (const [file, { bytes }] of after) {
    if (!before.get(file)?.bytes.equals(bytes)) assert.ok(!bytes.includes(text), `${file} holds what it must not`);
  }
}
