import type { Reading } from "../reading.ts";
import { modulePath } from "./modules.ts";

/** Folders without `__init__.py` that the project imports as packages all the same. */
export function namespaceFolders(reading: Reading): Set<string> {
  const folders = new Set<string>();
  for (const source of reading.sources.values()) {
    const own = source.path.split("/").slice(0, -1).join("/");
    // By text: parsing every file for its imports would take longer than the rest of the survey.
    for (const [, from, names] of source.text.matchAll(IMPORT)) {
      if (from?.startsWith(".")) folders.add(own);
      for (const module of from ? [from] : names!.split(",").map((name) => name.trim().split(/\s/)[0]!)) {
        if (!module.startsWith(".")) addNamespaces(module, reading, folders);
      }
    }
  }
  folders.delete("");
  return folders;
}

const IMPORT = /(?:^|;)[ \t]*(?:from[ \t]+([\w.]+)[ \t]*import\b|import[ \t]+([\w., \t]+))/gm;

function addNamespaces(module: string, reading: Reading, folders: Set<string>): void {
  const parts = module.split(".");
  const hasModule = modulePath("", module, reading.pathSet) !== null;
  for (let end = 1; hasModule && end < parts.length; end++) folders.add(parts.slice(0, end).join("/"));
}
