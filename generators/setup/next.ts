import type { Change } from "../../lib/changes/types.ts";
import type { Project } from "../../lib/survey/index.ts";
import type { Servers } from "./change.ts";

/** What happens to tasks that wait, and what to run now. */
export function nextSteps(
  { dependencies }: Project,
  changes: readonly Change[],
  before: Servers,
  after: Servers,
): string[] {
  const isChanged = (name: string) => changes.some(({ path, action }) => path === name && action !== "unchanged");
  const declared = dependencies.files.find(({ path }) => isChanged(path))?.path;
  return [
    ...(declared
      ? [declared.endsWith(".txt") ? `python -m pip install -r ${declared}` : `install what ${declared} now says`]
      : []),
    ...(before.broker === after.broker
      ? []
      : [
          `tasks that wait in ${before.broker} stay there: stop what sends, let the workers that run now empty the queue, then deploy`,
        ]),
    ...(before.results === after.results
      ? []
      : [`results in ${before.results} stay there: until they expire, who asks for one is told PENDING`]),
    ...(isChanged("compose.celery.yaml") ? ["docker compose -f compose.celery.yaml up --wait"] : []),
  ];
}
