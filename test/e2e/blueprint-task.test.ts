/** blueprint-task in a running application: the worker lists the task, POST answers 202, its Location tells how it went. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { freePort, type Server, skip, startRedis } from "../support/servers.ts";
import { assertSameTree, snapshotTree } from "../support/temp.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, type Running, runPytest, startIn, startWorker } from "./project.ts";

const redis = await startRedis();
if (redis) redisTests(redis);
else skip("blueprint-task over HTTP", "redis-server is not installed");
test.run();

function redisTests(server: Server): void {
  const env = {
    CELERY_BROKER_URL: server.url,
    CELERY_RESULT_BACKEND: server.url.replace(/0$/, "1"),
    DATABASE_URL: "sqlite:///shop.db",
  };
  const root = makeProject("shop");
  let web: Running | undefined;
  let worker: Running | undefined;
  let url = "";

  test.before(async () => {
    await apply(root, "celery-factory");
    await apply(root, "blueprint-task", "--blueprint", "orders", "--task", "sendReceipt", "--endpoint", "yes");
    const options = ["--blueprint", "users", "--task", "send_welcome", "--endpoint", "yes"];
    await apply(root, "blueprint-task", ...options);
    await apply(root, "blueprint-task", "--blueprint", "users", "--task", "count_users");
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    web = await startIn(root, ["gunicorn", "wsgi:app", "-b", `127.0.0.1:${port}`], /Booting worker/, env);
    worker = await startWorker(root, env);
    await until(async () => (await fetch(`${url}/catalog/`)).ok, 20, web.output);
  });
  test.after(async () => {
    await Promise.all([web?.stop(), worker?.stop()]);
    await server.stop();
  });

  test("the same command again changes nothing", async () => {
    const before = snapshotTree(root, { skip: ["__pycache__", "instance"] });
    const options = ["--blueprint", "users", "--task", "send_welcome", "--endpoint", "yes"];
    const { stderr } = await apply(root, "blueprint-task", ...options);
    assert.match(stderr, /nothing to change/);
    assertSameTree(before, snapshotTree(root, { skip: ["__pycache__", "instance"] }));
  });

  test("the worker lists the tasks of both blueprints", () => {
    for (const name of ["orders.tasks.send_receipt", "users.tasks.send_welcome", "users.tasks.count_users"])
      assert.ok(worker!.output().includes(`. shop.${name}\n`), `${name}\n${worker!.output()}`);
  });

  for (const route of ["/orders/send_receipt", "/users/send_welcome"]) {
    test(`POST ${route} answers 202 with a Location that reaches SUCCESS`, async () => {
      const sent = await post(route);
      assert.equal(sent.status, 202, web!.output());
      assert.ok(Number(sent.headers.get("retry-after")) > 0);
      const location = new URL(sent.headers.get("location")!, url);
      let state = "";
      await until(
        async () => {
          const answer = await fetch(location);
          assert.equal(answer.headers.get("cache-control"), "no-store");
          state = ((await answer.json()) as { state: string }).state;
          return state === "SUCCESS";
        },
        20,
        () => `${state}\n${worker!.output()}`,
      );
    });
  }

  test("wrong input is 400, and the application's own routes still work", async () => {
    assert.equal((await post("/users/send_welcome", { record_id: "one" })).status, 400);
    const form = new URLSearchParams({ item: "apple" });
    assert.equal((await fetch(`${url}/orders/`, { method: "POST", body: form })).status, 201);
    assert.equal(await runPytest(root), 4);
  });

  // Last: the server is gone then.
  test("the broker down is 503 with Retry-After in bounded time, and 202 again when it is back", async () => {
    await server.kill();
    const started = Date.now();
    const answer = await post("/users/send_welcome");
    assert.equal(answer.status, 503, web!.output());
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
    assert.ok(Date.now() - started < 10_000, `${Date.now() - started} ms`);
    await server.restart();
    await until(async () => (await post("/users/send_welcome")).status === 202, 10, web!.output);
  });

  function post(route: string, body: object = { record_id: 1 }): Promise<Response> {
    const options = { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return fetch(url + route, options);
  }
}
