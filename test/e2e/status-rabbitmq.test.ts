/** Cancelling over RabbitMQ: the workers hear of it, and a broker that hangs does not hold up the request. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { read, start, startSite } from "../generated/status/site.ts";
import { skip, startRabbitmq } from "../support/servers.ts";
import { tempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";

const rabbitmq = await startRabbitmq();
if (!rabbitmq) skip("cancelling over RabbitMQ", "rabbitmq-server is not installed");
else {
  const site = await startSite({ broker: rabbitmq.url, results: `db+sqlite:///${tempDir()}/results.db`, worker: 1 });

  test("a queued task is revoked at the workers", async () => {
    const busy = await start(site, "count", "steps=12");
    const { url } = await start(site, "count", "steps=1");
    assert.equal((await fetch(url, { method: "DELETE" })).status, 202);
    await until(() => /Tasks flagged as revoked/.test(site.output()), 5, site.output);
    await until(async () => (await read(url)).state === "REVOKED", 10, site.output);
    await until(async () => (await read(busy.url)).state === "SUCCESS", 10, site.output);
  });

  test("a broker that hangs does not hold up the request", async () => {
    const { url } = await start(site, "count", "steps=100");
    await until(async () => (await read(url)).state === "PROGRESS", 10, site.output);
    rabbitmq.pause();
    try {
      const started = Date.now();
      assert.equal((await fetch(url, { method: "DELETE" })).status, 202);
      assert.ok(Date.now() - started < 5000, `${Date.now() - started} ms`);
      await until(async () => (await read(url)).state === "REVOKED", 5, site.output);
    } finally {
      rabbitmq.resume();
    }
  });

  test.after(async () => {
    await site.stop();
    await rabbitmq.stop();
  });
}
test.run();
