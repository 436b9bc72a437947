/** What each broker brings along, and that broker and results follow what the project says of them. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generator } from "../../../generators/celery-factory.ts";
import type { Plan } from "../../../lib/contract/plan.ts";
import { settleAnswers } from "../../../lib/run/answers.ts";
import { makePlan } from "../../../lib/run/run.ts";
import { survey } from "../../../lib/survey/index.ts";
import { tempDir, writeTree } from "../../support/temp.ts";

const app = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";

async function plan(files: Record<string, string>, given: Record<string, string> = {}): Promise<Plan> {
  const root = writeTree({ "shop/__init__.py": app, "requirements.txt": "flask\n", ...files }, tempDir("brokers-"));
  const project = await survey(root);
  return makePlan(generator, project, settleAnswers(generator.prompts, project, given, {}), {});
}

const written = ({ changes }: Plan, path: string) => Buffer.from(changes.current(path) ?? []).toString("utf8");

const environments = {
  "compose.yaml":
    "services:\n  web:\n    environment:\n      CELERY_BROKER_URL: amqp://mq\n      CELERY_RESULT_BACKEND: redis://r\n",
  ".env": "CELERY_BROKER_URL=amqp://mq\nCELERY_RESULT_BACKEND=redis://r\n",
  ".env.example": "CELERY_BROKER_URL=amqp://mq\nCELERY_RESULT_BACKEND=redis://r\n",
  Dockerfile: "ENV CELERY_BROKER_URL=amqp://mq CELERY_RESULT_BACKEND=redis://r\n",
  Procfile: "worker: CELERY_BROKER_URL=amqp://mq CELERY_RESULT_BACKEND=redis://r celery -A make_celery worker\n",
  "deploy/worker.yaml":
    "- name: CELERY_BROKER_URL\n  value: amqp://mq\n- name: CELERY_RESULT_BACKEND\n  value: redis://r\n",
};
for (const [path, text] of Object.entries(environments)) {
  test(`RabbitMQ with results in Redis gets both libraries: ${path}`, async () => {
    const made = await plan({ [path]: text });
    assert.is(made.answers.broker, "rabbitmq");
    assert.is(made.answers.results, "redis");
    assert.match(written(made, "requirements.txt"), "celery[redis]>=5.4,<6");
    assert.match(written(made, "shop/celery_settings.py"), '"result_backend_transport_options"');
    assert.match(written(made, "shop/celery_settings.py"), "confirm_publish");
  });
}

test("the extra, the example and the place of results of each broker", async () => {
  const row = async (broker: string) => {
    const made = await plan({}, { broker });
    const celery = /^celery.*$/m.exec(written(made, "requirements.txt"))?.[0];
    return [celery, made.answers.results, written(made, ".env.example").trim().split("\n").join(" ")];
  };
  const placeholder = (service: string) => `${service}_production_your_connection_string_here`;
  assert.equal(await row("sqs"), ["celery[sqs]>=5.4,<6", "none", `CELERY_BROKER_URL=${placeholder("sqs")}`]);
  const sentinel = placeholder("sentinel");
  assert.equal(await row("sentinel"), [
    "celery[redis]>=5.4,<6",
    "redis",
    `CELERY_BROKER_URL=${sentinel} CELERY_RESULT_BACKEND=${sentinel} CELERY_SENTINEL_MASTER=mymaster`,
  ]);
  assert.equal(await row("valkey"), [
    "celery[redis]>=5.4,<6",
    "redis",
    "CELERY_BROKER_URL=redis://localhost:6379/0 CELERY_RESULT_BACKEND=redis://localhost:6379/1",
  ]);
});

test("a project's own broker is taken, whichever it is", async () => {
  const broker = async (url: string) => (await plan({ ".env": `CELERY_BROKER_URL=${url}\n` })).answers.broker;
  assert.is(await broker("sqs://"), "sqs");
  assert.is(await broker("sentinel://a:26379/0;sentinel://b:26379/0"), "sentinel");
  assert.is(await broker("redis+socket:///run/redis.sock"), "redis");
  assert.is(await broker("valkey://v:6379"), "valkey");
});

test("a second run takes what the first one has made", async () => {
  for (const given of [
    { broker: "sqs", results: "database" },
    { broker: "sentinel", results: "redis" },
    { broker: "rabbitmq", results: "redis" },
  ]) {
    const first = await plan({}, given);
    const files = Object.fromEntries(first.changes.changes.map(({ path }) => [path, written(first, path)]));
    const second = await plan(files);
    assert.is(second.answers.broker, given.broker);
    assert.is(second.answers.results, given.results);
    assert.equal(
      second.changes.changes.filter(({ action }) => action !== "unchanged").map(({ path }) => path),
      [],
      JSON.stringify(given),
    );
  }
});

test("a valkey:// URL is written as Celery spells it", async () => {
  const made = await plan({}, { broker: "valkeys://:pw@v.example.org:6380/0" });
  assert.match(written(made, ".env"), "CELERY_BROKER_URL=rediss://:pw@v.example.org:6380/0");
  assert.is(made.answers.results, "redis");
});

test("a broker that has no settings here is never replaced by another one", async () => {
  const error = await plan({ ".env": "X=1\nCELERY_BROKER_URL=kafka://mq:9092\n" }).then(
    () => null,
    (thrown: Error) => thrown,
  );
  assert.match(String(error?.message), /kafka/);
  assert.match(String(error?.message), /\.env:2/);
  const chosen = await plan({ ".env": "CELERY_BROKER_URL=kafka://mq:9092\n" }, { broker: "redis" });
  assert.is(chosen.answers.broker, "redis");
});

test("results that are kept elsewhere are told", async () => {
  const warnings = async (url: string) =>
    (await plan({ ".env": `CELERY_RESULT_BACKEND=${url}\n` }, { broker: "rabbitmq" })).warnings.join("\n");
  assert.match(await warnings("rpc://"), ".env:1: results go to rpc:// here, which nothing here has settings for");
  assert.match(await warnings("sentinel://s:26379/1"), "master_name");
  assert.is(await warnings("redis://r/1"), "");
});

test.run();
