import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { maskSecrets } from "../../lib/run/mask.ts";

for (const [text, masked] of [
  ["redis://:hunter2@host:6379/0", "redis://:***@host:6379/0"],
  ["amqp://guest:hunter2@host//", "amqp://guest:***@host//"],
  ["db+postgresql://u:p@ss:w/rd@host/db", "db+postgresql://u:***@host/db"],
  ["two: redis://:a1@h redis://:b2@h", "two: redis://:***@h redis://:***@h"],
  ["redis%3A%2F%2F%3Ahunter2%40host%3A6379", "redis%3A%2F%2F%3A***%40host%3A6379"],
  ["redis://host/0?password=hunter2&db=1", "redis://host/0?password=***&db=1"],
  ['"amqps://u:hunter2@h"', '"amqps://u:***@h"'],
  ["+CELERY_BROKER_URL=redis://:hunter2@host", "+CELERY_BROKER_URL=redis://:***@host"],
] as const) {
  test(`${text} is masked`, () => assert.is(maskSecrets(text), masked));
}

for (const text of [
  "redis://localhost:6379/0",
  "amqp://guest@localhost",
  "redis_production_your_connection_string_here",
  "see https://docs.celeryq.dev/en/stable/ and user@example.org",
  "app.py:create_app",
]) {
  test(`${text} stays`, () => assert.is(maskSecrets(text), text));
}

test("no password survives, whatever it holds", () => {
  const password = fc.stringMatching(/^[A-Za-z0-9!$%&*+,./:;=?@^_~-]{6,30}$/);
  const scheme = fc.constantFrom("redis", "rediss", "amqp", "amqps", "postgresql+psycopg2", "sqla+mysql");
  fc.assert(
    fc.property(scheme, password, fc.boolean(), (name, secret, encoded) => {
      const tail = encoded ? encodeURIComponent(secret) : secret;
      const masked = maskSecrets(`url=${name}://user:${tail}@broker.internal:6379/0 end`);
      assert.is(masked, `url=${name}://user:***@broker.internal:6379/0 end`);
    }),
  );
});

test("no password of a URL that was encoded as a whole survives", () => {
  const password = fc.stringMatching(/^[A-Za-z0-9!$&*+,.;=_~-]{6,30}$/);
  fc.assert(
    fc.property(password, (secret) => {
      const masked = maskSecrets(encodeURIComponent(`redis://user:${secret}@broker.internal:6379/0`));
      assert.not.match(masked, encodeURIComponent(secret));
      assert.match(masked, "broker.internal");
    }),
  );
});

test.run();
