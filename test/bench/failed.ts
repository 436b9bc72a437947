/** What keeping failed tasks costs a task that works: the generated application with failed-tasks beside the same one without. */
import { randomBytes } from "node:crypto";
import { compare, makeGenerated } from "./runtime.ts";

export const title = "failed tasks kept beside the same application without; aim ≥ 0.98 ×";

export function bench(): Promise<void> {
  // Without a key nothing is kept, and nothing would be measured.
  process.env.FAILED_TASKS_KEY = randomBytes(32).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return compare(makeGenerated(), makeGenerated(["failed-tasks", "--store", "redis"]), [
    "enqueue, the same route",
    "enqueue, each one's route",
  ]);
}
