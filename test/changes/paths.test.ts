/** Whatever a path is called, nothing outside the root is written. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { test } from "uvu";
import { commit } from "../../lib/changes/commit.ts";
import { disk, type FileSystem } from "../../lib/changes/fs.ts";
import type { Change } from "../../lib/changes/types.ts";
import { UserError } from "../../lib/errors/index.ts";
import { writeTree } from "../support/temp.ts";
import { faultyDisk } from "./support/faulty.ts";
import { discard, fastDir } from "./support/tree.ts";

/** Every path that a commit writes to, by whatever call. */
function watchWrites(): { fs: FileSystem; written: string[] } {
  const written: string[] = [];
  const { fs } = faultyDisk((_, call, args) => {
    const paths = { create: 1, mkdir: 1, rmdir: 1, unlink: 1, link: 2, rename: 2 }[call as string] ?? 0;
    written.push(...(args.slice(0, paths) as string[]));
  });
  return { fs, written };
}

test("paths of any spelling stay inside the root or are refused", async () => {
  const part = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("a", "b", "in", "c.py", "with space", "é") },
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        "..",
        ".",
        "",
        "~",
        "a",
        "b.py",
        "in",
        "out",
        "up",
        "file",
        "loop",
        "dangling",
        ".git",
        ".plop-flask-celery",
        "C:",
        "\\",
        "..\\x",
        "CON",
        "a\0",
        "%2e%2e",
        "．．",
        "{{x}}",
        "$HOME",
        "-rf",
      ),
    },
    { weight: 2, arbitrary: fc.string({ maxLength: 8, unit: "binary" }) },
  );
  const name = fc
    .tuple(fc.boolean(), fc.array(part, { maxLength: 5 }))
    .map(([absolute, parts]) => (absolute ? "/" : "") + parts.join("/"));
  let refused = 0;
  let done = 0;
  const property = fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 2 }), async (names) => {
    const top = writeTree({ "outside/file": "outside\n", "root/in/file": "inside\n" }, fastDir());
    const root = path.join(top, "root");
    for (const [link, to] of Object.entries({
      out: "../outside",
      up: "..",
      loop: "loop",
      dangling: "../outside/new",
      file: "../outside/file",
    })) {
      symlinkSync(to, path.join(root, link));
    }
    const changes = names.map(
      (file): Change => ({ path: file, action: "create", before: null, after: Buffer.from("x") }),
    );
    const { fs, written } = watchWrites();
    try {
      await commit(root, changes, fs);
      done++;
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      refused++;
    }
    for (const file of written) {
      const relative = path.relative(root, file);
      assert.ok(!relative.startsWith("..") && !path.isAbsolute(relative) && relative !== "", file);
      // The root is a real path, so a folder on the way may be no symlink either.
      assert.ok(!/^(out|up|loop|dangling)(\/|$)/.test(relative), file);
    }
    assert.deepEqual(readdirSync(top).sort(), ["outside", "root"]);
    assert.deepEqual(readdirSync(path.join(top, "outside")), ["file"]);
    assert.equal(readFileSync(path.join(top, "outside/file"), "utf8"), "outside\n");
    discard(top);
  });
  await fc.assert(property, { numRuns: 800, seed: 42 });
  assert.ok(refused > 100 && done > 60, `${refused} refused, ${done} done`);
  console.log(`paths: ${refused} plans refused, ${done} carried out`);
});

/** A project whose folder `pkg` becomes a symlink to the outside just before the call that `when` picks. */
async function commitWithSwap(when: (call: string, file: string) => boolean): Promise<string[]> {
  const top = writeTree({ "outside/keep": "" }, fastDir());
  const root = path.join(top, "root");
  mkdirSync(path.join(root, "pkg"), { recursive: true });
  let swapped = false;
  const { fs } = faultyDisk((_, call, args) => {
    if (swapped || !when(call, String(args[0]))) return;
    swapped = true;
    disk.rmdir(path.join(root, "pkg"));
    symlinkSync("../outside", path.join(root, "pkg"));
  });
  const change: Change = { path: "pkg/x.py", action: "create", before: null, after: Buffer.from("x") };
  await assert.rejects(commit(root, [change], fs), UserError);
  assert.ok(swapped);
  const found = readdirSync(path.join(top, "outside"));
  discard(top);
  return found;
}

test("a folder that is swapped for a symlink after the comparison", async () => {
  const before = await commitWithSwap((call, file) => call === "rename" && file.endsWith("journal.draft"));
  assert.deepEqual(before, ["keep"]);
  // Between two calls that follow each other at once, only the name of the temporary file can slip out.
  const during = await commitWithSwap((call, file) => call === "create" && path.basename(path.dirname(file)) === "pkg");
  assert.ok(!during.includes("x.py"));
});

test.run();
