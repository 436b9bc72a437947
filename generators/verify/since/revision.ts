/** An earlier revision of the project, read from Git and laid out where nothing of the project is touched. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { UserError } from "../../../lib/errors/index.ts";
import { type Project, survey } from "../../../lib/survey/index.ts";

/** Enough for the source of a large project; what is larger is no source. */
const LARGEST = 512 * 1024 * 1024;

/**
 * Reads something from the project as it was.
 *
 * @param since what Git takes for a commit: a tag, a branch, a hash
 * @param use what is read: its files are there for as long as that takes
 * @throws UserError `since-unknown`
 */
export async function readingRevision<T>(root: string, since: string, use: (project: Project) => T): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "celery-since-"));
  try {
    for (const [name, bytes] of await readRevision(root, since)) {
      const file = path.join(folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    return use(await survey(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readRevision(root: string, since: string): Promise<[string, Uint8Array][]> {
  const git = (args: readonly string[], input = "") =>
    execa("git", args, { cwd: root, input, encoding: "buffer", maxBuffer: LARGEST, reject: false });
  const listed = await git(["ls-tree", "-r", "-z", "--name-only", "--full-tree", `${since}:./`]);
  if (listed.exitCode !== 0) {
    // A folder that was not there yet, or no such commit: two things.
    const known = await git(["rev-parse", "--verify", "--quiet", `${since}^{commit}`]);
    throw unknown(
      since,
      known.exitCode === 0 ? "this folder was not there at that commit" : "Git knows no such commit here",
    );
  }
  const names = Buffer.from(listed.stdout).toString("utf8").split("\0");
  const wanted = names.filter((name) => name.endsWith(".py") && !name.includes("\n"));
  const { stdout } = await git(["cat-file", "--batch"], wanted.map((name) => `${since}:./${name}\n`).join(""));
  return splitBatch(Buffer.from(stdout), wanted);
}

/** `<hash> blob <size>`, the bytes, and a line end, for each name: https://git-scm.com/docs/git-cat-file#_batch_output */
function splitBatch(output: Buffer, names: readonly string[]): [string, Uint8Array][] {
  const files: [string, Uint8Array][] = [];
  let at = 0;
  for (const name of names) {
    const end = output.indexOf(10, at);
    const size = / blob (\d+)$/.exec(output.subarray(at, end).toString("latin1"))?.[1];
    at = end + 1;
    if (size === undefined) continue;
    files.push([name, output.subarray(at, at + Number(size))]);
    at += Number(size) + 1;
  }
  return files;
}

function unknown(since: string, why: string): UserError {
  return new UserError({
    code: "since-unknown",
    what: `since: ${since} can't be compared with.`,
    why,
    fix: "give a tag, a branch or a hash of this repository, such as the revision that runs now",
  });
}
