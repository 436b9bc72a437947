import type { BrokerKind } from "../../lib/survey/index.ts";
import type { Order } from "./config-styles.ts";
import type { ResultStore } from "./result-stores.ts";

/**
 * What a broker brings into an integration. Its marks in a project are in lib/survey/celery/broker-marks.ts, and its settings
 * in templates/partials/broker_<kind>.hbs.
 */
export interface Broker {
  /** A few words for the prompt. */
  hint: string;
  /** Extra of the package celery with the client's library; "" where Celery has it anyway. */
  extra: string;
  /** A server on this machine, for debug mode and tests; "" where the settings find one themselves. */
  localUrl: string;
  /** What .env.example holds; "" where nothing need be set. */
  example: string;
  /** What stands beside the application's own settings: a comment, and the setting itself. */
  comment: (order: Order) => string;
  setting: Setting;
  /** Where results go by default; null where the project's databases decide. */
  results: ResultStore | null;
  /** How certificates are told to be verified, see templates/partials/settings_tls.hbs; "" where there is no TLS. */
  tls: "" | "redis" | "amqp";
  /** For CELERY.md: a command that starts a local server, and what an owner must know. */
  start: string;
  whereFrom: string;
  production: string;
  /** Why it is for development only; "" where it is not. */
  warning: string;
  /** Worker options that suit it. */
  workerOptions: string;
}

/** A setting of Celery's, under its lower-case name. */
export interface Setting {
  name: string;
  value: string | number;
}

const WITHOUT_CHATTER = " --without-gossip --without-mingle";

export const brokers: Readonly<Record<BrokerKind, Broker>> = {
  redis: {
    hint: "fast, one server for broker and results",
    extra: "redis",
    localUrl: "redis://localhost:6379/0",
    example: "redis://localhost:6379/0",
    comment: ({ many }) => `Local servers; ${many}`,
    setting: { name: "broker_url", value: "redis://localhost:6379/0" },
    results: "redis",
    tls: "redis",
    start: "redis-server &",
    whereFrom:
      "Redis: your provider's console shows `rediss://<user>:<password>@host:port/0` (`redis-cli -u URL ping` tests it). Certificates are always verified; add `?ssl_ca_certs=/path/ca.pem` for a CA of your own.",
    production:
      "Redis: `maxmemory-policy noeviction` and `appendonly yes`, or queued tasks can vanish. Broker and results in separate databases. A countdown, an ETA or an `acks_late` task longer than `visibility_timeout` in `celery_settings.py` (one hour) runs twice: raise it if you have one.",
    warning: "",
    workerOptions: WITHOUT_CHATTER,
  },
  rabbitmq: {
    hint: "durable quorum queues",
    // py-amqp is a dependency of Celery itself.
    extra: "",
    localUrl: "amqp://localhost:5672//",
    example: "rabbitmq_production_your_connection_string_here",
    comment: ({ one }) => `A local server; ${one}`,
    setting: { name: "broker_url", value: "amqp://localhost:5672//" },
    results: null,
    tls: "amqp",
    start: "",
    whereFrom:
      "RabbitMQ: your provider's console shows `amqps://<user>:<password>@host:5671/vhost`; on a server of your own, `rabbitmqctl add_user` and `add_vhost` make them. Certificates are always verified.",
    production:
      "RabbitMQ: queues are quorum queues; an existing classic queue of the same name must be deleted first. No `--autoscale` with them. Give them a dead-letter exchange and a delivery limit by policy, and keep `consumer_timeout` above your longest `acks_late` task.",
    warning: "",
    workerOptions: WITHOUT_CHATTER,
  },
  embedded: {
    hint: "an SQLite file, no server; development only",
    extra: "sqlalchemy",
    localUrl: "",
    example: "",
    comment: () => "Broker: an SQLite file in the instance folder, unless CELERY_BROKER_URL is set.",
    setting: { name: "worker_concurrency", value: 2 },
    results: "embedded",
    tls: "",
    start: "",
    whereFrom:
      "Nothing is needed for development. For production set `CELERY_BROKER_URL` to a Redis or RabbitMQ server.",
    production: "",
    warning:
      "**The embedded broker is for development only**: one SQLite file on one machine, no remote control, and messages taken by a worker that is killed are lost.",
    workerOptions: "",
  },
};
