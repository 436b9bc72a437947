/** Two workers with gevent on RabbitMQ that end one after the other: an event to the one that has gone is not waited for. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { skip, startRabbitmq } from "../support/servers.ts";
import { apply, makeProject, runIn, startIn } from "./project.ts";

test("each of them ends within seconds", async () => {
  const root = makeProject();
  const { code } = await runIn(root, ["python", "-c", "import gevent"]);
  const broker = code === 0 ? await startRabbitmq() : null;
  if (!broker) return skip("gevent on RabbitMQ", "gevent or RabbitMQ is not installed here");
  await apply(root, "celery-factory", "--broker", "rabbitmq", "--results", "none", "--install", "no");
  const worker = (name: string) =>
    startIn(
      root,
      ["celery", "-A", "make_celery", "worker", "--pool", "gevent", "-l", "INFO", "-n", `${name}@%h`],
      / ready\./,
      { CELERY_BROKER_URL: broker.url },
    );
  for (let round = 0; round < 2; round++) {
    const [first, second] = [await worker("first"), await worker("second")];
    await new Promise((done) => setTimeout(done, 2500));
    for (const one of [first, second]) {
      const begun = performance.now();
      await one.stop();
      assert.ok(performance.now() - begun < 9000, `round ${round}: ${one.output().slice(-500)}`);
    }
  }
});

test.run();
