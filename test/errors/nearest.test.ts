import { test } from "uvu";
import * as assert from "uvu/assert";
import { didYouMean, nearestName } from "../../lib/errors/nearest.ts";

const brokers = ["redis", "rabbitmq", "embedded"];

test("a typing mistake finds its name", () => {
  assert.is(nearestName("reddis", brokers), "redis");
  assert.is(nearestName("rabitmq", brokers), "rabbitmq");
  assert.is(nearestName("Redis", brokers), "redis");
});

test("swapped letters count once", () => {
  assert.is(nearestName("rdeis", brokers), "redis");
  assert.is(nearestName("redsi", ["redis", "resin"]), "redis");
});

test("a beginning is enough when it is the only one", () => {
  assert.is(nearestName("rab", brokers), "rabbitmq");
  assert.is(nearestName("re", ["results", "redis"]), undefined);
});

test("something else finds nothing", () => {
  assert.is(nearestName("kafka", brokers), undefined);
  assert.is(didYouMean("kafka", brokers), "");
  assert.is(didYouMean("reddis", brokers), ' Did you mean "redis"?');
});

test.run();
