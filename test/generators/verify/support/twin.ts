/** Broken twins: the sound application with just one thing wrong. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { suite } from "uvu";
import { type VerifyOptions, verifyProject } from "../../../../generators/verify/index.ts";
import type { VerifyReport } from "../../../../generators/verify/report.ts";
import { loadParser } from "../../../../lib/python/index.ts";
import { survey } from "../../../../lib/survey/index.ts";
import { layOutApp } from "../../../support/case-files.ts";
import { pythonEnv } from "../../../support/python-env.ts";
import { assertSameTree, copyTree, snapshotTree, tempDir, writeTree } from "../../../support/temp.ts";

export const sound = layOutApp(path.resolve(import.meta.dirname, "../fixtures/sound.txt"));

export interface Twin {
  name: string;
  /** The only check that turns red. */
  red: string;
  /** File, and a text in the line that the check names. */
  at?: [path: string, text: string];
  /** What the detail says, besides the place. */
  says?: RegExp;
  /** What it says to do. */
  does?: RegExp;
  /** Replacements: file, text that stands there, text instead. */
  patch?: readonly (readonly [path: string, from: string, to: string])[];
  files?: Readonly<Record<string, string>>;
  /** Git commands to run, so that files are tracked. */
  git?: readonly (readonly string[])[];
  seconds?: number;
}

/** Runs verification on a project; fails when that leaves a trace in it. */
export async function verify(
  root: string,
  options: Partial<VerifyOptions> = {},
  python?: string,
): Promise<VerifyReport> {
  process.env.CELERY_VERIFY_PYTHON = python ?? (await pythonEnv()).python;
  const project = await survey(root);
  const before = snapshotTree(root);
  const report = await verifyProject(project, { app: project.apps[0] ?? null, live: false, ...options });
  assertSameTree(before, snapshotTree(root), "verification left a trace");
  return report;
}

/** The ids of failed checks that were really run. */
export function redChecks(report: VerifyReport): string[] {
  return report.checks.filter(({ verdict }) => verdict === "failed").map((check) => check.id);
}

export function makeTwin({ patch = [], files = {} }: Pick<Twin, "patch" | "files">, from: string = sound): string {
  const root = writeTree(files, copyTree(from, tempDir("twin-")));
  for (const [name, old, text] of patch) {
    const file = path.join(root, name);
    const before = readFileSync(file, "utf8");
    assert.ok(before.includes(old), `${name} does not hold ${old}`);
    writeFileSync(
      file,
      before.replace(old, () => text),
    );
  }
  return root;
}

/** One test for each twin, two at a time. */
export function testTwins(name: string, twins: readonly Twin[]): void {
  const test = suite(name);
  const results = new Map<Twin, Promise<{ root: string; report: VerifyReport }>>();
  const queue = [...twins];
  test.before(async () => {
    await loadParser();
    // Both chains begin now; each test then only waits for its own result.
    const chains = [Promise.resolve(), Promise.resolve()];
    for (const [index, twin] of queue.entries()) {
      const result = chains[index % 2]!.then(() => runTwin(twin));
      result.catch(() => {});
      results.set(twin, result);
      chains[index % 2] = result.then(
        () => {},
        () => {},
      );
    }
  });
  for (const twin of twins) {
    test(twin.name, async () => {
      const { root, report } = await results.get(twin)!;
      const told = report.checks.map(({ id, verdict, detail }) => `${verdict} ${id}: ${detail}`).join("\n");
      assert.deepEqual(redChecks(report), [twin.red], `${told}\n${report.output}`);
      assert.equal(report.ok, false);
      const check = report.checks.find(({ id }) => id === twin.red)!;
      assert.notEqual(check.fix, "", "a failed check says what to do");
      if (twin.at) assert.ok(check.detail.startsWith(`${placeOf(root, ...twin.at)}: `), `${check.detail}\n${told}`);
      if (twin.says) assert.match(check.detail, twin.says);
      if (twin.does) assert.match(check.fix, twin.does);
    });
  }
  test.run();
}

async function runTwin(twin: Twin): Promise<{ root: string; report: VerifyReport }> {
  const root = makeTwin(twin);
  for (const args of twin.git ?? []) await execa("git", ["-C", root, ...args]);
  return { root, report: await verify(root, twin.seconds ? { seconds: twin.seconds } : {}) };
}

function placeOf(root: string, name: string, text: string): string {
  const lines = readFileSync(path.join(root, name), "utf8").split("\n");
  const index = lines.findIndex((line) => line.includes(text));
  assert.notEqual(index, -1, `${name} does not hold ${text}`);
  return `${name}:${index + 1}`;
}
