/** What a URL given for `broker` means, and which ones are refused before Celery would misread them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { brokerKind, celeryUrl } from "../../../generators/integration/broker-url.ts";
import type { UserError } from "../../../lib/errors/index.ts";

const test = suite("settings/broker-url");

function refusal(url: string): UserError {
  try {
    return assert.unreachable(`${url} is a ${brokerKind(url)}`) as never;
  } catch (error) {
    assert.is((error as UserError).code, "broker-url", String(error));
    return error as UserError;
  }
}

test("the kind that a URL stands for", () => {
  const kinds = {
    "redis://localhost": "redis",
    "rediss://user:p%23ss%2Fw%40rd@cache.internal:6380/0": "redis",
    "rediss://h:6380/0?ssl_cert_reqs=required&ssl_ca_certs=/etc/ca.pem": "redis",
    "redis+socket:///run/redis.sock?virtual_host=2": "redis",
    "redis://[::1]:6379/0": "redis",
    "amqp://guest:guest@localhost:5672//": "rabbitmq",
    "amqps://a:5671/v;amqps://b:5671/v": "rabbitmq",
    "sqs://": "sqs",
    "sqs://localhost:9324": "sqs",
    "sqs://AKIA:ab%2Fcd+e@": "sqs",
    "sentinel://:pw@a:26379/0;sentinel://:pw@b:26379/0": "sentinel",
    "valkey://h:6379/0": "valkey",
    "sqla+sqlite:///x.db": "embedded",
  };
  for (const [url, kind] of Object.entries(kinds)) assert.is(brokerKind(url), kind, url);
  for (const kind of ["redis", "rabbitmq", "sqs", "sentinel", "valkey", "embedded"]) assert.is(brokerKind(kind), kind);
});

test("Celery knows no valkey://: it gets the protocol's own name", () => {
  assert.is(celeryUrl("valkeys://u:valkey@h:6379/0"), "rediss://u:valkey@h:6379/0");
  assert.is(celeryUrl("sentinel://a;sentinel://b"), "sentinel://a;sentinel://b");
});

test("a bare character in a password is refused, with the encoded form and without the password", () => {
  const bare = { "#": "%23", "/": "%2F", "?": "%3F", "@": "%40", "[": "%5B" };
  for (const [char, encoded] of Object.entries(bare)) {
    const { message, fix, why } = refusal(`redis://user:hun${char}ter2@cache.internal:6379/0`);
    assert.match(fix, `redis://user:***@host:port/…, with ${encoded} for ${char}`);
    // Not even what seems to be the host: a password may hold an @, too.
    assert.not.match(`${message}${fix}${why}`, /hun|ter2|cache/);
  }
  // Python reads host "user" and port 12 here.
  assert.match(refusal("amqp://user:12/secret@mq:5672//").fix, "%2F for /");
  assert.not.match(JSON.stringify(refusal("sentinel://:a@s1;sentinel://:b/c@s2")), /b\/c/);
  assert.not.match(JSON.stringify(refusal("redis://:hun;ter2://h")), /hun|ter2/);
});

test("a server whose certificate nobody looks at is refused", () => {
  for (const query of ["ssl_cert_reqs=none", "ssl_cert_reqs=CERT_NONE", "x=1&ssl_cert_reqs=optional", "cert_reqs=0"])
    assert.match(refusal(`rediss://h:6379/0?${query}`).why, "certificate");
});

test("what Celery would not take is refused with its own reason", () => {
  assert.match(refusal("kafka://h").why, "no settings here have been tried");
  assert.match(refusal("gcpubsub://projects/x").why, "no settings here have been tried");
  assert.match(refusal("http://h").why, "no transport");
  assert.match(refusal("unix:///run/redis.sock").fix, "redis+socket:///");
  assert.match(refusal("redis-sentinel://h").fix, "sentinel://");
  assert.match(refusal("memory://").why, "one process");
  assert.match(refusal("redis://a;amqp://b").why, "different brokers");
  assert.match(refusal("redis://h:port/0").why, "no number");
  assert.match(refusal("redis:///0").why, "no host");
  assert.match(refusal("redis://h/0#x").why, "#");
});

test.run();
