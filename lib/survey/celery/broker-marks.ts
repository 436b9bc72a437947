/** The brokers that there are, and by what each is recognised: in a URL that is given, and in a project. */
interface BrokerMarks {
  /** Schemes of the URLs that Celery takes for it. */
  schemes: readonly string[];
  /** Schemes that mean it in a project, and that are no answer. */
  otherSchemes?: readonly string[];
  /** What a string with such a URL is called in evidence. */
  label: string;
  /** Names of environment variables that speak of it. */
  variable?: RegExp;
  /** A string in Python that names such a variable. */
  variableInPython?: RegExp;
  /** Image of a Compose service, without registry and tag. */
  image?: RegExp;
  /** Libraries that are there for its sake. */
  libraries?: readonly string[];
  /** Above 0: it may be there as a cache, or belong to one, so a lower rank of the same evidence comes first. */
  rank?: number;
  /** A URL of this kind says something only where it is named as a broker's. */
  onlyAsBroker?: true;
}

const MARKS = {
  redis: {
    schemes: ["redis", "rediss", "redis+socket"],
    label: "a Redis URL",
    variable: /\bREDIS\w*_?(URL|URI|HOST|DSN)\b/,
    variableInPython: /^REDIS_UR[LI]$/,
    image: /^(redis(?!-sentinel)|keydb|dragonfly)/,
    libraries: ["redis", "flask-redis", "rq", "flask-rq2"],
    rank: 2,
  },
  rabbitmq: {
    schemes: ["amqp", "amqps", "pyamqp"],
    label: "a RabbitMQ URL",
    variable: /\b(RABBITMQ|AMQP|CLOUDAMQP)\w*\b/,
    image: /^rabbitmq/,
    libraries: ["pika", "aio-pika", "librabbitmq"],
  },
  // A queue's URL or boto3 alone says nothing of Celery.
  sqs: { schemes: ["sqs"], label: "an SQS URL", image: /^elasticmq/ },
  sentinel: {
    schemes: ["sentinel"],
    otherSchemes: ["redis-sentinel"],
    label: "a Sentinel URL",
    variable: /\bREDIS_SENTINEL\w*|\bSENTINEL_(URLS?|HOSTS?|NODES|MASTER)\b/,
    image: /^redis-sentinel/,
    rank: 1,
  },
  valkey: {
    schemes: ["valkey", "valkeys"],
    label: "a Valkey URL",
    variable: /\bVALKEY\w*_?(URL|URI|HOST|DSN)\b/,
    image: /^valkey/,
    libraries: ["valkey", "valkey-glide"],
    rank: 2,
  },
  embedded: {
    schemes: ["sqla+sqlite"],
    otherSchemes: ["filesystem"],
    label: "a file as broker",
    onlyAsBroker: true,
  },
} as const satisfies Readonly<Record<string, BrokerMarks>>;

/** A value of the `broker` prompt. */
export type BrokerKind = keyof typeof MARKS;

/** Every kind, in the order in which it is offered. */
export const BROKER_KINDS = Object.keys(MARKS) as readonly BrokerKind[];

export const brokerMarks: Readonly<Record<BrokerKind, BrokerMarks>> = MARKS;

/** Whether a text is one of the kinds. */
export function isBrokerKind(text: string): text is BrokerKind {
  return Object.hasOwn(MARKS, text);
}

/** The kind whose URLs Celery takes under this scheme; null for any other scheme. */
export function brokerOfScheme(scheme: string): BrokerKind | null {
  return BROKER_KINDS.find((kind) => brokerMarks[kind].schemes.includes(scheme)) ?? null;
}

/** Every scheme that a broker's URL may have. */
export const BROKER_SCHEMES = BROKER_KINDS.flatMap((kind) => brokerMarks[kind].schemes);

const inText = new Map(
  BROKER_KINDS.map((kind) => {
    const { schemes, otherSchemes = [] } = brokerMarks[kind];
    const any = [...schemes, ...otherSchemes].map((scheme) => scheme.replace("+", "\\+")).join("|");
    return [kind, new RegExp(`\\b(?:${any})://`, "i")] as const;
  }),
);

/** The kind of the broker's URL in a text; null where there is none. */
export function brokerInText(text: string): BrokerKind | null {
  return firstOf(BROKER_KINDS.filter((kind) => inText.get(kind)?.test(text)));
}

/** Whether a file's text could hold a string that says which broker there is. */
export function mayNameBroker(text: string): boolean {
  return (text.includes("://") && brokerInText(text) !== null) || text.includes("REDIS_UR");
}

/** The first kind of the lowest rank. */
export function firstOf(kinds: readonly BrokerKind[]): BrokerKind | null {
  const rank = (kind: BrokerKind) => brokerMarks[kind].rank ?? 0;
  return [...kinds].sort((one, other) => rank(one) - rank(other))[0] ?? null;
}
