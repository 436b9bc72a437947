import { UserError } from "../../lib/errors/index.ts";
import { BROKER_KINDS, BROKER_SCHEMES, type BrokerKind, brokerOfScheme, isBrokerKind } from "../../lib/survey/index.ts";

/** Whether a `broker` answer is a connection URL instead of a kind. */
export function isBrokerUrl(value: string): boolean {
  return value.includes("://");
}

/**
 * The kind that a `broker` answer stands for. A URL is accepted too; it goes to .env only.
 *
 * @throws UserError `broker-url` for a scheme that is none of ours; the URL itself is not repeated
 */
export function brokerKind(answer: string): BrokerKind {
  if (isBrokerKind(answer)) return answer;
  const scheme = /^([a-z][a-z+]*):\/\//.exec(answer)?.[1] ?? "";
  const kind = brokerOfScheme(scheme);
  const rest = answer.slice(scheme.length + 3);
  // What a URL may hold (RFC 3986), less the quote, which would end the URL for those who look for one in a text.
  const isPlain = /^[A-Za-z0-9._~:/?#[\]@!$&()*+,;=%-]+$/.test(rest) && (kind === "embedded" || !rest.startsWith("/"));
  if (kind && isPlain) return kind;
  throw new UserError({
    code: "broker-url",
    what: "broker: this URL is not one that the pack knows.",
    why: kind
      ? "it names no host, or has characters that must be percent-encoded in a URL"
      : `its scheme is "${scheme}"`,
    fix: `give one of ${BROKER_SCHEMES.join(", ")}, or just ${BROKER_KINDS.slice(0, -1).join(", ")} or ${BROKER_KINDS.at(-1)}`,
  });
}
