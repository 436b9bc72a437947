/** The order of the calls decides what is on the medium after a power cut, which no test can cause. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "uvu";
import { commit } from "../../lib/changes/commit.ts";
import { disk, type FileSystem } from "../../lib/changes/fs.ts";
import { discard, makeChanges, makeProject } from "./support/tree.ts";

/** Every call as `name path`, descriptors replaced by the paths that they were opened for. */
async function trace(): Promise<string[]> {
  const root = makeProject();
  const open = new Map<number, string>();
  const lines: string[] = [];
  const wrap = (call: keyof FileSystem) => {
    return (...args: unknown[]) => {
      const result = (disk[call] as (...all: unknown[]) => unknown)(...args);
      if (call === "create" || call === "openFolder") open.set(result as number, args[0] as string);
      const named = args
        .filter((arg) => typeof arg === "string" || open.has(arg as number))
        .map((arg) => path.relative(root, typeof arg === "string" ? arg : open.get(arg as number)!) || ".");
      lines.push([call, ...named].join(" ").replaceAll(/-celery-[0-9a-f]{8}-/g, "-"));
      return result;
    };
  };
  const fs = Object.fromEntries(Object.keys(disk).map((call) => [call, wrap(call as keyof FileSystem)]));
  await commit(root, makeChanges(root), fs as FileSystem);
  discard(root);
  return lines;
}

test("journal on the medium before anything is touched; content before its rename; renames before the journal goes", async () => {
  const lines = await trace();
  const at = (line: string) => {
    const index = lines.indexOf(line);
    assert.notEqual(index, -1, `${line} is missing in\n${lines.join("\n")}`);
    return index;
  };
  const home = ".plop-flask-celery";
  const journal = at(`rename ${home}/journal.draft ${home}/journal.json`);
  assert.ok(at(`fsync ${home}/journal.draft`) < journal);
  const lasting = lines.indexOf(`fsync ${home}`, journal);
  assert.ok(lasting > journal && lines.indexOf("fsync .", lasting) > lasting);
  const touching = lines.findIndex((line) => /^(create|mkdir|rename|unlink)/.test(line) && !line.includes(`${home}`));
  assert.ok(touching > lines.indexOf("fsync .", lasting), lines[touching]!);
  const renames = lines.flatMap((line, index) =>
    line.startsWith("rename ") && !line.includes("journal") ? [index] : [],
  );
  assert.equal(renames.length, 7);
  for (const index of renames) {
    const temp = lines[index]!.split(" ")[1]!;
    assert.ok(at(`fsync ${temp}`) < renames[0]!, "all content is on the medium before the first rename");
    assert.ok(at(`close ${temp}`) < renames[0]!);
  }
  const gone = at(`unlink ${home}/journal.json`);
  for (const folder of [".", "app", "app/users", "app/users/tasks", "secrets"]) {
    const synced = lines.lastIndexOf(`fsync ${folder}`, gone);
    assert.ok(synced > renames.at(-1)!, `${folder} is on the medium before the journal goes`);
  }
  // Originals are kept until the change stands.
  for (const line of lines.slice(0, gone)) assert.ok(!line.startsWith(`unlink ${home}/backup`), line);
});

test.run();
