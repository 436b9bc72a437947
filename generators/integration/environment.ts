import { statSync } from "node:fs";
import path from "node:path";
import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";
import {
  ENV_MODE,
  type EnvEntry,
  ignorePattern,
  mergeEnvExample,
  mergeEnvSecrets,
  mergeGitignore,
} from "../../lib/files/env-files.ts";
import { isTracked } from "../../lib/files/git-index.ts";
import { readInheritedIgnores } from "../../lib/files/gitignore.ts";
import { celeryUrl, isBrokerUrl } from "./broker-url.ts";
import type { Integration } from "./facts.ts";

/** .env.example with placeholders, .gitignore that hides .env, and .env itself only when the user gave a URL. Returns warnings. */
export function addEnvironmentFiles(context: Context, integration: Integration, broker: string): string[] {
  const { project, changes, templates } = context;
  const there = project.read(".env.example");
  const entries = underHeading(there, parseEntries(templates.render("integration/project/env.example", integration)));
  const example = mergeEnvExample(there, entries);
  if (entries.length > 0) changes.edit(".env.example", example);
  const inherited = readInheritedIgnores(project.root);
  const before = project.read(".gitignore");
  const usesFiles = integration.broker === "embedded" || integration.results === "embedded";
  const rules: [pattern: string, why: string, isWanted: boolean][] = [
    ["instance/", "The embedded broker's files", usesFiles],
    ["celerybeat-schedule*", "What beat keeps between two starts", !inherited("celerybeat-schedule")],
    // Somebody follows the next steps and then types `git add .`.
    [".venv/", "The virtual environment", before === null && project.dependencies.manager === "pip"],
  ];
  const ignored = rules
    .filter(([, , isWanted]) => isWanted)
    .reduce((text, [pattern, why]) => ignorePattern(text, pattern, why), mergeGitignore(before, inherited));
  if (ignored) changes.edit(".gitignore", ignored);
  if (!isBrokerUrl(broker)) return [];
  if (broker.includes("@") && isTracked(project.root, ".env")) throw envTracked();
  const secrets = project.read(".env");
  const after = mergeEnvSecrets(secrets, [{ key: "CELERY_BROKER_URL", value: celeryUrl(broker) }]);
  if (secrets) changes.edit(".env", after);
  else changes.write(".env", after, { mode: ENV_MODE });
  return secrets ? warnAboutEnv(project.root, secrets, after) : [];
}

/** A section of their own in a file that has sections: they belong to none of the others. */
function underHeading(there: Uint8Array | null, entries: EnvEntry[]): EnvEntry[] {
  const text = Buffer.from(there ?? []).toString("utf8");
  if (!/^#/m.test(text) || text.includes("CELERY_")) return entries;
  return entries.map((entry, index) => (index === 0 && !entry.comment ? { ...entry, comment: "Celery" } : entry));
}

/** What is there is the user's: neither its values nor its permissions are changed unasked. */
function warnAboutEnv(root: string, before: Uint8Array, after: Uint8Array): string[] {
  if (after === before) return [".env: CELERY_BROKER_URL has a value there already, which was left as it is."];
  const others = process.platform === "win32" ? 0 : statSync(path.join(root, ".env")).mode & 0o077;
  return others === 0 ? [] : [".env holds a connection string and can be read by other users: chmod 600 .env"];
}

function envTracked(): UserError {
  return new UserError({
    code: "env-tracked",
    what: "broker: the URL would go to .env, and Git tracks that file; nothing was written.",
    why: "The next commit would publish its password.",
    fix: "Take it out (git rm --cached .env) and run this again, or give the broker's kind and set CELERY_BROKER_URL elsewhere.",
  });
}

/** `# comment` lines and `KEY=value` lines, as the template has them. */
function parseEntries(text: string): EnvEntry[] {
  const entries: EnvEntry[] = [];
  let comment: string[] = [];
  for (const line of text.split("\n")) {
    const pair = /^([A-Z_]+)=(.*)$/.exec(line);
    if (pair) {
      entries.push({ key: pair[1]!, value: pair[2]!, ...(comment.length ? { comment: comment.join(" ") } : {}) });
      comment = [];
    } else if (line.startsWith("#")) comment.push(line.replace(/^#\s*/, ""));
  }
  return entries;
}
