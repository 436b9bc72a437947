import type { Prompt } from "../../lib/contract/generator.ts";
import { previewPrompt } from "../../lib/contract/preview.ts";
import { pythonName } from "../../lib/errors/names.ts";
import { targetPrompt } from "../common/target.ts";

/** The prompts of blueprint-task, in the order of the contract. */
export const blueprintPrompts: readonly Prompt[] = [
  {
    name: "blueprint",
    message: "Which blueprint? A new name makes a new one.",
    normalize: (value) => pythonName("blueprint", value),
    detect(project) {
      const names = project.blueprints.map(({ name }) => name);
      if (names.length === 1) return { value: names[0]!, certain: false };
      return { missing: "which blueprint gets the task?", candidates: names };
    },
  },
  {
    name: "task",
    message: "Name of the task",
    normalize: (value) => pythonName("task", value),
    detect: (_project, answers) => ({ value: `process_${answers.blueprint}`, certain: false }),
  },
  {
    name: "endpoint",
    message: "Add a route that sends it?",
    choices: [
      { value: "yes", hint: "POST answers 202 with a Location" },
      { value: "no", hint: "only the task" },
    ],
    detect: () => ({ value: "no", certain: false }),
  },
  {
    name: "context",
    message: "What does the task need of the request?",
    choices: [
      { value: "app", hint: "nothing: it gets arguments, as most tasks should" },
      { value: "request", hint: "request id, user id, locale and base URL travel along" },
    ],
    detect: () => ({ value: "app", certain: true }),
  },
  {
    name: "database",
    message: "Database session in the task",
    choices: [
      { value: "none", hint: "the task uses no database" },
      { value: "flask-sqlalchemy", hint: "db.session of Flask-SQLAlchemy" },
      { value: "sqlalchemy", hint: "a scoped_session of plain SQLAlchemy" },
    ],
    detect: (project) => ({ value: project.databases[0]?.name ? project.databases[0].kind : "none", certain: true }),
  },
  previewPrompt,
  targetPrompt,
];
