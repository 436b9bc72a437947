import { UserError } from "../../lib/errors/index.ts";
import { BROKER_KINDS, BROKER_SCHEMES, type BrokerKind, brokerOfScheme, isBrokerKind } from "../../lib/survey/index.ts";
import { brokers } from "./brokers.ts";

/** Between several addresses; elsewhere a semicolon may be anything, even a part of a password. */
const SEVERAL = new RegExp(`;(?=(?:${BROKER_SCHEMES.map((scheme) => scheme.replace("+", "\\+")).join("|")})://)`);

/** A connection URL in place of a kind. */
export type BrokerUrl = `${string}://${string}`;

/** Whether a `broker` answer is a connection URL instead of a kind. */
export function isBrokerUrl(value: string): value is BrokerUrl {
  return value.includes("://");
}

/**
 * The kind that a `broker` answer stands for. A URL is accepted too, or several that are joined by semicolons; they go to .env only.
 *
 * @throws UserError `broker-url` for a URL that Celery would refuse, or would read otherwise than it was meant; no part of it that
 *   may be secret is repeated
 */
export function brokerKind(answer: string): BrokerKind {
  if (isBrokerKind(answer)) return answer;
  const [first, ...others] = answer.split(SEVERAL).map(kindOfUrl);
  if (first && others.every((kind) => kind === first)) return first;
  throw refuse("its parts are URLs of different brokers", "give the addresses of one broker");
}

/** A broker's URL as Celery spells it: `valkey://` is `redis://` there. */
export function celeryUrl(answer: string): string {
  const { spelling = {} } = brokers[brokerKind(answer)];
  return answer.replace(/(^|;)([\w+-]+)(?=:\/\/)/g, (_, before, scheme) => before + (spelling[scheme] ?? scheme));
}

function kindOfUrl(url: string): BrokerKind {
  const scheme = /^([A-Za-z][\w+.-]*):\/\//.exec(url)?.[1] ?? "";
  const kind = brokerOfScheme(scheme);
  if (!kind) throw unknownScheme(scheme);
  const rest = url.slice(scheme.length + 3);
  if (!(kind === "embedded" || scheme.endsWith("+socket"))) checkAuthority(scheme, rest, kind === "sqs");
  // What a URL may hold (RFC 3986), less the quote, which would end the URL for those who look for one in a text.
  if (!/^[A-Za-z0-9._~:/?#[\]@!$&()*+,;=%-]*$/.test(rest) || (rest === "" && kind !== "sqs"))
    throw refuse(
      "it names no host, or has characters that must be percent-encoded in a URL",
      "write them as %20 for a blank, %27 for a quote and so on",
    );
  checkVerified(rest);
  return kind;
}

/** A password may hold anything, but only encoded: at a bare `/`, `?` or `#` a URL's host is over for those who read it. */
function checkAuthority(scheme: string, rest: string, mayBeEmpty: boolean): void {
  const end = rest.lastIndexOf("@");
  const bare = new Set(rest.slice(0, Math.max(end, 0)).match(/[#/?@[\]]/g));
  if (bare.size > 0) {
    const encoded = [...bare].map((char) => `${encodeURIComponent(char)} for ${char}`).join(", ");
    throw refuse(
      "its user or password holds a bare character that ends a host's name, so Celery would connect to another host",
      `write it as ${scheme}://user:***@host:port/…, with ${encoded} before the last @`,
    );
  }
  if (rest.includes("#")) throw refuse("it holds a #, and what follows is no part of an address", "write it as %23");
  const [host = ""] = rest.slice(end + 1).split(/[/?]/, 1);
  if (host === "" ? mayBeEmpty : /^(\[[\da-fA-F:.]+\]|[^:[\]]+)(:\d{1,5})?$/.test(host)) return;
  throw refuse("it names no host, or a port that is no number", `write it as ${scheme}://host:port/…`);
}

/** The generated settings refuse a server whose certificate nobody looks at. */
function checkVerified(rest: string): void {
  for (const [, level = ""] of rest.matchAll(/[?&](?:ssl_)?cert_reqs=([^&]*)/g)) {
    if (/^(?:CERT_)?required$|^2$/i.test(level)) continue;
    throw refuse(
      "it switches off the check of the server's certificate, and the generated settings start no worker with that",
      "leave ssl_cert_reqs out, or name your own CA with ssl_ca_certs=/path/ca.pem; CELERY.md says what the environment can allow",
    );
  }
}

/** What the URLs of other brokers, or of ours under another name, call for. */
const ADVICE: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  "redis-sentinel": ["Celery spells it sentinel://", "give sentinel://host:26379/0"],
  "redis+sentinel": ["Celery spells it sentinel://", "give sentinel://host:26379/0"],
  unix: ["Celery spells a Redis server's socket redis+socket://", "give redis+socket:///path/to/redis.sock"],
  "rediss+socket": ["a socket has no TLS", "give redis+socket:///path/to/redis.sock"],
  SQS: ["Celery spells it sqs://", "give sqs:// alone; region and credentials come from the environment"],
  https: ["this is a queue's address, not a broker's", "for SQS give sqs:// alone"],
  memory: [
    "it lives in one process, so no worker would ever see a task",
    "give a server; tests set it themselves, without a question",
  ],
};

/** Transports of Celery's for which nothing here has been tried with a worker. */
const UNTRIED =
  /^(?:confluentkafka|kafka|gcpubsub|zookeeper|mongodb|consul|etcd|qpid|pyro|pgmq|slmq|SLMQ|azure\w+|librabbitmq|filesystem|sqla(?:\+\w+)*|sqlalchemy(?:\+\w+)*)$/;

/** Why no settings are made for a scheme. */
export function unknownScheme(scheme: string): UserError {
  const [why, fix] = ADVICE[scheme] ?? [
    UNTRIED.test(scheme)
      ? `its scheme is "${scheme}": Celery has a transport for it, but no settings here have been tried on it with a real worker`
      : `its scheme is "${scheme}", for which Celery has no transport`,
    `give one of ${BROKER_SCHEMES.join(", ")}, or just ${BROKER_KINDS.slice(0, -1).join(", ")} or ${BROKER_KINDS.at(-1)}`,
  ];
  return refuse(why, fix);
}

function refuse(why: string, fix: string): UserError {
  return new UserError({ code: "broker-url", what: "broker: this URL is not one that the pack knows.", why, fix });
}
