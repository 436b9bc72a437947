import { spawnSync } from "node:child_process";
import type { Change } from "../changes/types.ts";
import { findGitTop } from "../files/list.ts";

/**
 * A warning where Git has changes that nobody has committed in files that a plan edits: a reviewer could not tell them from
 * ours, and `git checkout` would take both back. Empty without Git.
 */
export function uncommittedEdits(root: string, changes: readonly Change[]): string[] {
  const edited = changes.filter(({ action }) => action === "edit").map(({ path }) => path);
  if (edited.length === 0 || !findGitTop(root)) return [];
  // Without the lock that a status takes to refresh the index.
  const asked = [
    "--no-optional-locks",
    "-C",
    root,
    "status",
    "--porcelain",
    "--untracked-files=no",
    "-z",
    "--",
    ...edited,
  ];
  const { status, stdout } = spawnSync("git", asked, { encoding: "utf8", timeout: 5000 });
  const dirty = status === 0 ? stdout.split("\0").filter(Boolean) : [];
  if (dirty.length === 0) return [];
  const names = edited.filter((path) => dirty.some((line) => line.slice(3).endsWith(path)));
  return [
    `Git has uncommitted changes in ${names.join(", ")}: ours join them. Commit or stash first, and each can be reviewed and taken back alone.`,
  ];
}
