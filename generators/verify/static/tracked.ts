/** The files that the checks without Python look at: what Git tracks, or what is not ignored where there is no repository. */
import { execa } from "execa";

export interface Tracked {
  /** Relative to the root, with forward slashes, sorted. */
  readonly paths: readonly string[];
  /** Virtual environments among them, with other people's programs; `paths` leaves them out. */
  readonly environments: readonly { folder: string; files: number }[];
  /** False where there is no repository, or Git is not installed: then `paths` is what a first commit would take. */
  readonly git: boolean;
}

/** Asks Git in a way that writes nothing, not even the refreshed index. */
export async function listTracked(root: string, fallback: readonly string[]): Promise<Tracked> {
  const { failed, stdout } = await git(root, ["ls-files", "-z", "--cached"]);
  const paths = failed ? [] : String(stdout).split("\0").filter(Boolean).sort();
  // Nothing has been added yet: what would be is what counts.
  return paths.length > 0
    ? { ...withoutEnvironments(paths), git: true }
    : { ...withoutEnvironments(fallback), git: false };
}

function withoutEnvironments(all: readonly string[]): Pick<Tracked, "paths" | "environments"> {
  const folders = new Set(all.flatMap((name) => environmentOf(name) ?? []));
  const counts = new Map<string, number>();
  const paths = all.filter((name) => {
    const folder = [...folders].find((one) => name.startsWith(`${one}/`));
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + 1);
    return folder === undefined;
  });
  return { paths, environments: [...counts].map(([folder, files]) => ({ folder, files })) };
}

/** The virtual environment that a file gives away; installed packages are one, too, wherever they lie. */
function environmentOf(name: string): string | null {
  const marked =
    /^(.+)\/pyvenv\.cfg$|^(.+)\/(?:bin|Scripts)\/activate$|^(.+?)\/[Ll]ib\/(?:python[\d.]+\/)?(?:site|dist)-packages\//.exec(
      name,
    ) ?? /^(.*?(?:site|dist)-packages)\//.exec(name);
  return marked ? (marked[1] ?? marked[2] ?? marked[3] ?? null) : null;
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
