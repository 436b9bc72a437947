/** Templates of earlier versions, as `npm run freeze` has kept them: what was generated then can be made again. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { compiledVersion, compileSpec } from "./compiled.ts";
import { findTemplates } from "./template-files.ts";

/** The templates of one version. */
export interface KeptTemplates {
  /** e.g. "integration/make_celery.py" */
  readonly names: readonly string[];
  spec(name: string): TemplateSpecification;
}

/** @returns null where nothing is kept of that version */
export function templatesOf(version: string): KeptTemplates | null {
  if (!keptVersions().includes(version)) return null;
  const built = compiledVersion(version);
  if (built) return { names: Object.keys(built), spec: (name) => built[name] ?? compileSpec("") };
  const file = path.join(findTemplates(), "versions", `${version}.json.gz`);
  const texts: Record<string, string> = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
  return { names: Object.keys(texts), spec: (name) => compileSpec(texts[name] ?? "") };
}

/** The versions of which templates are kept, oldest first. */
export function keptVersions(): string[] {
  const names = readdirSync(path.join(findTemplates(), "versions")).map((name) => name.replace(/\.json\.gz$/, ""));
  return names.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
