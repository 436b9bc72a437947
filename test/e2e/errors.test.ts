/** Error reports of celery-monitoring, with a server in Sentry's place: who reports, what, and what is kept back. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { test } from "uvu";
import { skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, python, runIn, startIn } from "./project.ts";

/** Takes every envelope as text: https://develop.sentry.dev/sdk/envelopes/ */
async function startReceiver() {
  const envelopes: string[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      const coding = request.headers["content-encoding"];
      const plain = coding === "gzip" ? gunzipSync(body) : coding === "br" ? brotliDecompressSync(body) : body;
      envelopes.push(plain.toString("utf8"));
      response.end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { envelopes, dsn: `http://public@127.0.0.1:${port}/1`, stop: () => server.close() };
}

const redis = await startRedis();
if (!redis) skip("error reports of a worker", "redis-server is not installed");
else {
  test("a failed task and a failed request are reported once each, with the request's id and without arguments", async () => {
    const sentry = await startReceiver();
    const root = makeProject();
    await apply(root, "celery-factory", "--broker", "redis", "--results", "none");
    await apply(root, "celery-monitoring", "--errors", "sentry");
    assert.match(readFileSync(path.join(root, "requirements.txt"), "utf8"), /^sentry-sdk>=2/m);
    const tasks = path.join(root, "app/tasks.py");
    writeFileSync(
      tasks,
      `${readFileSync(tasks, "utf8")}\n\n@shared_task\ndef charge(card: str, *, pin: str) -> None:\n    number = card + pin\n    raise ValueError(f"no funds: {len(number)}")\n`,
    );
    // A child that ends after each task must not take its report along.
    const env = { SENTRY_DSN: sentry.dsn, CELERY_BROKER_URL: redis.url };
    const worker = await startIn(
      root,
      ["celery", "-A", "make_celery", "worker", "--loglevel", "INFO", "--max-tasks-per-child", "1"],
      /ready\./,
      env,
    );
    const send = `import json
import make_celery
app = make_celery.celery_app.flask_app

@app.post("/charge")
def charge_route():
    from app.tasks import charge
    charge.delay("4111-secret", pin="1234-secret")
    raise KeyError("in the web")

app.test_client().post("/charge", headers={"X-Request-ID": "req-77"})
import sentry_sdk
sentry_sdk.flush()
print(json.dumps(1))`;
    await python(root, send, env);
    const events = () => sentry.envelopes.filter((text) => /"type":\s*"event"/.test(text));
    await until(
      () => events().length >= 2,
      30,
      () => `${events().length} events\n${worker.output()}`,
    );
    await worker.stop();
    const [web, task] = ["in the web", "no funds"].map((text) => events().filter((one) => one.includes(text)));
    assert.equal(web!.length, 1);
    assert.equal(task!.length, 1);
    for (const event of [web![0]!, task![0]!]) assert.match(event, /"request_id":\s*"req-77"/);
    assert.match(task![0]!, /celery_task_id/);
    assert.doesNotMatch(sentry.envelopes.join("\n"), /4111-secret|1234-secret/);

    // Without the variable nothing is set up.
    const off = "import json, make_celery, sentry_sdk\nprint(json.dumps(sentry_sdk.is_initialized()))";
    assert.equal(await python(root, off, { CELERY_BROKER_URL: redis.url }), false);
    sentry.stop();
  });

  test("an SDK that the project sets up itself is left alone, and said so", async () => {
    const root = makeProject();
    await apply(root, "celery-factory", "--broker", "redis");
    const factory = path.join(root, "app/__init__.py");
    const text = readFileSync(factory, "utf8").replace(
      "    return app\n",
      '    sentry_sdk.init(dsn="")\n    return app\n',
    );
    writeFileSync(factory, text.replace(/^from flask import/m, "import sentry_sdk\n$&"));
    const { stdout, stderr } = await apply(root, "celery-monitoring", "--errors", "sentry");
    assert.match(stdout + stderr, /app\/__init__\.py:\d+ sets Sentry up already/);
    const { code } = await runIn(root, ["python", "-c", "import app.celery_errors"]);
    assert.notEqual(code, 0);
  });
}

test.after(() => redis?.stop());
test.run();
