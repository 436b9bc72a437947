import type { ChangeSet } from "../changes/change-set.ts";
import type { Templates } from "../changes/render.ts";
import type { Integration } from "../flow/integration.ts";
import {
  ENV_MODE,
  type EnvEntry,
  ignoreFolder,
  mergeEnvExample,
  mergeEnvSecrets,
  mergeGitignore,
} from "../settings/env-files.ts";
import { readInheritedIgnores } from "../survey/gitignore.ts";
import type { Project } from "../survey/project.ts";
import { isBrokerUrl } from "./broker-url.ts";

/** .env.example with placeholders, .gitignore that hides .env, and .env itself only when the user gave a URL. */
export function addEnvironmentFiles(
  changes: ChangeSet,
  project: Project,
  integration: Integration,
  templates: Templates,
  brokerAnswer: string,
): void {
  const entries = parseEntries(templates.render("project/env.example", integration));
  const example = mergeEnvExample(project.read(".env.example"), entries);
  if (entries.length > 0) changes.edit(".env.example", example);
  const ignored = mergeGitignore(project.read(".gitignore"), readInheritedIgnores(project.root));
  const usesFiles = integration.broker === "embedded" || integration.results === "embedded";
  const complete = usesFiles ? ignoreFolder(ignored, "instance/", "The embedded broker's files") : ignored;
  if (complete) changes.edit(".gitignore", complete);
  if (!isBrokerUrl(brokerAnswer)) return;
  const before = project.read(".env");
  const after = mergeEnvSecrets(before, [{ key: "CELERY_BROKER_URL", value: brokerAnswer }]);
  if (before) changes.edit(".env", after);
  else changes.write(".env", after, { mode: ENV_MODE });
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
