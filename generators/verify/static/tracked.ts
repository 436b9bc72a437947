/** The files that the checks without Python look at: what Git tracks, or what is not ignored where there is no repository. */
import { execa } from "execa";

export interface Tracked {
  /** Relative to the root, with forward slashes, sorted. */
  readonly paths: readonly string[];
  /** False where there is no repository, or Git is not installed: then `paths` is what a first commit would take. */
  readonly git: boolean;
}

/** Asks Git in a way that writes nothing, not even the refreshed index. */
export async function listTracked(root: string, fallback: readonly string[]): Promise<Tracked> {
  const { exitCode, stdout } = await git(root, ["ls-files", "-z", "--cached"]);
  if (exitCode !== 0) return { paths: fallback, git: false };
  const paths = String(stdout).split("\0").filter(Boolean).sort();
  // Nothing has been added yet: what would be is what counts.
  return paths.length > 0 ? { paths, git: true } : { paths: fallback, git: false };
}

/** Whether a path would be ignored; null where there is no repository. */
export async function isIgnoredByGit(root: string, path: string): Promise<boolean | null> {
  const { exitCode } = await git(root, ["check-ignore", "--quiet", "--no-index", path]);
  return exitCode === 0 ? true : exitCode === 1 ? false : null;
}

async function git(root: string, args: readonly string[]) {
  // A repository's own configuration may name a program as its file system monitor.
  return execa("git", ["-C", root, "-c", "core.fsmonitor=false", ...args], {
    reject: false,
    env: { GIT_OPTIONAL_LOCKS: "0" },
    stripFinalNewline: false,
  });
}
