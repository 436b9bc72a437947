/** `deploy-safe`: what waits in the queues survives the deployment of what has changed since a revision. */
import type { Project } from "../../../lib/survey/index.ts";
import { type Finding, fails, holds, isNotApplicable } from "../checks.ts";
import type { Static } from "../static/facts.ts";
import { compareRevisions, type Revision } from "./compare.ts";
import { readingRevision } from "./revision.ts";
import { sendingsOf, signaturesOf } from "./signatures.ts";

const ID = "deploy-safe";
const SETTINGS = [
  "task_default_queue",
  "task_routes",
  "global_keyprefix",
  "queue_name_prefix",
  "task_serializer",
  "accept_content",
];

/**
 * Compares with the revision that runs now.
 *
 * @throws UserError `since-unknown`
 */
export async function checkDeployment({ project, since }: Pick<Static, "project" | "since">): Promise<Finding> {
  if (since === "") return isNotApplicable(ID);
  const [before, after] = [await readingRevision(project.root, since, describeRevision), describeRevision(project)];
  const { queued, early } = compareRevisions(before, after);
  const told = (found: { at: string; what: string }[]) =>
    found.map(({ at, what }) => (at ? `${at}: ${what}` : what)).join("; ");
  if (queued.length > 0) return fails(ID, told(queued), [...new Set(queued.map(({ fix }) => fix))].join("\n"));
  if (before.tasks.size === 0 && after.tasks.size === 0)
    return isNotApplicable(ID, `there is no task, neither now nor at ${since}`);
  const first = early.length > 0 ? `; deploy the workers first: ${told(early)}` : "";
  return holds(ID, `${before.tasks.size} tasks of ${since} run on${first}`);
}

/** What of a project a deployment can break. */
export function describeRevision(project: Project): Revision {
  const tasks = signaturesOf(project);
  return { tasks, sendings: sendingsOf(project, tasks), settings: settingsOf(project) };
}

/** Values of Celery's settings as they stand in mappings, classes and keyword arguments. */
function settingsOf({ sources }: Project): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const source of sources.values()) {
    for (const node of source.tree.rootNode.descendantsOfType(["pair", "assignment", "keyword_argument"])) {
      const key = node.childForFieldName("key") ?? node.childForFieldName("left") ?? node.childForFieldName("name");
      const name = (key?.text ?? "")
        .replace(/^["']|["']$|^.*\./g, "")
        .replace(/^CELERY_/, "")
        .toLowerCase();
      const value = (node.childForFieldName("value") ?? node.childForFieldName("right"))?.text
        .replace(/\s+/g, "")
        .replaceAll("'", '"');
      if (SETTINGS.includes(name) && value) found.set(name, [...(found.get(name) ?? []), value].sort());
    }
  }
  return found;
}
