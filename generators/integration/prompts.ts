import { previewPrompt } from "../../lib/contract/preview.ts";
import {
  type Answers,
  type AnswersOf,
  type Choice,
  certain,
  type Detection,
  definePrompt,
  suggested,
  yesNo,
} from "../../lib/contract/prompt.ts";
import {
  BROKER_KINDS,
  type BrokerKind,
  type ConfigStyle,
  type FlaskApp,
  type Project,
  surveyConfig,
} from "../../lib/survey/index.ts";
import { databases, usableDatabase } from "../common/database.ts";
import { checkTarget } from "../common/target.ts";
import { brokerKind, isBrokerUrl, unknownScheme } from "./broker-url.ts";
import { brokers } from "./brokers.ts";
import { configStyles } from "./config-styles.ts";
import { type ResultStore, resultStores, storeOf } from "./result-stores.ts";

/** The names of a table, which has no others. */
const keysOf = <Name extends string>(table: Readonly<Record<Name, unknown>>) => Object.keys(table) as Name[];

/** The values of a table with their hints, in its order. */
function choicesOf<Value extends string>(table: Readonly<Record<Value, { hint: string }>>): Choice<Value>[] {
  return keysOf(table).map((value) => ({ value, hint: table[value].hint }));
}

/** What the answers of celery-factory and celery-direct have in common. */
export type IntegrationAnswers = AnswersOf<ReturnType<typeof integrationPrompts>>;

/** The prompts of celery-factory and celery-direct, in the order of the contract. */
export function integrationPrompts(kind: FlaskApp["kind"]) {
  return [
    target(kind),
    definePrompt({
      name: "broker",
      message: "Broker: where do tasks wait?",
      choices: choicesOf(brokers),
      accepts: isBrokerUrl,
      check: (value) => void brokerKind(value),
      keep: brokerKind,
      detect: detectBroker,
    }),
    definePrompt({
      name: "results",
      message: "Result backend: where do results go?",
      choices: choicesOf(resultStores),
      detect: (project, answers) => resultsFor(brokerKind(answers.broker ?? "redis"), project),
    }),
    definePrompt({
      name: "database",
      message: "Database sessions in tasks",
      choices: choicesOf(databases),
      // A session that has no name for certain can't be removed after a task.
      detect: (project) => certain(usableDatabase(project)?.kind ?? "none"),
    }),
    definePrompt({
      name: "config",
      message: "Settings: where do Celery's live?",
      choices: choicesOf(configStyles),
      detect: (project, answers) => configStyle(project, answers),
    }),
    definePrompt({
      name: "tasks",
      message: "Tasks: where do they live?",
      choices: [
        { value: "blueprint", hint: "a tasks.py beside each blueprint" },
        { value: "centralized", hint: "one tasks.py for the application" },
        { value: "mixed", hint: "package blueprints their own, the others share one" },
      ],
      detect: (project) => certain(hasBlueprintPackages(project, kind) ? "blueprint" : "centralized"),
    }),
    yesNo(
      "install",
      "Install the packages now?",
      {
        yes: "with the tool that the project uses; into a new .venv where there is no environment",
        no: "only declare them",
      },
      () => suggested("no"),
    ),
    previewPrompt,
  ] as const;
}

/** The application; without a candidate the answer is empty, and plan() says what is wrong or makes a new one. */
function target(kind: FlaskApp["kind"]) {
  return definePrompt({
    name: "target",
    message: "Which application?",
    check: checkTarget,
    detect(project) {
      const fitting = project.apps.filter((app) => app.kind === kind);
      const [first, ...others] = fitting;
      if (!first) return certain("");
      if (others.length === 0) return certain(first.target);
      return { missing: "several applications could be meant", candidates: fitting.map((app) => app.target) };
    },
  });
}

/** An empty folder gets an application with a blueprint package, or with none, before Celery is put into it. */
function hasBlueprintPackages(project: Project, kind: FlaskApp["kind"]): boolean {
  const isEmpty = !project.paths.some((path) => path.endsWith(".py"));
  return isEmpty ? kind === "factory" : project.blueprints.some(({ layout }) => layout === "package");
}

/** What is there already; a broker that can't be served is never passed over for another one. */
function detectBroker({ broker, otherBroker }: Project): Detection<BrokerKind> {
  if (!otherBroker) return broker ? certain(broker.kind) : suggested("redis");
  const { path, line } = otherBroker.at;
  const { why } = unknownScheme(otherBroker.scheme);
  return { missing: `${path}:${line} names another broker; ${why}`, candidates: BROKER_KINDS };
}

function resultsFor(broker: BrokerKind, project: Project): Detection<ResultStore> {
  const there = project.results && storeOf(project.results.scheme);
  if (there) return certain(there);
  const { results } = brokers[broker];
  if (results) return certain(results);
  return suggested(project.databases.length > 0 ? "database" : "none");
}

function configStyle(project: Project, answers: Answers): Detection<ConfigStyle> {
  const app = answers.target ? project.findApp(answers.target) : null;
  if (!app || !("inits" in app)) return certain("object");
  const { style, placement, found } = surveyConfig(project, app);
  const hasPlace = found || placement.kind !== "factory-default" || placement.points.every((point) => !point.inline);
  return certain(hasPlace ? style : "environment");
}
