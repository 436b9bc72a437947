/** Where results may be kept: the values of the `results` prompt. */
interface ResultStoreFacts {
  /** A few words for the prompt. */
  hint: string;
  /** Schemes of the addresses that mean it in a project. */
  schemes: RegExp;
  /** Extra of the package celery with the client's library; "" where none is needed. */
  extra: string;
  /** Stands in the settings as a local server; "" where the settings find one themselves. */
  localUrl: string;
  /** What .env.example holds; "" where nothing need be set. */
  example: string;
  /** Partial with its settings, templates/partials/results_<partial>.hbs; "" for none. */
  partial: string;
  tls: "" | "redis";
  /** Where CELERY.md says its URL comes from. */
  whereFrom: string;
}

const STORES = {
  redis: {
    hint: "fast, expires by itself",
    schemes: /^(rediss?|redis\+socket|socket|(redis-)?sentinel|valkeys?)$/,
    extra: "redis",
    localUrl: "redis://localhost:6379/1",
    example: "redis://localhost:6379/1",
    partial: "redis",
    tls: "redis",
    whereFrom: "",
  },
  database: {
    hint: "the database server that you run anyway",
    schemes: /^db\+(?!sqlite)/,
    extra: "sqlalchemy",
    localUrl: "",
    example: "database_production_your_connection_string_here",
    partial: "database",
    tls: "",
    whereFrom: "Results: `db+` and an SQLAlchemy URL, such as `db+postgresql://<user>:<password>@host/name`.",
  },
  embedded: {
    hint: "an SQLite file, development only",
    schemes: /^db\+sqlite/,
    extra: "sqlalchemy",
    localUrl: "",
    example: "",
    partial: "database",
    tls: "",
    whereFrom: "",
  },
  none: {
    hint: "results are dropped; no status endpoint",
    schemes: /^disabled$/,
    extra: "",
    localUrl: "",
    example: "",
    partial: "",
    tls: "",
    whereFrom: "",
  },
} as const satisfies Readonly<Record<string, ResultStoreFacts>>;

/** A value of the `results` prompt. */
export type ResultStore = keyof typeof STORES;

export const resultStores: Readonly<Record<ResultStore, ResultStoreFacts>> = STORES;

/** The store that an address in a project belongs to; null for one that has no settings here. */
export function storeOf(scheme: string): ResultStore | null {
  const stores = Object.keys(STORES) as ResultStore[];
  return stores.find((store) => store === scheme || resultStores[store].schemes.test(scheme)) ?? null;
}
