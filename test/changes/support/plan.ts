import { readFileSync } from "node:fs";
import path from "node:path";
import { ChangeSet } from "../../../lib/changes/change-set.ts";

/** A change set over a real folder. */
export function planFor(root: string, force = false): ChangeSet {
  return new ChangeSet({
    force,
    read(file) {
      try {
        return readFileSync(path.join(root, file));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ENOTDIR") return null;
        throw error;
      }
    },
  });
}
