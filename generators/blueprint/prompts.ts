import { snakeCase } from "change-case";
import { previewPrompt } from "../../lib/contract/preview.ts";
import { type AnswersOf, certain, definePrompt, suggested, yesNo } from "../../lib/contract/prompt.ts";
import { pythonName } from "../../lib/errors/names.ts";
import { nearestName } from "../../lib/errors/nearest.ts";
import { targetPrompt } from "../common/target.ts";

/** The prompts of blueprint-task, in the order of the contract. */
export const blueprintPrompts = [
  definePrompt({
    name: "blueprint",
    message: "Which blueprint? A new name makes a new one.",
    normalize: (value) => pythonName("blueprint", value),
    detect(project) {
      const names = project.blueprints.map(({ name }) => name);
      if (names.length === 1) return suggested(names[0] ?? "");
      return { missing: "which blueprint gets the task?", candidates: names };
    },
  }),
  definePrompt({
    name: "task",
    message: "Name of the task",
    normalize: (value) => pythonName("task", value),
    detect: (_project, answers) => suggested(`process_${answers.blueprint}`),
  }),
  yesNo(
    "endpoint",
    "Add a route that sends it?",
    { yes: "POST answers 202 with a Location", no: "only the task" },
    () => suggested("no"),
  ),
  definePrompt({
    name: "context",
    message: "What does the task need of the request?",
    choices: [
      { value: "app", hint: "nothing: it gets arguments, as most tasks should" },
      { value: "request", hint: "request id, user id, locale and base URL travel along" },
    ],
    detect: () => certain("app"),
  }),
  definePrompt({
    name: "database",
    message: "Database session in the task",
    choices: [
      { value: "none", hint: "the task uses no database" },
      { value: "flask-sqlalchemy", hint: "db.session of Flask-SQLAlchemy" },
      { value: "sqlalchemy", hint: "a scoped_session of plain SQLAlchemy" },
    ],
    detect: (project) => certain(project.databases[0]?.name ? project.databases[0].kind : "none"),
  }),
  previewPrompt,
  targetPrompt,
  yesNo(
    "new",
    "There is no such blueprint. Make it?",
    { yes: "a new blueprint is made and registered", no: "nothing is written" },
    (project, { blueprint = "" }) => {
      const names = project.blueprints.map(({ name }) => name);
      if (names.some((name) => name === blueprint || snakeCase(name) === blueprint)) return certain("no");
      const near = nearestName(blueprint, names);
      if (!near) return certain("yes");
      return { missing: `there is no blueprint "${blueprint}"; did you mean "${near}"?`, candidates: ["yes"] };
    },
  ),
  definePrompt({
    name: "enqueue",
    message: "How does the route send the task?",
    choices: [
      { value: "direct", hint: "at once; 503 when the broker is down" },
      { value: "commit", hint: "after the database transaction has committed, never for a rollback" },
      { value: "outbox", hint: "written in the transaction and sent by a relay: not lost by a crash either" },
    ],
    detect: () => certain("direct"),
  }),
] as const;

/** The answers to them. */
export type BlueprintAnswers = AnswersOf<typeof blueprintPrompts>;
