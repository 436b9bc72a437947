/** Traces, JSON logs and Flower of celery-monitoring, with a server in the collector's place: one trace from the request to its last task. */
import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import { freePort, skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, python, runIn, startIn } from "./project.ts";

const TASKS = `

@shared_task
def parent(secret: str) -> str:
    logging.getLogger("shop").info("in the parent")
    child.delay(secret)
    return "returned-secret"


@shared_task
def child(secret: str) -> None:
    logging.getLogger("shop").info("in the child", extra={"order": 7})
    raise LookupError("nothing there")
`;

/** Prints each span as [trace, parent, id, name, attributes]. */
const DECODE = `
import base64, json, sys
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

found = []
for line in open(sys.argv[1]):
    request = ExportTraceServiceRequest.FromString(base64.b64decode(line))
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                attributes = {one.key: one.value.string_value for one in span.attributes}
                found.append([span.trace_id.hex(), span.parent_span_id.hex(), span.span_id.hex(), span.name, attributes])
print(json.dumps(found))
`;
type Span = [trace: string, parent: string, id: string, name: string, attributes: Record<string, string>];
type Line = Record<string, unknown>;

const redis = await startRedis();
if (!redis) skip("traces", "redis-server is not installed");
else {
  const root = makeProject();
  await apply(root, "celery-factory", "--broker", "redis");
  await apply(root, "celery-monitoring", "--metrics", "opentelemetry", "--logs", "json", "--flower", "yes");
  const tasks = path.join(root, "app/tasks.py");
  const text = readFileSync(tasks, "utf8");
  writeFileSync(tasks, text.replace(/^from celery import/m, "import logging\n\n$&") + TASKS);
  const base = { CELERY_BROKER_URL: redis.url, CELERY_RESULT_BACKEND: redis.url.replace(/0$/, "1") };

  test("a request, its task and the task of that one are one trace, named in every log line", async () => {
    const collector = await startCollector(path.join(root, "spans"));
    const env = { ...base, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: "shop" };
    // Each child ends after its task: its spans must not end with it.
    const worker = await startIn(
      root,
      ["celery", "-A", "make_celery", "worker", "--loglevel", "INFO", "-c", "1", "--max-tasks-per-child", "1"],
      /ready\./,
      env,
    );
    const send = `import json, make_celery
app = make_celery.celery_app.flask_app

@app.post("/start")
def start():
    from app.tasks import parent
    parent.delay("argument-secret")
    return {}

print(json.dumps(app.test_client().post("/start", headers={"X-Request-ID": "req-77"}).status_code))
from app.celery_telemetry import flush
flush()
print(json.dumps(200))`;
    assert.equal(await python(root, send, env), 200);
    const spans = () => python<Span[]>(root, `import sys\nsys.argv = ["", "spans"]\n${DECODE}`, base);
    await until(async () => (await spans()).length >= 5, 30, worker.output);
    await worker.stop();
    const all = await spans();
    const named = (name: RegExp) => all.find(([, , , one]) => name.test(one))!;
    const wanted = [/^POST \/start$/, /^apply_async\/app\.tasks\.parent$/, /^run\/app\.tasks\.parent$/];
    const chain = [...wanted, /^apply_async\/app\.tasks\.child$/, /^run\/app\.tasks\.child$/].map(named);
    assert.equal(new Set(chain.map(([trace]) => trace)).size, 1, JSON.stringify(all));
    for (const [index, [, parent]] of chain.entries()) {
      if (index > 0) assert.equal(parent, chain[index - 1]![2], `${chain[index]![3]} hangs below another span`);
    }
    for (const index of [0, 2, 4]) assert.equal(chain[index]![4]["request.id"], "req-77");
    assert.doesNotMatch(JSON.stringify(all), /argument-secret|returned-secret/);

    const lines = jsonLines(worker.output());
    const inChild = lines.find(({ message }) => message === "in the child")!;
    const { level, logger, task, task_id, request_id, order, trace_id } = inChild;
    assert.deepEqual(
      { level, logger, task, request_id, order, trace_id },
      {
        level: "INFO",
        logger: "shop",
        task: "app.tasks.child",
        request_id: "req-77",
        order: 7,
        trace_id: chain[0]![0],
      },
    );
    assert.match(String(task_id), /^[0-9a-f-]{36}$/);
    assert.match(String(inChild.time), /^\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)$/);
    const failed = lines.find(({ message }) => String(message).includes("raised unexpected"))!;
    assert.match(String(failed.exc_info), /LookupError: nothing there/);
    assert.equal(failed.task_id, task_id);
    assert.doesNotMatch(worker.output(), /argument-secret|returned-secret/);
    collector.stop();
  });

  test("what is generated is clean, and typed", async () => {
    const files = ["app/celery_telemetry.py", "app/celery_json_logs.py", "flowerconfig.py"];
    for (const tool of [
      ["ruff", "check", "--isolated", "--no-cache", "--extend-select", "E501", ...files],
      ["ruff", "format", "--isolated", "--no-cache", "--check", ...files],
      ["mypy", "--strict", "--follow-imports=silent", "--cache-dir", path.join(root, ".types"), ...files],
    ]) {
      const checked = await runIn(root, tool);
      assert.equal(checked.code, 0, checked.stdout);
    }
  });

  test("every line of a worker and of beat is an object, tracing or not", async () => {
    appendFileSync(
      path.join(root, "app/tasks.py"),
      "\n\n@shared_task(time_limit=2)\ndef stuck() -> None:\n    import time\n\n    time.sleep(9)\n",
    );
    const worker = await startIn(
      root,
      ["celery", "-A", "make_celery", "worker", "--loglevel", "INFO", "-c", "1"],
      /ready\./,
      base,
    );
    await python(
      root,
      "import json, make_celery\nfrom app.tasks import stuck\nstuck.delay()\nprint(json.dumps(1))",
      base,
    );
    await until(() => /Soft time limit/.test(worker.output()), 20, worker.output);
    await worker.stop();
    const beat = await startIn(
      root,
      ["celery", "-A", "make_celery", "beat", "--loglevel", "INFO"],
      /beat: Starting/,
      base,
    );
    await beat.stop();
    for (const output of [worker.output(), beat.output()]) {
      assert.ok(jsonLines(output).length >= 1, output);
      assert.doesNotMatch(output, /^\[\d{4}-/m, "a line of text");
    }
  });

  test("Flower asks for the password, on this machine alone, and shows no arguments", async () => {
    const port = await freePort();
    const flower = ["celery", "-A", "make_celery", "flower"];
    const open = await runIn(root, flower, { ...base, FLOWER_PORT: String(port) });
    assert.notEqual(open.code, 0);
    assert.match(open.stdout + open.stderr, /FLOWER_BASIC_AUTH is not set/);
    const env = { ...base, FLOWER_PORT: String(port), FLOWER_BASIC_AUTH: "ada:pass-word" };
    const page = await startIn(root, flower, /Visit me at|Connected to/, env);
    const worker = await startIn(
      root,
      ["celery", "-A", "make_celery", "worker", "-E", "-c", "1", "--loglevel", "INFO"],
      /ready\./,
      base,
    );
    await python(
      root,
      'import json, make_celery\nfrom app.tasks import parent\nparent.delay("argument-secret")\nprint(json.dumps(1))',
      base,
    );
    const get = (user?: string) =>
      fetch(
        `http://127.0.0.1:${port}/tasks/datatable?draw=1&start=0&length=9&search%5Bvalue%5D=&order%5B0%5D%5Bcolumn%5D=0&order%5B0%5D%5Bdir%5D=asc&columns%5B0%5D%5Bdata%5D=name`,
        {
          headers: user ? { Authorization: `Basic ${Buffer.from(user).toString("base64")}` } : {},
        },
      );
    assert.equal((await get()).status, 401);
    assert.equal((await get("ada:wrong")).status, 401);
    await until(async () => /app\.tasks\.parent/.test(await (await get("ada:pass-word")).text()), 30, page.output);
    assert.doesNotMatch(await (await get("ada:pass-word")).text(), /argument-secret/);
    const { stdout } = await runIn(root, ["python", "-c", `print(open("/proc/net/tcp").read())`]);
    assert.match(stdout, new RegExp(`0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000`));
    await worker.stop();
    await page.stop();
  });
}

test.after(() => redis?.stop());
test.run();

function jsonLines(output: string): Line[] {
  return output.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
}

/** Takes what is sent by OTLP over HTTP, and appends each request to a file: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
async function startCollector(file: string) {
  writeFileSync(file, "");
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      if (request.url === "/v1/traces") appendFileSync(file, `${plain.toString("base64")}\n`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}
