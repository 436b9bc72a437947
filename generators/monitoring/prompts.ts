import { previewPrompt } from "../../lib/contract/preview.ts";
import { type AnswersOf, certain, definePrompt, suggested, yesNo } from "../../lib/contract/prompt.ts";
import type { Project } from "../../lib/survey/index.ts";
import { targetPrompt } from "../common/target.ts";

/** What starts Prometheus' exporter, beside compose.celery.yaml. */
export const METRICS_FILE = "compose.celery-metrics.yaml";

/** The prompts of celery-monitoring; what an earlier run was told stays. */
export const monitoringPrompts = [
  definePrompt({
    name: "errors",
    message: "Error reports",
    choices: [
      { value: "none", hint: "the log alone" },
      { value: "sentry", hint: "to Sentry, without arguments" },
    ],
    detect: ({ dependencies }) => (dependencies.versions.has("sentry-sdk") ? certain("sentry") : suggested("none")),
  }),
  targetPrompt,
  previewPrompt,
  definePrompt({
    name: "metrics",
    message: "Traces and metrics",
    choices: [
      { value: "none", hint: "none" },
      { value: "exporter", hint: "Prometheus' figures, by a compose file" },
      { value: "opentelemetry", hint: "traces of requests and their tasks, by OTLP" },
    ],
    detect(project) {
      const telemetry = isThere(project, "celery_telemetry.py", "def init_telemetry(", "opentelemetry", "none");
      return telemetry.certain
        ? telemetry
        : isThere(project, METRICS_FILE, "danihodovic/celery-exporter", "exporter", "none");
    },
  }),
  yesNo(
    "flower",
    "Flower?",
    { yes: "its configuration: this machine alone, with a password", no: "no page of tasks" },
    (project) => isThere(project, "flowerconfig.py", "FLOWER_BASIC_AUTH is not set", "yes", "no"),
  ),
  definePrompt({
    name: "logs",
    message: "Log lines of the worker",
    choices: [
      { value: "text", hint: "as they are" },
      { value: "json", hint: "an object a line, with the task's ids" },
    ],
    detect: (project) => isThere(project, "celery_json_logs.py", "def init_json_logs(", "json", "text"),
  }),
] as const;

/** The answers to them. */
export type MonitoringAnswers = AnswersOf<typeof monitoringPrompts>;

/** Whether an earlier run has made a file: by a text that it holds, since a project may have one of that name itself. */
function isThere<const Y extends string, const N extends string>(
  { paths, read }: Project,
  file: string,
  mark: string,
  yes: Y,
  no: N,
): { value: Y | N; certain: boolean } {
  const named = paths.filter((path) => path === file || path.endsWith(`/${file}`));
  const found = named.some((path) => Buffer.from(read(path) ?? []).includes(mark));
  return { value: found ? yes : no, certain: found };
}
