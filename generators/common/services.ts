/** Servers that a compose file can start, and the addresses at which other containers reach them. */
import type { BrokerKind } from "../../lib/survey/index.ts";

/** One server of a compose file. */
export interface Service {
  name: string;
  image: string;
  /** The exec form, as JSON. */
  command: string;
  environment: readonly { key: string; value: string }[];
  port: number;
  /** Folder in the container that is kept. */
  data: string;
  /** `test` of the health check, as JSON. */
  health: string;
}

/** A server whose messages survive a restart, and that never drops one for want of memory: https://redis.io/docs/latest/develop/reference/eviction/ */
const redis = (name: string, image: string, program: string): Service => ({
  name,
  image,
  command: JSON.stringify([`${program}-server`, "--appendonly", "yes", "--maxmemory-policy", "noeviction"]),
  environment: [],
  port: 6379,
  data: "/data",
  health: JSON.stringify(["CMD", `${program}-cli`, "ping"]),
});

const rabbitmq: Service = {
  name: "broker",
  image: "rabbitmq:4-alpine",
  command: "",
  environment: [
    { key: "RABBITMQ_DEFAULT_USER", value: "celery" },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose puts it in
    { key: "RABBITMQ_DEFAULT_PASS", value: "${RABBITMQ_PASSWORD:?set RABBITMQ_PASSWORD in .env}" },
    // The node's name is in the names of its data files: https://www.rabbitmq.com/docs/nodes
    { key: "RABBITMQ_NODENAME", value: "rabbit@localhost" },
  ],
  port: 5672,
  data: "/var/lib/rabbitmq",
  health: JSON.stringify(["CMD", "rabbitmq-diagnostics", "-q", "check_port_connectivity"]),
};

/** A broker's server and its address in the compose network; the others have no server that Compose could keep. */
export const BROKER_SERVICES: Partial<Record<BrokerKind, { service: Service; url: string }>> = {
  redis: { service: redis("broker", "redis:7-alpine", "redis"), url: "redis://broker:6379/0" },
  valkey: { service: redis("broker", "valkey/valkey:8-alpine", "valkey"), url: "redis://broker:6379/0" },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose puts it in
  rabbitmq: { service: rabbitmq, url: "amqp://celery:${RABBITMQ_PASSWORD}@broker:5672//" },
};

/** Results in Redis while tasks wait elsewhere. */
export const RESULTS_SERVICE: Service = { ...redis("results", "redis:7-alpine", "redis") };
