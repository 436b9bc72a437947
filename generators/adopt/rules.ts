import type { Rule } from "./draft.ts";

/** Every rule, with what it is for. */
export const RULES = {
  sharedTask: {
    name: "shared-task",
    why: "a task that is declared with shared_task imports no application; its registered name stays",
  },
  explicitName: {
    name: "explicit-name",
    why: "a module that is also run as a script is called __main__ then: the name says what the worker knows it by",
  },
  currentApp: {
    name: "current-app",
    why: "code that runs with the application takes the Celery that is in use there",
  },
  taskBase: { name: "task-base", why: "a task class of the project's own gets the application's context, too" },
  settings: {
    name: "settings",
    why: "what the old object was given stands where the application is configured",
  },
  removed: { name: "one-object", why: "what made or configured the old object is done by celery_init_app" },
  entryFile: { name: "worker-entry", why: "commands that name this file go on working" },
  commands: { name: "commands", why: "command lines name the worker's entry" },
} as const satisfies Readonly<Record<string, Rule>>;
