/** `.celery-pack.json`: what was generated, with which answers, so that a later version can tell its own lines from edits. */
import { createHash } from "node:crypto";
import { UserError } from "../errors/index.ts";
import type { Answers, Prompt } from "./prompt.ts";

/** Stands in the project's root, belongs into Git, and holds no secret. */
export const RECORD = ".celery-pack.json";

/** One run of a generator, as far as files are concerned that the pack keeps up to date. */
export interface RecordedRun {
  generator: string;
  /** `path/to/file.py:name` of the application. */
  target: string;
  /** Version of the pack whose templates the files were made from. */
  version: string;
  answers: Answers;
  /** Path → fingerprint of the text as it was generated. */
  files: Readonly<Record<string, string>>;
}

const ABOUT = "Made by plop-pack-flask-celery; celery-update reads it. Keep it in Git.";
/** Answers that say how a run went, not what it made. */
const PASSING = new Set(["target", "preview", "install", "new", "conflicts"]);

/** A team's own generator may ask for one. */
const SECRET = /password|secret|token|key\b|credential/i;

/** The same for a text whatever ends its lines: Git may have changed that. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex").slice(0, 16);
}

/** A run as it is recorded; of an answer that may hold a secret, what its prompt lets be kept. */
export function describeRun(
  run: Omit<RecordedRun, "files" | "answers">,
  prompts: readonly Prompt[],
  answers: Answers,
  texts: ReadonlyMap<string, string>,
): RecordedRun {
  const kept = prompts.filter(({ name, keep }) => !PASSING.has(name) && (keep || !SECRET.test(name)));
  return {
    ...run,
    answers: Object.fromEntries(kept.map(({ name, keep }) => [name, keep?.(answers[name]!) ?? answers[name]!])),
    files: Object.fromEntries([...texts].map(([path, text]) => [path, fingerprint(text)])),
  };
}

/** @throws UserError `record-unreadable` */
export function readRecord(bytes: Uint8Array | null): RecordedRun[] {
  if (!bytes) return [];
  try {
    const { runs } = JSON.parse(Buffer.from(bytes).toString("utf8")) as { runs: RecordedRun[] };
    if (runs.every(isRun)) return runs;
  } catch {
    // Said below.
  }
  throw new UserError({
    code: "record-unreadable",
    what: `${RECORD} can't be read; nothing was changed.`,
    why: "It is not what a generator of this pack has written; a merge may have left its marks in it.",
    fix: `Put it back from Git (git checkout -- ${RECORD}), then run this again.`,
  });
}

function isRun(run: Partial<RecordedRun>): boolean {
  const texts = [run.generator, run.target, run.version, ...Object.values(run.answers!), ...Object.values(run.files!)];
  return texts.every((text) => typeof text === "string");
}

/** The record with one more run, in the place of the one that it replaces. A file belongs to the run that wrote it last; a run without files is forgotten. */
export function addRun(runs: readonly RecordedRun[], run: RecordedRun): RecordedRun[] {
  const at = runs.findIndex(({ generator, target }) => generator === run.generator && target === run.target);
  const others = runs.map((other) => ({
    ...other,
    files: Object.fromEntries(Object.entries(other.files).filter(([path]) => !(path in run.files))),
  }));
  const place = at === -1 ? others.length : at + 1;
  return [...others.slice(0, place), run, ...others.slice(place)].filter(({ files }) => Object.keys(files).length > 0);
}

/** One entry a line, in an order of its own: two branches that add to it merge more often. */
export function writeRecord(runs: readonly RecordedRun[]): string {
  const sorted = <T>(object: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
  const ordered = runs.map(({ generator, target, version, answers, files }) => ({
    generator,
    target,
    version,
    answers: sorted(answers),
    files: sorted(files),
  }));
  return `${JSON.stringify({ about: ABOUT, runs: ordered }, null, 2)}\n`;
}
