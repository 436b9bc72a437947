/** The checks of the list that need no Python. */
import type { Project } from "../../../lib/survey/index.ts";
import type { Finding } from "../checks.ts";
import { checkDeployment } from "../since/index.ts";
import { checkCredentials } from "./check-credentials.ts";
import { checkEnv } from "./check-env.ts";
import { checkDocumented } from "./documented.ts";
import type { Static } from "./facts.ts";
import { listTracked } from "./tracked.ts";

/** By the ids of the list. */
export const staticChecks: Readonly<Record<string, (files: Static) => Finding | Promise<Finding>>> = {
  "no-credentials": checkCredentials,
  "env-files": checkEnv,
  "worker-documented": checkDocumented,
  "deploy-safe": checkDeployment,
};

/** Runs them all. */
export async function checkFiles(
  project: Project,
  files: Omit<Static, "root" | "project" | "tracked">,
): Promise<Finding[]> {
  const { root, paths } = project;
  const tracked = await listTracked(root, paths);
  return Promise.all(Object.values(staticChecks).map((check) => check({ root, project, tracked, ...files })));
}
