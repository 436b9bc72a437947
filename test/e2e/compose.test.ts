/**
 * The compose file of celery-setup, without Docker: it is what the compose specification allows, and the command lines in it,
 * typed as they stand there on real servers, keep queued tasks over a restart and let a running task end.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { runCommand } from "../support/command.ts";
import { makeEnv } from "../support/python-env.ts";
import { freePort, guard, skip, startRedis } from "../support/servers.ts";
import { tempDir } from "../support/temp.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, python, startIn } from "./project.ts";

interface Process {
  command: string[];
  environment: Record<string, string>;
  stop_grace_period: string;
  healthcheck: { test: string[] };
  depends_on: Record<string, unknown>;
}

const tools = await makeEnv(["check-jsonschema>=0.30", "pyyaml"]);

/** The services of a project's compose file, which the specification's own schema accepts. */
async function services(root: string, name = "compose.celery.yaml"): Promise<Record<string, Process>> {
  const file = path.join(root, name);
  const checked = await runCommand([
    path.join(tools.bin, "check-jsonschema"),
    "--builtin-schema",
    "vendor.compose-spec",
    file,
  ]);
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  const load = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))['services']))";
  const loaded = await runCommand([tools.python, "-c", load, file]);
  return JSON.parse(loaded.stdout);
}

async function project(...answers: string[]): Promise<string> {
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", "redis");
  writeFileSync(path.join(root, "Dockerfile"), "FROM python:3.11-slim\n");
  await apply(root, "periodic-task", "--blueprint", "app", "--task", "tidy", "--schedule", "1h");
  await apply(root, "celery-setup", "--compose", "yes", ...answers);
  return root;
}

test("the exporter's file is one by the schema, for the broker that the project has", async () => {
  for (const [broker, url] of [
    ["redis", "redis://broker:6379/0"],
    ["rabbitmq", "amqp://celery:"],
    ["embedded", "set it in .env"],
  ] as const) {
    const root = makeProject();
    await apply(root, "celery-factory", "--broker", broker);
    await apply(root, "celery-monitoring", "--metrics", "exporter");
    const { "celery-exporter": exporter } = await services(root, "compose.celery-metrics.yaml");
    assert.match(JSON.stringify(exporter), new RegExp(`CELERY_EXPORTER_BROKER_URL:[-?]${url}`));
    // Events of a worker with a prefix come under it.
    assert.equal(/global_keyprefix=app:/.test(JSON.stringify(exporter)), broker === "redis");
    const again = await apply(root, "celery-monitoring");
    assert.match(again.stdout + again.stderr, /nothing to change/);
  }
});

test("every broker that Compose can keep: the file is what the specification allows", async () => {
  for (const [broker, results, names] of [
    ["redis", "redis", ["beat", "broker", "worker"]],
    ["valkey", "redis", ["beat", "broker", "worker"]],
    ["rabbitmq", "redis", ["beat", "broker", "results", "worker"]],
  ] as const) {
    const found = await services(await project("--broker", broker, "--results", results));
    assert.deepEqual(Object.keys(found).sort(), names);
    for (const one of [found.worker!, found.beat!]) {
      const hosts = Object.values(one.environment).map((url) => /(?:@|\/\/)([\w-]+):\d+/.exec(url)![1]!);
      // Each address is that of a service that is waited for.
      for (const host of hosts) assert.ok(host in one.depends_on && host in found, host);
    }
  }
});

test("a schema that can fail: a service with an unknown key is refused", async () => {
  const root = await project();
  const file = path.join(root, "compose.celery.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("    build: .", "    bulid: ."));
  await assert.rejects(services(root), /bulid/);
});

const redis = await startRedis();
await redis?.stop();
if (!redis) skip("the commands of the compose file", "redis-server is not installed");
else {
  test("its commands: health, a restart of the broker, a task that runs while the worker is stopped", async () => {
    const root = await project();
    const { broker, worker, beat } = await services(root);
    const port = await freePort();
    const data = tempDir("data-");
    const env = { PATH: process.env.PATH ?? "" };
    const server = () => guard([...broker!.command, "--port", String(port)], env, data);
    const healthy = async () => {
      const [, ...command] = broker!.healthcheck.test;
      const { code, stdout } = await runCommand([command[0]!, "-p", String(port), ...command.slice(1)]);
      return code === 0 && stdout.includes("PONG");
    };
    const addressed = (one: Process) =>
      Object.fromEntries(
        Object.entries(one.environment).map(([key, url]) => [key, url.replace("broker:6379", `127.0.0.1:${port}`)]),
      );
    let running = await server();
    await until(healthy, 20, () => "the broker is not healthy");

    const slow = `\n\n@shared_task(ignore_result=False)\ndef slow(seconds: int) -> str:\n    import time\n    time.sleep(seconds)\n    return "done"\n`;
    writeFileSync(path.join(root, "app/tasks.py"), readFileSync(path.join(root, "app/tasks.py"), "utf8") + slow);
    const send = (code: string) =>
      python<string>(root, `import json, make_celery\nfrom app.tasks import slow\n${code}`, addressed(worker!));
    const id = await send("print(json.dumps(slow.delay(3).id))");
    // What is queued outlives the broker.
    await running.end();
    running = await server();
    await until(healthy, 20, () => "the broker is not healthy again");
    const started = await startIn(root, worker!.command, /ready\./, addressed(worker!));
    try {
      await until(() => started.output().includes("received"), 20, started.output);
      const ticking = await startIn(root, beat!.command, /beat: Starting|DatabaseScheduler|lock/i, addressed(beat!));
      await ticking.stop();
      // SIGTERM while the task runs: the grace period is longer than any task may take.
      await started.stop();
      assert.ok(Number.parseInt(worker!.stop_grace_period, 10) > 300);
      const state = await send(
        `r = make_celery.celery_app.AsyncResult(${JSON.stringify(id)})\nprint(json.dumps(r.state + " " + str(r.result)))`,
      );
      assert.equal(state, "SUCCESS done", started.output());
    } finally {
      await started.stop();
      await running.end();
    }
  });
}

test.run();
