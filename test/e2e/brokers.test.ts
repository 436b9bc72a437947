/** The brokers that are neither one Redis nor one RabbitMQ: a worker on each runs a task that another process has sent. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { runCommand } from "../support/command.ts";
import { makeEnv } from "../support/python-env.ts";
import { freePort, skip, startMoto, startRedis, startSentinel } from "../support/servers.ts";
import { tempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, runIn, sendExample, startIn, startWorker } from "./project.ts";

const redis = await startRedis();

/** A new application with this broker, and a worker that sends its task and reads the result. */
async function runExample(broker: string, env: Record<string, string>): Promise<string> {
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", broker);
  const worker = await startWorker(root, env);
  try {
    assert.equal(await sendExample(root, "app.tasks", broker, env), broker);
  } finally {
    await worker.stop();
  }
  assert.ok(!worker.output().includes("Traceback"), worker.output());
  return root;
}

if (!redis) skip("workers on Sentinel, a socket and Valkey", "redis-server is not installed");
else {
  test("Redis on a socket: broker and results", async () => {
    const socket = path.join(tempDir("socket-"), "redis.sock");
    const server = await startRedis({ unixsocket: socket });
    assert.ok(server);
    const url = `redis+socket://${socket}?virtual_host=2`;
    const root = await runExample(url, {
      CELERY_BROKER_URL: url,
      CELERY_RESULT_BACKEND: `redis+socket://${socket}?virtual_host=3`,
    });
    assert.ok(readFileSync(path.join(root, ".env"), "utf8").includes(url));
    await server.stop();
  });

  test("TLS: a certificate that can't be verified stops a worker, unless the environment allows it", () => tlsTest());

  test("Valkey: its own server where there is one", async () => {
    const server = await startRedis({}, "valkey-server");
    if (!server) console.log("valkey-server is not installed: its settings are tried on redis-server");
    const { url } = server ?? redis;
    const root = await runExample("valkey", { CELERY_BROKER_URL: url, CELERY_RESULT_BACKEND: url.replace(/0$/, "1") });
    assert.match(readFileSync(path.join(root, "requirements.txt"), "utf8"), /^celery\[redis\]/m);
    await server?.stop();
  });

  test("Sentinel: broker and results follow the master when it fails over", () => sentinelTest());
}

async function tlsTest(): Promise<void> {
  const folder = tempDir("tls-");
  const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
  const request = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=somewhere.else".split(" ");
  const made = await runCommand(["openssl", ...request, "-keyout", key, "-out", cert]);
  assert.equal(made.code, 0, made.stderr);
  const port = String(await freePort());
  const tls = { "tls-port": port, "tls-cert-file": cert, "tls-key-file": key, "tls-auth-clients": "no" };
  const server = await startRedis(tls);
  assert.ok(server);
  const url = `rediss://127.0.0.1:${port}/0`;
  const env = { CELERY_BROKER_URL: url, CELERY_RESULT_BACKEND: url.replace(/0$/, "1") };
  const allowed = { ...env, CELERY_UNVERIFIED_TLS: "yes" };
  const root = await runExample("redis", allowed);
  const refused = await runIn(
    root,
    ["python", "-c", "import make_celery\nmake_celery.celery_app.connection().connect()"],
    env,
  );
  assert.match(refused.stderr, /CERTIFICATE_VERIFY_FAILED/);
  const inCode = { ...env, CELERY_BROKER_URL: `${url}?ssl_cert_reqs=none` };
  const stopped = await runIn(root, ["python", "-c", "import make_celery"], inCode);
  assert.match(stopped.stderr, /certificates must be verified/);
  await server.stop();
}

async function sentinelTest(): Promise<void> {
  const master = await startRedis();
  assert.ok(master);
  const replica = await startRedis({ replicaof: `127.0.0.1 ${master.port}` });
  const sentinel = await startSentinel(master);
  assert.ok(replica && sentinel);
  const env = { CELERY_BROKER_URL: sentinel.url, CELERY_RESULT_BACKEND: sentinel.url.replace(/0$/, "1") };
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", "sentinel");
  const worker = await startWorker(root, env);
  try {
    assert.equal(await sendExample(root, "app.tasks", "before", env), "before");
    await master.kill();
    await until(async () => (await trySend(root, env)) === "after", 30, worker.output);
  } finally {
    await worker.stop();
    for (const server of [sentinel, replica]) await server.stop();
  }
}

/** While it fails over, a sender may be refused. */
async function trySend(root: string, env: Record<string, string>): Promise<unknown> {
  return sendExample(root, "app.tasks", "after", env).catch(() => null);
}

test("SQS: a queue with the application's prefix, and results in a database", async () => {
  const { bin } = await makeEnv(["flask", "celery[redis,sqlalchemy,sqs]>=5.7", "moto[server]"]);
  const moto = await startMoto(path.join(bin, "moto_server"));
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", "sqs", "--results", "database");
  assert.match(readFileSync(path.join(root, "requirements.txt"), "utf8"), /^celery\[sqlalchemy,sqs\]/m);
  const env = {
    CELERY_BROKER_URL: moto.url,
    CELERY_RESULT_BACKEND: `db+sqlite:///${tempDir("results-")}/results.db`,
    AWS_ACCESS_KEY_ID: "any",
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_DEFAULT_REGION: "eu-central-1",
  };
  const command = [`${bin}/celery`, "-A", "make_celery", "worker", "--loglevel", "INFO", "--concurrency", "1"];
  const worker = await startIn(root, command, / ready\./, env);
  try {
    const code = [
      "import boto3, json, make_celery",
      "from app.tasks import example_task",
      'assert example_task.delay("x").get(timeout=20) == "x"',
      `sqs = boto3.client("sqs", endpoint_url="http://127.0.0.1:${moto.port}")`,
      'print(sqs.list_queues()["QueueUrls"])',
    ].join("\n");
    const sent = await runIn(root, [`${bin}/python`, "-c", code], env);
    assert.equal(sent.code, 0, sent.stdout + sent.stderr + worker.output());
    assert.match(sent.stdout, /\/app-celery'\]/);
  } finally {
    await worker.stop();
    await moto.stop();
  }
  assert.ok(!worker.output().includes("Traceback"), worker.output());
});

test.after(() => redis?.stop());
test.run();
