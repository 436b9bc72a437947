/** Generators are found by folder: adding one is adding a file. */
import { readdirSync } from "node:fs";
import type { Generator } from "../contract/generator.ts";

/** A folder with one file per generator: generators/*.ts from source, dist/generators/*.js when built. */
export interface GeneratorFolder {
  url: URL;
  /** Imports one of its files by its name without the ending: in the caller, where the build sees what to bundle. */
  load(name: string): Promise<{ generator?: Generator }>;
}

/** Imports each file directly in `folder` that exports a `generator`, in the order of their names. */
export function findGenerators(folder: GeneratorFolder): Promise<Generator[]> {
  return importFrom(folder, listFiles(folder.url));
}

/** The generator `name`, or undefined; imports no other when the file is called like it, as ours are. */
export async function findGenerator(folder: GeneratorFolder, name: string): Promise<Generator | undefined> {
  const files = listFiles(folder.url);
  const [likely] = await importFrom(
    folder,
    files.filter((file) => file === name),
  );
  return likely?.name === name
    ? likely
    : (await importFrom(folder, files)).find((generator) => generator.name === name);
}

function listFiles(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => entry.name.replace(/\.\w+$/, ""))
    .sort();
}

async function importFrom(folder: GeneratorFolder, files: readonly string[]): Promise<Generator[]> {
  const modules = await Promise.all(files.map((name) => folder.load(name)));
  return modules.flatMap(({ generator }) => (generator ? [generator] : []));
}
