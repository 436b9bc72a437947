import type { ConfigStyle } from "../../lib/survey/index.ts";

/** Words for a single server, and for several. */
export interface Order {
  one: string;
  many: string;
}

/**
 * How settings stand in Flask's configuration: the values of the `config` prompt. The lines themselves are in
 * templates/integration/settings/<style>.py.hbs, and how they are read back in templates/partials/settings_read.hbs.
 */
interface ConfigStyleFacts {
  /** A few words for the prompt. */
  hint: string;
  /** What a comment beside one or more addresses says: the environment comes first. */
  order: Order;
  /** Key of Flask's configuration by which settings of an earlier run are recognised; a regular expression. */
  key: string;
}

export const configStyles: Readonly<Record<ConfigStyle, ConfigStyleFacts>> = {
  object: {
    hint: "a CELERY mapping in Flask's config",
    order: {
      one: "CELERY_BROKER_URL and CELERY_RESULT_BACKEND come first.",
      many: "CELERY_BROKER_URL and CELERY_RESULT_BACKEND come first.",
    },
    key: "CELERY",
  },
  environment: { hint: "only CELERY_* environment variables", order: { one: "", many: "" }, key: "" },
  namespace: {
    hint: "flat CELERY_* keys in Flask's config",
    order: {
      one: "the environment variable of the same name comes first.",
      many: "the environment variables of the same names come first.",
    },
    key: "CELERY_\\w+",
  },
};
