/** Renders what status-endpoint would write, without surveying a project. */

import { type StatusFacts, statusFiles } from "../../../generators/status/files.ts";
import { Templates } from "../../../lib/templates/render.ts";

const templates = new Templates();

/** Path → text of the task_status package in the package `shop`, and of its pytest file. */
export function renderStatus(overrides: Partial<StatusFacts> = {}): Record<string, string> {
  const name = overrides.package ?? "shop";
  return statusFiles(templates, {
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
}
