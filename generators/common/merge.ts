/** Brings files of an earlier run up to what they would be now, and keeps what their owner has edited in between. */
import { diff3Merge } from "node-diff3";
import type { Context } from "../../lib/contract/context.ts";
import type { ChangingGenerator } from "../../lib/contract/generator.ts";
import { certain, definePrompt } from "../../lib/contract/prompt.ts";
import { rebuildBase } from "../../lib/contract/rebuild.ts";
import { fingerprint, type RecordedRun } from "../../lib/contract/record.ts";
import { UserError } from "../../lib/errors/index.ts";
import { countErrors, parseText } from "../../lib/python/index.ts";

/** Whose lines stand where both sides have changed the same ones: nobody's yet, the user's, or the pack's. */
export type Side = "stop" | "mine" | "theirs";

/** Whose lines stand where both sides have changed the same ones. */
export const conflictsPrompt = definePrompt({
  name: "conflicts",
  message: "Where you and the pack have changed the same lines?",
  choices: [
    { value: "stop", hint: "show both sides and write nothing" },
    { value: "mine", hint: "keep your lines" },
    { value: "theirs", hint: "take the pack's lines" },
  ],
  detect: () => certain("stop"),
});

/** Lines that both sides have changed. */
export interface Conflict {
  path: string;
  /** 1-based, in the file as it is. */
  line: number;
  /** Text as it stands, and as it would be. */
  mine: string;
  theirs: string;
}

/** One file's three sides. */
interface Sides {
  path: string;
  mine: string;
  /** As it was generated; null where that can't be made again. */
  base: string | null;
  theirs: string;
}

/** What of a run's files is to do. */
export interface Merged {
  /** Path → text; only what differs from what is there. */
  texts: Map<string, string>;
  conflicts: Conflict[];
  /** Paths that were generated once and that the pack does not need any more. */
  dropped: string[];
  /** Paths that their owner has deleted, and that stay so. */
  deleted: string[];
}

/** `--force` is for the pack's side, as elsewhere. */
export const sideOf = ({ force }: Context, answer: Side): Side => (force && answer === "stop" ? "theirs" : answer);

/** Merges what a run would make now into what stands in the project. */
export async function mergeRun(
  context: Context,
  generator: ChangingGenerator,
  run: RecordedRun,
  theirs: ReadonlyMap<string, string>,
  side: Side,
): Promise<Merged> {
  const { project } = context;
  // What an earlier version made matters where somebody has edited it.
  let base: ReadonlyMap<string, string> | null = null;
  const merged: Merged = { texts: new Map(), conflicts: [], dropped: [], deleted: [] };
  for (const [path, text] of theirs) {
    const bytes = project.read(path);
    if (!bytes) {
      if (path in run.files) merged.deleted.push(path);
      else merged.texts.set(path, text);
      continue;
    }
    const there = Buffer.from(bytes).toString("utf8");
    const mine = there.replaceAll("\r\n", "\n");
    const isUntouched = run.files[path] === fingerprint(mine);
    const isSettled = isUntouched || mine === text;
    if (!isSettled) base ??= await rebuildBase(context, generator, run);
    const { text: result, conflicts } = isSettled
      ? { text, conflicts: [] }
      : mergeText({ path, mine, base: base?.get(path) ?? null, theirs: text }, side);
    merged.conflicts.push(...conflicts);
    if (result !== mine) merged.texts.set(path, there === mine ? result : result.replaceAll("\n", "\r\n"));
  }
  const isThere = (path: string) => !theirs.has(path) && project.read(path) !== null;
  merged.dropped.push(...Object.keys(run.files).filter(isThere));
  return merged;
}

/** What a person has to know of files that are neither written nor in conflict. */
export function mergeNotes({ dropped, deleted }: Merged): string[] {
  return [
    ...dropped.map((path) => `${path} is not needed any more: look whether you use it, and remove it`),
    ...deleted.map((path) => `${path} was removed, and stays so`),
  ];
}

/** @returns the merged text; with conflicts, one that is not to be written unless a side was chosen */
export function mergeText({ path, mine, base, theirs }: Sides, side: Side): { text: string; conflicts: Conflict[] } {
  const whole = { path, line: 1, mine, theirs };
  const chosen = side === "mine" ? mine : theirs;
  if (mine === theirs) return { text: mine, conflicts: [] };
  // Without a base nobody can tell an edit from what was generated.
  if (base === null) return { text: chosen, conflicts: side === "stop" ? [whole] : [] };
  const conflicts: Conflict[] = [];
  const lines: string[] = [];
  const merges = diff3Merge(mine.split("\n"), base.split("\n"), theirs.split("\n"), { excludeFalseConflicts: true });
  for (const { ok, conflict } of merges) {
    if (ok) lines.push(...ok);
    if (!conflict) continue;
    const sides = { mine: conflict.a.join("\n"), theirs: conflict.b.join("\n") };
    if (side === "stop") conflicts.push({ path, line: conflict.aIndex + 1, ...sides });
    lines.push(...(side === "mine" ? conflict.a : conflict.b));
  }
  const text = lines.join("\n");
  // Two edits that touch no common line may still not fit together.
  if (conflicts.length > 0 || !breaksPython(path, mine, text)) return { text, conflicts };
  return { text: chosen, conflicts: side === "stop" ? [whole] : [] };
}

function breaksPython(path: string, before: string, after: string): boolean {
  if (!path.endsWith(".py")) return false;
  const errors = (text: string) => {
    const tree = parseText(text);
    const count = countErrors(tree.rootNode);
    tree.delete();
    return count;
  };
  return errors(after) > errors(before);
}

/** @throws UserError `update-conflicts` with both sides of each place */
export function refuseMergeConflicts(conflicts: readonly Conflict[], command: string): void {
  if (conflicts.length === 0) return;
  const one = conflicts.length === 1;
  throw new UserError({
    code: "update-conflicts",
    what: `${one ? "One place was" : `${conflicts.length} places were`} edited here and changed by the pack, too: nothing was written.`,
    why: "Only you can say what shall stand there; everything else would merge.",
    fix: `Give ${command} --conflicts mine to keep your lines there, or --conflicts theirs to take the pack's; or edit them first.`,
    details: conflicts.flatMap(({ path, line, mine, theirs }) => [
      `${path}:${line}`,
      ...shown("mine", mine),
      ...shown("theirs", theirs),
    ]),
  });
}

function shown(side: string, text: string): string[] {
  const lines = text === "" ? ["(nothing)"] : text.split("\n");
  const rest = lines.length > 12 ? [`… ${lines.length - 12} more lines`] : [];
  return [...lines.slice(0, 12), ...rest].map((line) => `  ${side.padEnd(6)} | ${line}`);
}
