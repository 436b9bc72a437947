/** The generated status routes with a real worker, gunicorn and Redis, also when Redis goes away. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { read, type Site, start, startSite } from "../generated/status/site.ts";
import { type Server, skip, startRedis } from "../support/servers.ts";
import { tempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";

const redis = await startRedis();
if (!redis) skip("status over HTTP", "redis-server is not installed");
else {
  const database = `db+sqlite:///${tempDir()}/results.db`;
  const onRedis = await startSite({ broker: redis.url, results: redis.url.replace(/0$/, "1"), worker: 3 });
  const onDatabase = await startSite({ broker: redis.url.replace(/0$/, "2"), results: database, worker: 2 });
  defineTests("Redis", onRedis);
  defineTests("SQLite", onDatabase);
  defineHandleTests(onRedis);
  defineOutageTests(redis, onRedis, onDatabase);
  test.after(async () => {
    await Promise.all([onRedis.stop(), onDatabase.stop()]);
    await redis.stop();
  });
}
test.run();

function defineTests(name: string, site: Site): void {
  test(`${name}: a task's progress moves and ends in its result`, async () => {
    const { url } = await start(site, "count", "steps=8");
    const seen: number[] = [];
    await until(
      async () => {
        const { progress, ready } = await read(url);
        if (progress) seen.push(progress.percent ?? -1);
        return ready;
      },
      10,
      site.output,
    );
    const { state, result, error } = await read(url);
    assert.deepEqual({ state, result, error }, { state: "SUCCESS", result: { steps: 8 }, error: null });
    assert.ok(new Set(seen).size >= 2, `progress stood still: ${seen}`);
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    );
  });

  test(`${name}: a running task is cancelled at its next report`, async () => {
    const { url } = await start(site, "count", "steps=80");
    await until(async () => (await read(url)).state === "PROGRESS", 10, site.output);
    const answer = await fetch(url, { method: "DELETE" });
    assert.equal(answer.status, 202);
    assert.equal(((await answer.json()) as { cancel_requested: boolean }).cancel_requested, true);
    await until(async () => (await read(url)).state === "REVOKED", 4, site.output);
    assert.equal((await fetch(url, { method: "DELETE" })).status, 200);
  });

  test(`${name}: a queued task is cancelled before it starts`, async () => {
    const busy = await Promise.all([0, 1, 2, 3].map(() => start(site, "count", "steps=12")));
    const { url } = await start(site, "count", "steps=1");
    assert.equal((await read(url)).state, "PENDING");
    assert.equal((await fetch(url, { method: "DELETE" })).status, 202);
    // A free worker may have dropped it by now.
    const asked = await read(url);
    assert.ok(asked.cancel_requested || asked.state === "REVOKED", JSON.stringify(asked));
    await until(async () => (await read(url)).state === "REVOKED", 15, site.output);
    for (const task of busy) await until(async () => (await read(task.url)).ready, 15, site.output);
  });

  test(`${name}: a failure has a code and a correlation id, and not its text`, async () => {
    const { url } = await start(site, "fail");
    await until(async () => (await read(url)).ready, 10, site.output);
    const answer = await fetch(url);
    const text = await answer.text();
    assert.equal(answer.status, 200);
    assert.match(text, /"code":"task-failed"/);
    assert.ok(!text.includes("password") && !text.includes("ValueError"), text);
    const { correlation_id } = JSON.parse(text).error;
    assert.ok(site.output().includes(correlation_id), "the correlation id is not in the worker's log");
  });
}

function defineHandleTests(site: Site): void {
  test("unknown, tampered and foreign handles are 404, nothing may be stored", async () => {
    const { url, page } = await start(site, "count", "steps=1");
    const foreign = await start(site, "count", "steps=1&owner=somebody");
    // Not the last character: some of its bits stand for nothing.
    const flipped = url.replace(/.(?=.{9}$)/, (one) => (one === "A" ? "B" : "A"));
    for (const wrong of [`${site.url}/tasks/nonsense`, flipped, foreign.url]) {
      for (const path of ["", "/events", "/page"]) {
        const answer = await fetch(wrong + path);
        assert.equal(answer.status, 404, wrong + path);
        assert.equal(answer.headers.get("cache-control"), "no-store");
      }
      assert.equal((await fetch(wrong, { method: "DELETE" })).status, 404);
    }
    for (const right of [url, page]) assert.equal((await fetch(right)).headers.get("cache-control"), "no-store");
  });

  test("an ignored result gets no handle, since it would look queued for ever", async () => {
    await assert.rejects(start(site, "ignored"), /500/);
    assert.match(site.output(), /give it ignore_result=False/);
  });
}

function defineOutageTests(redis: Server, onRedis: Site, onDatabase: Site): void {
  test("a frozen Redis gives 503 with Retry-After within 5 seconds", async () => {
    const { url } = await start(onRedis, "count", "steps=100");
    await until(async () => (await read(url)).state === "PROGRESS", 10, onRedis.output);
    redis.pause();
    try {
      for (const method of ["GET", "DELETE"]) await assertUnavailable(url, method);
      await assertUnavailable(`${url}/events`, "GET");
    } finally {
      redis.resume();
    }
    await until(async () => (await fetch(url)).status === 200, 5, onRedis.output);
    await fetch(url, { method: "DELETE" });
  });

  test("a frozen broker does not hold up cancelling, where results are in a database", async () => {
    const { url } = await start(onDatabase, "count", "steps=100");
    await until(async () => (await read(url)).state === "PROGRESS", 10, onDatabase.output);
    redis.pause();
    try {
      const started = Date.now();
      assert.equal((await fetch(url, { method: "DELETE" })).status, 202);
      assert.ok(Date.now() - started < 5000);
      await until(async () => (await read(url)).state === "REVOKED", 4, onDatabase.output);
    } finally {
      redis.resume();
    }
  });

  test("Redis stopped gives 503 within 5 seconds; it is back without a restart of ours", async () => {
    const { url } = await start(onRedis, "count", "steps=100");
    const before = onRedis.pid();
    const stream = await fetch(`${url}/events`);
    const events = collect(stream);
    await until(() => events.text.includes("PROGRESS"), 10, onRedis.output);
    await redis.kill();
    await assertUnavailable(url, "GET");
    await assertUnavailable(url, "DELETE");
    await until(
      () => events.text.includes("event: unavailable"),
      5,
      () => events.text,
    );
    await redis.restart();
    await until(async () => (await fetch(url)).status === 200, 5, onRedis.output);
    // The open stream goes on, too: what it tells next comes after the outage.
    await until(
      () => /unavailable[\s\S]*event: status/.test(events.text),
      5,
      () => events.text,
    );
    events.stop();
    assert.equal(onRedis.pid(), before);
  });
}

async function assertUnavailable(url: string, method: string): Promise<void> {
  const started = Date.now();
  const answer = await fetch(url, { method, signal: AbortSignal.timeout(9000) });
  assert.equal(answer.status, 503, `${method} ${url}`);
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  assert.ok(Date.now() - started < 5000, `${Date.now() - started} ms`);
}

function collect(response: Response): { text: string; stop(): void } {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  const events = { text: "", stop: () => void reader.cancel() };
  (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      events.text += decoder.decode(part.value);
  })().catch(() => {});
  return events;
}
