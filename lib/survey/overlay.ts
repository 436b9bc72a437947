import { readSource } from "../python/index.ts";
import type { Reading } from "./reading.ts";

/**
 * A project with files that exist only in a plan, in the place of those on disk.
 *
 * @param base - read before; whatever it has found in files that stay as they are is found again
 */
export function overlay(base: Reading, files: ReadonlyMap<string, Uint8Array>): Reading {
  const changed = new Map(
    [...files].filter(([path]) => path.endsWith(".py")).map(([path, bytes]) => [path, readSource(path, bytes)]),
  );
  const paths = [...new Set([...base.paths, ...files.keys()])].sort();
  return {
    root: base.root,
    everything: base.everything,
    isNamespace: base.isNamespace,
    paths,
    pathSet: new Set(paths),
    named: [...new Set([...base.named, ...changed.keys()])],
    sources: new Map([...base.sources, ...changed].sort(([a], [b]) => (a < b ? -1 : 1))),
    read: (path) => files.get(path) ?? base.read(path),
    parse: (path) => changed.get(path) ?? base.parse(path),
  };
}
