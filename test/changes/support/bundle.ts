import path from "node:path";
import { buildSync } from "esbuild";
import { tempDir } from "../../support/temp.ts";

/** Bundles a program of this folder, so that hundreds of processes can start it without the TypeScript loader. */
export function bundleChild(name: string): string {
  const outfile = path.join(tempDir(), "child.mjs");
  buildSync({
    entryPoints: [path.join(import.meta.dirname, name)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
  });
  return outfile;
}
