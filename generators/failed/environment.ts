import type { Context } from "../../lib/contract/context.ts";
import { mergeEnvExample } from "../../lib/files/env-files.ts";

const ENTRY = {
  key: "FAILED_TASKS_KEY",
  value: "failed_tasks_your_key_here",
  comment: "Encrypts what failed tasks were called with: flask failed-tasks key",
};

/** The key's name in .env.example, where the project has that file; never a key. */
export function addKeyExample({ project, changes }: Context): void {
  const there = project.read(".env.example");
  if (there) changes.edit(".env.example", mergeEnvExample(there, [ENTRY]));
}
