/** Renders what failed-tasks would write, without surveying a project. */
import { addFailedFiles, type FailedFacts } from "../../../generators/failed/files.ts";
import { ChangeSet } from "../../../lib/changes/change-set.ts";
import { Context } from "../../../lib/contract/context.ts";
import type { Project } from "../../../lib/survey/index.ts";
import { Templates } from "../../../lib/templates/render.ts";

const templates = new Templates();

/** Path → text of the package failed_tasks in a package, and of its pytest file. */
export function renderFailed(name: string, overrides: Partial<FailedFacts> = {}): Record<string, string> {
  const changes = new ChangeSet({ read: () => null });
  const context = new Context({ project: {} as Project, changes, templates, force: false });
  addFailedFiles(context, {
    module: `${name}.failed_tasks`,
    packageDir: `${name}/`,
    importRoot: "",
    testsDir: `tests/${name}/`,
    urlPrefix: "/failed-tasks",
    store: "database",
    page: true,
    login: "none",
    ...overrides,
  });
  return Object.fromEntries(context.kept);
}
