import type { ChosenDatabase } from "../common/database.ts";
import type { RouteStyle } from "./neighbours.ts";

/** What the templates of `blueprint-task` (templates/blueprint/) are rendered with. */
export interface BlueprintTask extends RouteStyle {
  blueprint: string;
  /** Variable that holds the Blueprint. */
  variable: string;
  task: string;
  endpoint: boolean;
  /** The blueprint's module imports the task: this integration doesn't look for tasks, and no route does it. */
  registers: boolean;
  /** Whether results are on: the route gets a Location, the task ignore_result=False. */
  tracked: boolean;
  context: "app" | "request";
  /** Module of the tasks as the routes' module imports it, e.g. ".tasks" or "app.users_tasks". */
  tasksImport: string;
  /** Dotted module of celery_request.py as tasks and routes import it. */
  requestModule: string;
  /** Dotted module with task_url(), when status-endpoint has been run; "" otherwise. */
  statusModule: string;
  /** What the route sends with, in the caller's transaction, and whether its file makes the database; null where it sends at once. */
  sender: { module: string; name: string; besideDatabase: boolean } | null;
  /** The route's answer has a Location. */
  located: boolean;
  /** Celery is reached through `current_app.extensions["celery"]`. */
  inExtensions: boolean;
  /** A blank line divides the absolute imports of the project from the relative one of the tasks. */
  gapBeforeTasks: boolean;
  /** The task's name for classes. */
  pascal: string;
  /** The blueprint is there already: its file imports Blueprint itself. */
  exists: boolean;
  database: ChosenDatabase;
}
