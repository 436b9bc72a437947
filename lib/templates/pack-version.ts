import { readFileSync } from "node:fs";
import path from "node:path";
import { findTemplates } from "./template-files.ts";

/** This package's own version. */
export function packVersion(): string {
  const file = path.join(path.dirname(findTemplates()), "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
