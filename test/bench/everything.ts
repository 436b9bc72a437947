/** The generated application with everything that can be added to it, beside the same one without. */
import { compare, makeGenerated } from "./runtime.ts";

export const title =
  "periodic tasks, a probe, error reports, traces, JSON logs and failed tasks on beside the same application without; aim ≥ 0.95 ×";

export function bench(): Promise<void> {
  const everything = makeGenerated(
    ["periodic-task", "users", "tidy", "1h"],
    ["celery-monitoring", "--errors", "sentry", "--metrics", "opentelemetry", "--logs", "json"],
    ["failed-tasks", "--store", "redis"],
  );
  return compare(makeGenerated(), everything, ["enqueue, the same route", "enqueue, each one's route"]);
}
