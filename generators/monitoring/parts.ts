import type { Context } from "../../lib/contract/context.ts";
import type { CeleryUse, FlaskApp, Project } from "../../lib/survey/index.ts";
import { declarePackages } from "../common/packages.ts";
import { BROKER_SERVICES } from "../common/services.ts";
import { addErrors } from "./errors.ts";
import { addModule, type Part, type Told } from "./module.ts";
import { METRICS_FILE, type MonitoringAnswers } from "./prompts.ts";

/** OpenTelemetry's instrumentations have no stable release yet: https://opentelemetry.io/docs/languages/python/ */
const beta = (name: string) => ({ name: `opentelemetry-${name}`, minimum: "0.50b0", below: "" });
const TELEMETRY: Part = {
  name: "celery_telemetry",
  init: "init_telemetry",
  packages: [
    { name: "opentelemetry-sdk", minimum: "1.29", below: "2" },
    { name: "opentelemetry-exporter-otlp-proto-http", minimum: "1.29", below: "2" },
    beta("instrumentation-flask"),
    beta("instrumentation-celery"),
  ],
};
const JSON_LOGS: Part = {
  name: "celery_json_logs",
  init: "init_json_logs",
  packages: [{ name: "python-json-logger", minimum: "3.2", below: "5" }],
};
const FLOWER = { name: "flower", minimum: "2.0", below: "3" };

/** What was asked for beside the probe. */
export function addParts(context: Context, app: FlaskApp, celery: CeleryUse, answers: MonitoringAnswers): Told {
  const parts: Told[] = [];
  if (answers.errors === "sentry") parts.push(addErrors(context, app, celery));
  if (answers.metrics === "opentelemetry") {
    const told = addModule(context, app, celery, TELEMETRY);
    const step = "set OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_SERVICE_NAME for the web and the worker";
    parts.push({ ...told, next: [...told.next, step] });
  }
  if (answers.metrics === "exporter") parts.push(addExporter(context));
  if (answers.logs === "json") parts.push(addModule(context, app, celery, JSON_LOGS));
  if (answers.flower === "yes") parts.push(addFlower(context, app, celery));
  return {
    manual: parts.flatMap(({ manual }) => manual),
    warnings: parts.flatMap(({ warnings }) => warnings),
    next: [...new Set(parts.flatMap(({ next }) => next))],
  };
}

/** danihodovic's exporter, which is on no package index: its image, in a compose file of its own. */
function addExporter(context: Context): Told {
  const { broker } = context.project;
  const server = broker ? BROKER_SERVICES[broker.kind] : undefined;
  const ask = "import urllib.request; urllib.request.urlopen('http://localhost:9808/health')";
  context.write(METRICS_FILE, "monitoring/compose_metrics.yaml", {
    name: METRICS_FILE,
    keyPrefix: keyPrefixOf(context.project),
    url: `\${CELERY_EXPORTER_BROKER_URL:${server ? `-${server.url}` : "?set it in .env, as a container reaches the broker"}}`,
    health: JSON.stringify(["CMD", "python", "-c", ask]),
  });
  return { manual: [], warnings: [], next: [`start the workers with -E, and the exporter: see ${METRICS_FILE}`] };
}

/** What Redis' keys begin with, events' too; "" where the settings say nothing. */
function keyPrefixOf({ sources }: Project): string {
  const texts = [...sources.values()].map(({ text }) => text);
  const found = texts.map((text) => /["']global_keyprefix["']\s*:\s*["']([\w.:-]+)["']/.exec(text)?.[1]);
  return found.find(Boolean) ?? "";
}

/** `flowerconfig.py`, in the folder that Flower is started in. */
function addFlower(context: Context, app: FlaskApp, celery: CeleryUse): Told {
  const entry = celery.entry || "make_celery";
  context.write(`${app.importRoot ? `${app.importRoot}/` : ""}flowerconfig.py`, "monitoring/flowerconfig.py", {
    entry,
  });
  const { manual, next } = declarePackages(context, [FLOWER]);
  const start = `set FLOWER_BASIC_AUTH to user:password, start the workers with -E, then: celery -A ${entry} flower`;
  return { manual, warnings: [], next: [...next, start] };
}
