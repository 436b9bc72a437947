/** Generators are found by folder: adding one is adding a file. */
import { readdirSync } from "node:fs";
import type { Generator } from "./generator.ts";

/**
 * Imports each file directly in `folder` that exports a `generator`, in the order of their names.
 *
 * @param folder `new URL("./generators/", import.meta.url)` of the caller: generators/*.ts from source, dist/generators/*.js when built
 */
export async function findGenerators(folder: URL): Promise<Generator[]> {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => entry.name)
    .sort();
  const modules: { generator?: Generator }[] = await Promise.all(
    files.map((name) => import(new URL(name, folder).href)),
  );
  return modules.flatMap(({ generator }) => (generator ? [generator] : []));
}
