/**
 * Random edits of what an earlier version has generated, then celery-update: Git's own three-way merge is the judge. No edit is
 * lost, what would lose one is a listed conflict, and a second run changes nothing. FUZZ_RUNS says how many (200), FUZZ_SEED
 * repeats a run.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import { RECORD, readRecord } from "../../lib/contract/record.ts";
import { UserError } from "../../lib/errors/index.ts";
import { runGenerator } from "../../lib/run/run.ts";
import { runEarlier } from "../support/earlier.ts";
import { generatorNamed, run, silent } from "../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir } from "../support/temp.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 200);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const kept = readdirSync(path.join(import.meta.dirname, "../../templates/versions"));
const versions = kept.map((name) => name.replace(".json.gz", ""));

const STEPS: [name: string, given: Record<string, string>][] = [
  ["celery-factory", { broker: "redis" }],
  ["status-endpoint", {}],
  ["periodic-task", { blueprint: "app", task: "tidy", schedule: "5m" }],
];
/** How a line becomes another: a line before it, another text, none, or a copy. Each edit leaves a mark that is looked for. */
const EDITS: Record<string, (line: string, mark: string) => string[]> = {
  before: (line, mark) => [`${/^\s*/.exec(line)![0]}# ${mark}`, line],
  behind: (line, mark) => [`${line}  # ${mark}`],
  instead: (_, mark) => [`# ${mark}`],
  twice: (line, mark) => [line, `# ${mark}`, line],
};
const edits = fc.array(fc.record({ file: fc.nat(), line: fc.nat(), how: fc.constantFrom(...Object.keys(EDITS)) }), {
  minLength: 1,
  maxLength: 4,
});
const work = tempDir();

test(`${runs} random edits of files of an earlier version are merged as Git merges them`, async () => {
  const tally = { merged: 0, conflicts: 0, sameAsGit: 0, gitConflicts: 0 };
  const faults: string[] = [];
  for (const version of versions) {
    const base = tempDir();
    const today = path.join(work, `${version}-today`);
    for (const [name, given] of STEPS) await runEarlier(version, name, base, given);
    cpSync(base, today, { recursive: true });
    await run("celery-update", { root: today });
    const files = readRecord(readFileSync(path.join(base, RECORD))).flatMap((one) => Object.keys(one.files));
    const changed = files.filter(
      (name) => !readFileSync(path.join(base, name)).equals(readFileSync(path.join(today, name))),
    );
    assert.ok(changed.length > 0, `nothing has changed since ${version}`);
    for (const [index, sample] of fc.sample(edits, { numRuns: runs, seed }).entries()) {
      const root = path.join(work, "edited");
      rmSync(root, { recursive: true, force: true });
      cpSync(base, root, { recursive: true });
      const marks: [string, string][] = [];
      for (const [at, { file, line, how }] of sample.entries()) {
        // Half of them where the version has changed something, so that both sides meet.
        const name = file % 2 ? changed[file % changed.length]! : files[file % files.length]!;
        const lines = readFileSync(path.join(root, name), "utf8").split("\n");
        const mark = `mark-${index}-${at}`;
        lines.splice(line % lines.length, 1, ...EDITS[how]!(lines[line % lines.length]!, mark));
        writeFileSync(path.join(root, name), lines.join("\n"));
        marks.push([name, mark]);
      }
      const told = `#${index} of ${version}: ${JSON.stringify(sample)}`;
      const before = snapshotTree(root);
      const code = await update(root);
      if (code === "update-conflicts") {
        tally.conflicts++;
        assertSameTree(before, snapshotTree(root));
        if (await update(root, { conflicts: "mine" })) faults.push(`${told}: conflicts mine`);
      } else if (code) faults.push(`${told}: ${code}`);
      else {
        tally.merged++;
        for (const name of new Set(marks.map(([one]) => one))) {
          const wanted = byGit(
            path.join(work, "mine"),
            before.get(name)!.bytes,
            path.join(base, name),
            path.join(today, name),
          );
          if (wanted === null) tally.gitConflicts++;
          else if (wanted === readFileSync(path.join(root, name), "utf8")) tally.sameAsGit++;
          else faults.push(`${told}: ${name} is not as Git merges it`);
        }
      }
      for (const [name, mark] of marks) {
        // A later edit may have replaced the line with the mark.
        const had = String(before.get(name)?.bytes).includes(mark);
        if (had && !readFileSync(path.join(root, name), "utf8").includes(mark)) faults.push(`${told}: ${mark} is lost`);
      }
      const after = snapshotTree(root);
      if (await update(root)) faults.push(`${told}: a second run is refused`);
      assertSameTree(after, snapshotTree(root));
    }
  }
  console.log(`seed ${seed}`, JSON.stringify(tally));
  for (const fault of faults.slice(0, 10)) console.log(`  ${fault}`);
  assert.ok(tally.merged > 0 && (tally.conflicts > 0 || runs < 50));
  assert.equal(faults.length, 0, `FUZZ_SEED=${seed}: ${faults.length} faults`);
});

test.run();

/** @returns the code that it ended with, "" when all was done */
async function update(root: string, given: Record<string, string> = {}): Promise<string> {
  try {
    await runGenerator(generatorNamed("celery-update"), { root, given, output: silent() });
    return "";
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
}

/** Null where Git sees a conflict: it does so also for edits that only touch each other. */
function byGit(file: string, mine: Uint8Array, base: string, theirs: string): string | null {
  writeFileSync(file, mine);
  try {
    return execFileSync("git", ["merge-file", "-p", file, base, theirs], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return null;
  }
}
