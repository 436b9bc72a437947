/** Renders what status-endpoint would write, without surveying a project. */

import { addStatusFiles, type StatusFacts } from "../../../generators/status/files.ts";
import { ChangeSet } from "../../../lib/changes/change-set.ts";
import { Context } from "../../../lib/contract/context.ts";
import type { Project } from "../../../lib/survey/index.ts";
import { Templates } from "../../../lib/templates/render.ts";

const templates = new Templates();

/** Path → text of the task_status package in the package `shop`, and of its pytest file. */
export function renderStatus(overrides: Partial<StatusFacts> = {}): Record<string, string> {
  const name = overrides.package ?? "shop";
  const changes = new ChangeSet({ read: () => null });
  const context = new Context({ project: {} as Project, changes, templates, force: false });
  addStatusFiles(context, {
    name: "task_status",
    package: name,
    packageDir: `${name}/`,
    importRoot: "",
    testsDir: "tests/",
    urlPrefix: "/tasks",
    cancel: true,
    stream: true,
    page: true,
    login: "none",
    celery: { access: "extensions", module: "", name: "" },
    ...overrides,
  });
  return Object.fromEntries(context.kept);
}
