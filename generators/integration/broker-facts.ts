import type { BrokerKind, ConfigStyle } from "../../lib/survey/index.ts";
import { brokers, type Setting } from "./brokers.ts";
import { configStyles } from "./config-styles.ts";
import { type ResultStore, resultStores } from "./result-stores.ts";

/** What the answers `broker`, `results` and `config` mean to the templates. */
export interface BrokerFacts {
  broker: BrokerKind;
  results: ResultStore;
  config: ConfigStyle;
  /** Lines that stand beside the application's own settings, each with its two names. */
  settings: readonly (Setting & { key: string; comment: string })[];
  /** `broker_redis`, `results_database`: partials with the safe defaults; "" for none. */
  brokerPartial: string;
  resultsPartial: string;
  /** Servers on this machine, for debug mode and tests; null where none is needed. */
  local: readonly (Setting & { key: string })[] | null;
  brokerTls: string;
  resultsTls: string;
  /** Whether one of them is told how with Python's own ssl module. */
  usesSsl: boolean;
  /** Lines of .env.example. */
  example: readonly { key: string; value: string }[];
  /** What CELERY.md says of them. */
  guide: { start: string; whereFrom: readonly string[]; production: string; warning: string; workerOptions: string };
}

/** Joins the rows of the three tables. */
export function describeBroker(broker: BrokerKind, results: ResultStore, config: ConfigStyle): BrokerFacts {
  const row = brokers[broker];
  const store = resultStores[results];
  const line = ({ name, value }: Setting, comment = "") => ({
    name,
    key: `CELERY_${name.toUpperCase()}`,
    value,
    comment,
  });
  const settings = [line(row.setting, row.comment(configStyles[config].order))];
  const own = row.resultUrls?.[results];
  const resultUrl = own?.local ?? store.localUrl;
  if (resultUrl) settings.push(line({ name: "result_backend", value: resultUrl }));
  const local = [
    line({ name: "broker_url", value: row.localUrl }),
    line({ name: "result_backend", value: resultUrl }),
  ].filter(({ value }) => value !== "");
  const example = [
    { key: "CELERY_BROKER_URL", value: row.example },
    { key: "CELERY_RESULT_BACKEND", value: own?.example ?? store.example },
    ...Object.entries(row.variables ?? {}).map(([key, value]) => ({ key, value })),
  ];
  const { start, production, warning, workerOptions } = row;
  return {
    broker,
    results,
    config,
    settings,
    brokerPartial: `broker_${broker}`,
    resultsPartial: store.partial && `results_${store.partial}`,
    local: local.length > 0 ? local : null,
    brokerTls: row.tls,
    resultsTls: store.tls,
    usesSsl: [row.tls, store.tls].some((tls) => tls === "redis" || tls === "amqp"),
    example: example.filter(({ value }) => value !== ""),
    guide: {
      start,
      whereFrom: [row.whereFrom, store.whereFrom].filter((text) => text !== ""),
      production,
      warning,
      workerOptions,
    },
  };
}
