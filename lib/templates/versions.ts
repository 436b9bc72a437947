/** Templates of earlier versions, as `npm run freeze` has kept them: what was generated then can be made again. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { findTemplates } from "./template-files.ts";

/** Template name → text, e.g. "integration/make_celery.py"; null where nothing is kept of that version. */
export function templatesOf(version: string): Readonly<Record<string, string>> | null {
  if (!/^\d+\.\d+\.\d+$/.test(version)) return null;
  const file = path.join(findTemplates(), "versions", `${version}.json.gz`);
  if (!existsSync(file)) return null;
  return JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
}

/** The versions of which templates are kept, oldest first. */
export function keptVersions(): string[] {
  const names = readdirSync(path.join(findTemplates(), "versions")).map((name) => name.replace(/\.json\.gz$/, ""));
  return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

/** This package's own version. */
export function packVersion(): string {
  const file = path.join(path.dirname(findTemplates()), "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
