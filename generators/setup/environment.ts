import type { Context } from "../../lib/contract/context.ts";
import { readEnvKeys } from "../../lib/files/env-files.ts";

type Line = { key: string; value: string };

/** Placeholders of the old broker become those of the new one; a line that its owner has edited stays. Returns warnings. */
export function replaceExample(
  { project, changes }: Context,
  before: readonly Line[],
  after: readonly Line[],
): string[] {
  const bytes = changes.current(".env.example");
  const placeholder = (key: string) => after.find((line) => line.key === key)?.value;
  const changed = before.filter(({ key, value }) => placeholder(key) !== value);
  const warnings = warnAboutEnv(project.read(".env"), changed);
  if (!bytes) return warnings;
  let text = Buffer.from(bytes).toString("latin1");
  for (const { key, value } of changed) {
    const now = placeholder(key);
    const line = new RegExp(`^${key}=${value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(\\r?\\n|$)`, "m");
    if (line.test(text)) text = text.replace(line, now === undefined ? "" : `${key}=${now}$1`);
    else
      warnings.push(`.env.example: ${key} was edited, and stays as it is${now ? `; the new example is ${now}` : ""}`);
  }
  changes.edit(".env.example", Buffer.from(text, "latin1"));
  return warnings;
}

/** Secrets are the owner's. */
function warnAboutEnv(bytes: Uint8Array | null, changed: readonly Line[]): string[] {
  const keys = bytes ? readEnvKeys(bytes).filter((key) => changed.some((line) => line.key === key)) : [];
  return keys.length > 0
    ? [`.env still names the old servers: change ${keys.join(" and ")} there, and wherever else they are set`]
    : [];
}
