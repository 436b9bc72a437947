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
  /** Address of a result store that is reached through the broker, where it differs from the store's own. */
  resultUrls?: Partial<Record<ResultStore, { local: string; example: string }>>;
  /** Variables of the environment beside Celery's own two, for .env.example. */
  variables?: Readonly<Record<string, string>>;
  /** Schemes of a URL that Celery spells otherwise. */
  spelling?: Readonly<Record<string, string>>;
  /** How certificates are told to be verified, see templates/partials/settings_tls.hbs; "" where there is no TLS. */
  tls: "" | "redis" | "amqp" | "sqs";
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

/** What the environment alone can allow, for servers whose CA nothing can verify. */
const UNVERIFIED =
  "where they can't be verified at all, only `CELERY_UNVERIFIED_TLS=yes` in the environment switches that off, and `celery-verify` says so.";
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
    whereFrom: `Redis: your provider's console shows \`rediss://<user>:<password>@host:port/0\` (\`redis-cli -u URL ping\` tests it). Certificates are always verified; add \`?ssl_ca_certs=/path/ca.pem\` for a CA of your own; ${UNVERIFIED}`,
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
    whereFrom: `RabbitMQ: your provider's console shows \`amqps://<user>:<password>@host:5671/vhost\`; on a server of your own, \`rabbitmqctl add_user\` and \`add_vhost\` make them. Certificates are always verified; ${UNVERIFIED}`,
    production:
      "RabbitMQ: queues are quorum queues; an existing classic queue of the same name must be deleted first. No `--autoscale` with them. Give them a dead-letter exchange and a delivery limit by policy, and keep `consumer_timeout` above your longest `acks_late` task.",
    warning: "",
    workerOptions: WITHOUT_CHATTER,
  },
  sqs: {
    hint: "Amazon's queues: no server to keep, no remote control",
    extra: "sqs",
    // ElasticMQ's port: debug mode must not reach the queues of a real account by accident.
    localUrl: "sqs://localhost:9324",
    example: "sqs_production_your_connection_string_here",
    comment: ({ one }) => `A local ElasticMQ; ${one}`,
    setting: { name: "broker_url", value: "sqs://localhost:9324" },
    results: null,
    tls: "sqs",
    start: "docker run --rm --detach --publish 9324:9324 softwaremill/elasticmq-native",
    whereFrom:
      "SQS: `sqs://` alone. The region and the credentials come from where boto3 finds them: `AWS_DEFAULT_REGION`, and a role of the machine, a profile or `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. A local ElasticMQ takes any value for them.",
    production:
      "SQS: the worker's role needs `sqs:` `ListQueues`, `CreateQueue`, `GetQueueUrl`, `GetQueueAttributes`, `SendMessage`, `ReceiveMessage`, `DeleteMessage` and `ChangeMessageVisibility` on queues with its prefix. Give each environment its own `CELERY_SQS_PREFIX`: in one account, equal names are one queue. There is no remote control, so `celery inspect` and `revoke` reach no worker. A countdown, an ETA or an `acks_late` task longer than `visibility_timeout` in `celery_settings.py` (one hour) runs twice; SQS itself allows twelve hours. A message holds 1 MiB at most.",
    warning: "",
    workerOptions: WITHOUT_CHATTER,
  },
  sentinel: {
    hint: "Redis that fails over, found through its Sentinels",
    extra: "redis",
    localUrl: "sentinel://localhost:26379/0",
    example: "sentinel_production_your_connection_string_here",
    comment: ({ many }) => `Local servers; ${many}`,
    setting: { name: "broker_url", value: "sentinel://localhost:26379/0" },
    results: "redis",
    resultUrls: {
      redis: { local: "sentinel://localhost:26379/1", example: "sentinel_production_your_connection_string_here" },
    },
    variables: { CELERY_SENTINEL_MASTER: "mymaster" },
    tls: "redis",
    start: "",
    whereFrom:
      "Sentinel: every Sentinel, each with its scheme and joined by semicolons: `sentinel://:<password>@host1:26379/0;sentinel://:<password>@host2:26379/0`. The password is the Redis servers'; one of the Sentinels' own goes into `sentinel_kwargs` of both transport options, read from the environment. `CELERY_SENTINEL_MASTER` is the name that the Sentinels give the master (`redis-cli -p 26379 sentinel masters`). For TLS set `broker_use_ssl` and `redis_backend_use_ssl`, with `ssl_cert_reqs` `CERT_REQUIRED`.",
    production:
      "Sentinel: at least three of them, on machines of their own. What a master has taken and not yet handed on is lost in a fail-over: set `min-replicas-to-write` on the servers. `maxmemory-policy noeviction` and `appendonly yes`, or queued tasks can vanish. A countdown, an ETA or an `acks_late` task longer than `visibility_timeout` in `celery_settings.py` (one hour) runs twice: raise it if you have one.",
    warning: "",
    workerOptions: WITHOUT_CHATTER,
  },
  valkey: {
    hint: "Valkey, which speaks Redis' protocol",
    extra: "redis",
    // Celery has no transport of that name: its Redis transport speaks to a Valkey server.
    localUrl: "redis://localhost:6379/0",
    example: "redis://localhost:6379/0",
    comment: ({ many }) => `Local Valkey servers, by Redis' protocol; ${many}`,
    setting: { name: "broker_url", value: "redis://localhost:6379/0" },
    results: "redis",
    spelling: { valkey: "redis", valkeys: "rediss" },
    tls: "redis",
    start: "valkey-server &",
    whereFrom: `Valkey: your provider's console shows \`rediss://<user>:<password>@host:port/0\`, perhaps as \`valkeys://\`, which Celery does not know: write \`rediss://\` (\`valkey-cli -u URL ping\` tests it). Certificates are always verified; add \`?ssl_ca_certs=/path/ca.pem\` for a CA of your own; ${UNVERIFIED}`,
    production:
      "Valkey: `maxmemory-policy noeviction` and `appendonly yes`, or queued tasks can vanish. Broker and results in separate databases. A countdown, an ETA or an `acks_late` task longer than `visibility_timeout` in `celery_settings.py` (one hour) runs twice: raise it if you have one.",
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
