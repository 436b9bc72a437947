import type { Dependencies } from "../../dependencies/types.ts";
import { lineOf, stringValue } from "../../python/index.ts";
import { applicationSources, readText, sourcesNaming } from "../names/lookup.ts";
import type { Location, Project } from "../project.ts";
import type { Reading } from "../reading.ts";

/** The broker that a project seems to have, and what says so. */
export interface BrokerEvidence {
  kind: NonNullable<Project["broker"]>["kind"];
  at: Location;
  /** In a few words, e.g. "service `redis` in compose.yaml". */
  evidence: string;
  /** It serves as a broker already; otherwise it may be there as a cache only. */
  asBroker: boolean;
}

const ENV_FILE = /(^|\/)(\.env(\.[\w-]+)*|[\w.-]*\.env(\.[\w-]+)?|env\.(example|sample|template|dist))$/;
const COMPOSE = /(^|\/)(docker-)?compose[\w.-]*\.ya?ml$/;
/** What we write into .env.example: `redis_dev_your_connection_string_here`. */
const PLACEHOLDER = /^["']?(redis|rabbitmq)_\w*your_connection_string_here/;
const BROKER_NAME = /\b\w*(CELERY\w*BROKER|BROKER_URL|broker_url)\b/i;
const RABBIT_NAME = /\b(RABBITMQ|AMQP|CLOUDAMQP)\w*\b/;
const REDIS_NAME = /\bREDIS\w*_?(URL|URI|HOST|DSN)\b/;

/**
 * Looks for a broker in what configures the project: a broker's URL first, then compose services and environment files,
 * then libraries. RabbitMQ goes before Redis within a group, since Redis may be there as a cache.
 */
export function surveyBroker(reading: Reading, dependencies: Pick<Dependencies, "files">): BrokerEvidence | null {
  const found = [...fromEnvironmentFiles(reading), ...fromPython(reading), ...fromCompose(reading)];
  const named = found.filter((item) => item.asBroker);
  return pick(named) ?? pick(found) ?? pick(fromDependencies(reading, dependencies));
}

function pick(found: readonly BrokerEvidence[]): BrokerEvidence | null {
  return found.find(({ kind }) => kind === "rabbitmq") ?? found[0] ?? null;
}

function kindOfUrl(text: string): "redis" | "rabbitmq" | null {
  if (/\b(amqps?|pyamqp):\/\//.test(text)) return "rabbitmq";
  return /\b(rediss?|redis-sentinel|valkeys?|sentinel):\/\//.test(text) ? "redis" : null;
}

function fromEnvironmentFiles(reading: Reading): BrokerEvidence[] {
  return reading.paths
    .filter((path) => ENV_FILE.test(path))
    .flatMap((path) =>
      linesOf(reading, path).flatMap(({ text, line }) => {
        const match = /^\s*(?:export\s+)?([A-Z_][A-Z0-9_]*)\s*=\s*(.*)$/i.exec(text);
        if (!match) return [];
        const [, name = "", value = ""] = match;
        const placeholder = PLACEHOLDER.exec(value)?.[1] as "redis" | "rabbitmq" | undefined;
        const kind =
          kindOfUrl(value) ??
          placeholder ??
          (RABBIT_NAME.test(name) ? "rabbitmq" : REDIS_NAME.test(name) ? "redis" : null);
        // The value may hold a password: only the name is told.
        return kind
          ? [{ kind, at: { path, line }, evidence: `${name} in ${path}`, asBroker: BROKER_NAME.test(name) }]
          : [];
      }),
    );
}

function fromPython(reading: Reading): BrokerEvidence[] {
  const sources = new Map(applicationSources(reading).map((source) => [source.path, source]));
  for (const source of sourcesNaming(reading, ["amqp://", "amqps://", "redis://", "rediss://", "REDIS_URL"]))
    sources.set(source.path, source);
  const naming = [...sources.values()].filter(
    (source) =>
      /:\/\/|REDIS_UR/.test(source.text) && /redis|amqp|valkey|sentinel|sqla\+|filesystem:/i.test(source.text),
  );
  return naming.flatMap((source) =>
    source.tree.rootNode.descendantsOfType("string").flatMap((node) => {
      if (!node) return [];
      const text = stringValue(node) ?? node.text;
      if (isDocumentation(node.parent?.type, text)) return [];
      const embedded = /^(?:[a-z]{0,2}["']+)?(sqla\+sqlite|filesystem):/i.test(text) ? "embedded" : null;
      const kind = kindOfUrl(text) ?? embedded ?? (/^REDIS_UR[LI]$/.test(text) ? "redis" : null);
      if (!kind) return [];
      const context = statementText(node);
      const asBroker = BROKER_NAME.test(context) || /\bbroker\s*=/.test(context);
      if (embedded && !asBroker) return [];
      const label = { redis: "a Redis URL", rabbitmq: "a RabbitMQ URL", embedded: "a file as broker" }[kind];
      return [
        { kind, at: { path: source.path, line: lineOf(node) }, evidence: `${label} in ${source.path}`, asBroker },
      ];
    }),
  );
}

function isDocumentation(parent: string | undefined, text: string): boolean {
  return parent === "expression_statement" || text.includes("\n");
}

/** The assignment or item around a string, without the rest of a long mapping. */
function statementText(node: { parent: unknown; text: string; type: string }): string {
  interface Up {
    parent: Up | null;
    text: string;
    type: string;
  }
  let at = node as Up;
  while (
    at.parent &&
    !["pair", "keyword_argument", "assignment", "expression_statement", "block", "module"].includes(at.type)
  )
    at = at.parent;
  return at.text.slice(0, 400);
}

function fromCompose(reading: Reading): BrokerEvidence[] {
  return reading.paths
    .filter((path) => COMPOSE.test(path))
    .flatMap((path) =>
      linesOf(reading, path).flatMap(({ text, line }) => {
        const image = /^\s*(?:-\s*)?image\s*:\s*["']?([^\s"'#]+)/.exec(text)?.[1];
        const name = image?.split("/").at(-1)?.split(/[:@]/)[0] ?? "";
        const kind = /^rabbitmq/.test(name)
          ? "rabbitmq"
          : /^(redis|valkey|keydb|dragonfly)/.test(name)
            ? "redis"
            : null;
        if (kind) return [{ kind, at: { path, line }, evidence: `image ${name} in ${path}`, asBroker: false } as const];
        const url = /^\s*#/.test(text) ? null : kindOfUrl(text);
        return url
          ? [{ kind: url, at: { path, line }, evidence: `a URL in ${path}`, asBroker: BROKER_NAME.test(text) }]
          : [];
      }),
    );
}

function fromDependencies(reading: Reading, { files }: Pick<Dependencies, "files">): BrokerEvidence[] {
  const wanted = {
    pika: "rabbitmq",
    "aio-pika": "rabbitmq",
    librabbitmq: "rabbitmq",
    redis: "redis",
    "flask-redis": "redis",
    rq: "redis",
    "flask-rq2": "redis",
  } as const;
  return files.flatMap((file) =>
    Object.entries(wanted).flatMap(([name, kind]) => {
      if (!file.declares.includes(name)) return [];
      const line =
        linesOf(reading, file.path).find(({ text }) => new RegExp(`^\\s*["']?${name}\\b`, "i").test(text))?.line ?? 1;
      return [
        { kind, at: { path: file.path, line }, evidence: `the library ${name} in ${file.path}`, asBroker: false },
      ];
    }),
  );
}

function linesOf(reading: Reading, path: string): { text: string; line: number }[] {
  return (readText(reading, path) ?? "").split(/\r\n|\n|\r/).map((text, index) => ({ text, line: index + 1 }));
}
