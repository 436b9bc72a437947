/** A few combinations, in which every broker, result store, database, config style and shape occurs, with a real worker. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "uvu";
import { type Running, sendExample, startWorker } from "../../e2e/project.ts";
import { type Server, skip, startRabbitmq, startRedis } from "../../support/servers.ts";
import { tempDir, writeTree } from "../../support/temp.ts";
import { until } from "../../support/until.ts";
import { type Answers, makeTree } from "./combinations.ts";
import { shapes } from "./shapes.ts";

const chosen: readonly (readonly [string, ...string[]])[] = [
  ["factory-package", "redis", "redis", "flask-sqlalchemy", "object", "blueprint"],
  ["factory-flat", "redis", "database", "sqlalchemy", "namespace", "mixed"],
  ["module-package", "rabbitmq", "redis", "none", "namespace", "centralized"],
  ["module-hybrid", "rabbitmq", "none", "flask-sqlalchemy", "environment", "mixed"],
  ["factory-src", "rabbitmq", "database", "flask-sqlalchemy", "object", "centralized"],
  ["module-flat", "embedded", "embedded", "sqlalchemy", "environment", "blueprint"],
];

const redis = await startRedis();
const rabbitmq = await startRabbitmq();
for (const [shape, ...values] of chosen) {
  const [broker, results, database, config, tasks] = values;
  const name = `${shape}: ${values.join(", ")}`;
  const missing = (kind: string, server: Server | null) => [broker, results].includes(kind) && !server;
  if (missing("redis", redis)) skip(name, "redis-server is not installed");
  else if (missing("rabbitmq", rabbitmq)) skip(name, "rabbitmq-server is not installed");
  else test(name, () => check(shape, { broker, results, database, config, tasks } as Answers));
}
test.after(async () => {
  await Promise.all([redis?.stop(), rabbitmq?.stop()]);
});
test.run();

async function check(shapeName: string, answers: Answers): Promise<void> {
  const shape = shapes.find(({ name }) => name === shapeName);
  assert.ok(shape);
  const tree = await makeTree(shape, answers);
  const folder = writeTree(Object.fromEntries(tree.files), path.join(tempDir("live-"), "project"));
  const root = path.join(folder, tree.importRoot);
  const env = urls(answers);
  const tasks = shapeName.endsWith("-flat") || shapeName === "module-hybrid" ? "tasks" : "shop.tasks";
  const worker = await startWorker(root, env);
  try {
    if (answers.results === "none") await checkDropped(root, tasks, env, worker);
    else assert.equal(await sendExample(root, tasks, "x", env), "x");
  } finally {
    await worker.stop();
  }
  assert.ok(!worker.output().includes("Traceback"), worker.output());
}

/** Without results the caller can't wait; the worker's log tells that the task ran. */
async function checkDropped(root: string, tasks: string, env: Record<string, string>, worker: Running): Promise<void> {
  await assert.rejects(sendExample(root, tasks, "x", env), /No result backend is configured/);
  await until(
    () => new RegExp(`Task ${tasks}\\.example_task\\[[^\\]]+\\] succeeded`).test(worker.output()),
    20,
    () => worker.output(),
  );
}

/** What an operator sets; embedded ones need nothing. */
function urls({ broker, results, database }: Answers): Record<string, string> {
  const env: Record<string, string> = {};
  // Several projects share the servers: a database each in Redis; RabbitMQ's queues are named after the project.
  if (broker === "redis") env.CELERY_BROKER_URL = redis!.url.replace(/0$/, results === "redis" ? "1" : "2");
  if (broker === "rabbitmq") env.CELERY_BROKER_URL = rabbitmq!.url;
  if (results === "redis") env.CELERY_RESULT_BACKEND = redis!.url.replace(/0$/, broker === "redis" ? "3" : "4");
  if (results === "database") env.CELERY_RESULT_BACKEND = `db+sqlite:///${tempDir()}/${database}.sqlite3`;
  return env;
}
