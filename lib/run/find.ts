/** Generators are found by folder: adding one is adding a file. */
import { readdirSync } from "node:fs";
import type { Generator } from "../contract/generator.ts";

/**
 * Imports each file directly in `folder` that exports a `generator`, in the order of their names.
 *
 * @param folder `new URL("./generators/", import.meta.url)` of the caller: generators/*.ts from source, dist/generators/*.js when built
 */
export function findGenerators(folder: URL): Promise<Generator[]> {
  return importFrom(folder, listFiles(folder));
}

/** The generator `name`, or undefined; imports no other when the file is called like it, as ours are. */
export async function findGenerator(folder: URL, name: string): Promise<Generator | undefined> {
  const files = listFiles(folder);
  const [likely] = await importFrom(
    folder,
    files.filter((file) => file.replace(/\.\w+$/, "") === name),
  );
  return likely?.name === name
    ? likely
    : (await importFrom(folder, files)).find((generator) => generator.name === name);
}

function listFiles(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => entry.name)
    .sort();
}

async function importFrom(folder: URL, files: readonly string[]): Promise<Generator[]> {
  const modules: { generator?: Generator }[] = await Promise.all(
    files.map((name) => import(new URL(name, folder).href)),
  );
  return modules.flatMap(({ generator }) => (generator ? [generator] : []));
}
