/**
 * Two hundred watchers on one gunicorn process: nobody misses a final event, memory stays flat over turnover.
 * STATUS_STREAM_SECONDS=300 makes it the long run.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import { type Site, type Status, start, startSite } from "../generated/status/site.ts";
import { skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";

const WATCHERS = 200;
const SECONDS = Number(process.env.STATUS_STREAM_SECONDS ?? 11);

const redis = await startRedis();
if (!redis) skip("event streams", "redis-server is not installed");
else {
  const options = { broker: redis.url, results: redis.url.replace(/0$/, "1"), worker: 10 };
  // Short lives, so that most streams end before their task does and the client must connect again.
  const env = {
    TASK_STATUS_STREAM_SECONDS: "3",
    TASK_STATUS_HEARTBEAT_SECONDS: "2",
    TASK_STATUS_MAX_STREAMS: "256",
  };

  // Who leaves holds its thread until the next heartbeat, so there are some more threads than watchers.
  for (const threads of [WATCHERS + 60, "gevent"] as const) {
    const name = typeof threads === "number" ? "threads" : threads;
    test(`${WATCHERS} watchers with ${name}: no final event is missed, memory is flat`, async () => {
      const site = await startSite({ ...options, env, threads });
      try {
        await watchAll(site, typeof threads === "number" ? SECONDS : Math.min(SECONDS, 8));
      } finally {
        await site.stop();
      }
    });
  }

  for (const threads of [8, "gevent"] as const)
    test(`${WATCHERS} watchers with ${threads === 8 ? "8 threads" : threads} hold nobody up by default`, async () => {
      const site = await startSite({ ...options, threads, worker: 1 });
      try {
        await besideWatchers(site);
      } finally {
        await site.stop();
      }
    });

  test("a stream shows changes and heartbeats, and has a longest life", async () => {
    const site = await startSite({ ...options, env, threads: 4 });
    try {
      const { url } = await start(site, "count", "steps=40");
      const started = Date.now();
      const { body, type } = await get(`${url}/events`);
      assert.match(type, /^text\/event-stream/);
      assert.ok(Date.now() - started < 6000, "it did not end");
      assert.match(body, /^retry: \d+\n\n/);
      assert.ok((body.match(/^event: status$/gm) ?? []).length >= 2, body);
      const quiet = await start(site, "count", "steps=0");
      await until(async () => (await get(`${quiet.url}/events`)).body.includes('"ready": true'), 5, site.output);
    } finally {
      await site.stop();
    }
  });

  test("more streams than allowed are told to come back; a left stream makes room", async () => {
    const limits = {
      TASK_STATUS_MAX_STREAMS: "2",
      TASK_STATUS_HEARTBEAT_SECONDS: "0.5",
      TASK_STATUS_POLL_SECONDS: "0.2",
    };
    const site = await startSite({ ...options, env: limits, threads: 8, worker: 1 });
    try {
      const { url } = await start(site, "count", "steps=200");
      const open = [await openStream(`${url}/events`), await openStream(`${url}/events`)];
      const refused = await get(`${url}/events`);
      assert.equal(refused.status, 503);
      assert.ok(Number(refused.retryAfter) > 0);
      open[0]!.destroy();
      await until(
        async () => {
          const again = await openStream(`${url}/events`).catch(() => null);
          again?.destroy();
          return again !== null;
        },
        6,
        site.output,
      );
      open[1]!.destroy();
      await fetch(url, { method: "DELETE" });
    } finally {
      await site.stop();
    }
  });

  test("a server that takes one request at a time is not blocked by a stream", async () => {
    const site = await startSite({ ...options, env, threads: 0, worker: 1 });
    try {
      const { url } = await start(site, "count", "steps=2");
      assert.equal((await get(`${url}/events`)).status, 204);
    } finally {
      await site.stop();
    }
  });

  test.after(() => redis.stop());
}
test.run();

/** Watchers take one task after the other, every tenth one leaves in the middle now and then. */
async function watchAll(site: Site, seconds: number): Promise<void> {
  const ends = Date.now() + seconds * 1000;
  const tasks: { url: string; over: Promise<unknown> }[] = [];
  const renew = async (slot: number): Promise<void> => {
    while (Date.now() < ends) {
      const { url } = await start(site, "count", `steps=${8 + slot * 2}`);
      const task = { url, over: sleep((8 + slot * 2) * 250) };
      tasks[slot] = task;
      await task.over;
    }
  };
  const renewing = [0, 1, 2, 3, 4].map(renew);
  await until(() => tasks.filter(Boolean).length === 5, 10, site.output);

  let finals = 0;
  let reconnects = 0;
  const watch = async (id: number): Promise<void> => {
    while (Date.now() < ends) {
      const { url } = tasks[(id + finals) % 5]!;
      const deadline = Date.now() + 30_000;
      for (let final = false; !final; ) {
        if (Date.now() > deadline) throw new Error(`no final event from ${url}\n${site.output().slice(-2000)}`);
        const leaveAfter = id % 10 === 0 && reconnects % 2 === 0 ? 700 : null;
        final = await follow(`${url}/events`, leaveAfter).catch(isRefusal);
        if (final) break;
        reconnects++;
        // As `retry:` asks for, and a browser does.
        await sleep(1000);
      }
      finals++;
    }
  };
  const memory: number[] = [];
  const sampling = (async () => {
    while (Date.now() < ends) {
      await sleep(500);
      memory.push(residentMegabytes(site.pid()));
    }
  })();
  await Promise.all([...Array.from({ length: WATCHERS }, (_, id) => watch(id)), ...renewing, sampling]);

  const early = median(memory.slice(Math.floor(memory.length / 3), Math.floor(memory.length / 2)));
  const late = median(memory.slice(-Math.ceil(memory.length / 6)));
  console.log(`${finals} final events, ${reconnects} reconnects, ${early.toFixed(1)} → ${late.toFixed(1)} MB`);
  assert.ok(finals >= WATCHERS, `${finals} final events`);
  assert.ok(reconnects >= WATCHERS / 2, `${reconnects} reconnects`);
  assert.ok(late - early < 6 + early * 0.05, `memory grew from ${early} to ${late} MB: ${memory.map(Math.round)}`);
}

/** Watchers as the page is one: a stream if there is one, else a look every two seconds. Meanwhile others ask for the index. */
async function besideWatchers(site: Site): Promise<void> {
  const { url } = await start(site, "count", "steps=100");
  const ends = Date.now() + 5000;
  const open: http.IncomingMessage[] = [];
  const watch = async (): Promise<void> => {
    const stream = await openStream(`${url}/events`).catch(isRefusal);
    if (stream) return void open.push(stream);
    while (Date.now() < ends) {
      await get(url);
      await sleep(2000);
    }
  };
  const slowest = async (): Promise<number> => {
    let longest = 0;
    while (Date.now() < ends) {
      const asked = Date.now();
      await get(site.url);
      longest = Math.max(longest, Date.now() - asked);
      await sleep(100);
    }
    return longest;
  };
  const watching = Array.from({ length: WATCHERS }, (_, id) => sleep(id * 5).then(watch));
  const [longest] = await Promise.all([slowest(), ...watching]);
  for (const stream of open) stream.destroy();
  console.log(`${open.length} streams, the slowest other request took ${longest} ms`);
  assert.ok(open.length > 0);
  assert.ok(longest < 1000, `${longest} ms`);
}

/** Whether the stream told the final state before it ended (or was left). */
async function follow(url: string, leaveAfter: number | null): Promise<boolean> {
  const response = await openStream(url);
  const leaving = leaveAfter === null ? undefined : setTimeout(() => response.destroy(), leaveAfter);
  let text = "";
  try {
    for await (const part of response) text += part;
  } catch {
    // Left on purpose, in the middle of an answer.
  }
  clearTimeout(leaving);
  const last = text.match(/^data: (\{".*)$/gm)?.at(-1);
  return last !== undefined && (JSON.parse(last.slice(6)) as Status).ready;
}

/** 503 because streams that were left still count: not an end, the client comes again. */
function isRefusal(error: Error): false {
  if (/^503 /.test(error.message)) return false;
  throw error;
}

function openStream(url: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      response.on("error", () => {});
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(new Error(`${response.statusCode} from ${url}`));
    });
    request.on("error", reject);
  });
}

async function get(url: string): Promise<{ status: number; type: string; retryAfter: string | null; body: string }> {
  const response = await fetch(url);
  const header = (name: string) => response.headers.get(name);
  const body = await response.text();
  return { status: response.status, type: header("content-type") ?? "", retryAfter: header("retry-after"), body };
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
