import type { Context } from "../../lib/contract/context.ts";
import { UserError } from "../../lib/errors/index.ts";
import { type BrokerKind, findOwnSchedule, type Project } from "../../lib/survey/index.ts";
import { BROKER_SERVICES, RESULTS_SERVICE, type Service } from "../common/services.ts";

/** What runs the worker and beat. */
export interface Processes {
  broker: BrokerKind;
  results: string;
  /** What stands behind `celery -A`. */
  entry: string;
  /** Folder with the entry, relative to the root; "" for the root itself. */
  importRoot: string;
  /** Options that suit the broker, each with a blank before it. */
  workerOptions: string;
}

const NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const OWN = "compose.celery.yaml";

/**
 * `compose.celery.yaml`: https://github.com/compose-spec/compose-spec. A file of the project's own is not edited: Compose reads both.
 *
 * @returns warnings
 * @throws UserError `compose-no-server`
 */
export function addCompose(context: Context, processes: Processes): string[] {
  const { project } = context;
  const broker = BROKER_SERVICES[processes.broker];
  if (!broker) throw noServer(processes.broker);
  const needsResults = processes.results === "redis" && broker.service.port !== RESULTS_SERVICE.port;
  const services: Service[] = needsResults ? [broker.service, RESULTS_SERVICE] : [broker.service];
  const environment = [{ key: "CELERY_BROKER_URL", value: broker.url }, ...resultsUrl(processes.results, services)];
  const [worker, beat] = commands(project, processes);
  const build = project.read("Dockerfile") !== null;
  // What celery-monitoring makes.
  const probeFile = processes.importRoot ? `${processes.importRoot}/celery_probe.py` : "celery_probe.py";
  const hasProbe = project.read(probeFile) !== null;
  const started = [
    // A warm shutdown waits for running tasks, which end by their hard time limit: https://docs.celeryq.dev/en/stable/userguide/workers.html#stopping-the-worker
    {
      name: "worker",
      command: worker,
      probe: "live",
      grace: "310s",
      why: "A task may take its time limit of 300 seconds; then its results are stored.",
    },
    ...(beat
      ? [
          {
            name: "beat",
            command: beat,
            probe: "beat",
            grace: "10s",
            why: "Nothing runs in it: it only sends. One beat, however many workers.",
          },
        ]
      : []),
  ];
  context.rewrite(OWN, "setup/compose.yaml", {
    name: OWN,
    ownCompose: NAMES.find((name) => project.read(name) !== null) ?? "compose.yaml",
    build,
    beat: Boolean(beat),
    services,
    processes: build
      ? started.map(({ command, probe, ...one }) => ({
          ...one,
          command: JSON.stringify(command.split(" ")),
          health: hasProbe ? JSON.stringify(["CMD", "python", probeFile, probe]) : "",
          environment,
          services,
        }))
      : [],
  });
  return build ? [] : [`there is no Dockerfile, so ${OWN} starts the servers alone, and no worker`];
}

/** `worker` and `beat` of a Procfile; a line that is there is left as it is. */
export function addProcfile({ project, changes }: Context, processes: Processes): void {
  const [worker, beat] = commands(project, processes);
  const before = Buffer.from(project.read("Procfile") ?? []).toString("utf8");
  const eol = before.includes("\r\n") ? "\r\n" : "\n";
  const lines = [
    ["worker", worker],
    ["beat", beat],
  ].flatMap(([name, command]) =>
    command && !new RegExp(`^${name}\\s*:`, "m").test(before) ? [`${name}: ${command}${eol}`] : [],
  );
  if (lines.length === 0) return;
  const head = before === "" || before.endsWith("\n") ? before : before + eol;
  changes.edit("Procfile", head + lines.join(""));
}

/** The worker's command, and beat's where tasks are periodic. */
function commands(project: Project, { entry, importRoot, workerOptions }: Processes): [string, string] {
  const celery = `celery${importRoot ? ` --workdir ${importRoot}` : ""} -A ${entry}`;
  const beat = findOwnSchedule(project) ? `${celery} beat --loglevel INFO` : "";
  return [`${celery} worker --loglevel INFO${workerOptions}`, beat];
}

function resultsUrl(results: string, services: readonly Service[]): { key: string; value: string }[] {
  if (results !== "redis") return [];
  const server = services.at(-1)!;
  return [{ key: "CELERY_RESULT_BACKEND", value: `redis://${server.name}:6379/1` }];
}

function noServer(broker: BrokerKind): UserError {
  return new UserError({
    code: "compose-no-server",
    what: `compose: there is no server for ${broker} that Compose could keep; nothing was changed.`,
    why: "compose files are made for Redis, Valkey and RabbitMQ",
    fix: "give --broker redis, valkey or rabbitmq with it, or --compose no",
  });
}
