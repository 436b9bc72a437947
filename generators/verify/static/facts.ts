import type { Project } from "../../../lib/survey/index.ts";
import type { Tracked } from "./tracked.ts";

/** One place that tells how to start a worker. */
export interface WorkerCommand {
  path: string;
  /** 1-based. */
  line: number;
  /** The value of `-A`/`--app`; "" where it is not given. */
  app: string;
}

/** What the checks that need no Python look at. */
export interface Static {
  root: string;
  project: Project;
  /** The revision that runs now; "" for no comparison. */
  since: string;
  tracked: Tracked;
  /** Commands that start a worker, wherever they are written down. */
  commands: readonly WorkerCommand[];
  /** Whether `celery -A <module>` could find that module. */
  resolves(app: string): boolean;
  /** What to do where no command is right. */
  workerCommand: string;
}
