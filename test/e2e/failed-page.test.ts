/** The page of failed-tasks in a real browser, under its own Content-Security-Policy, and the routes as operators and strangers call them. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Page } from "playwright-core";
import { test } from "uvu";
import { findChromium } from "../support/chromium.ts";
import { freePort, skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, runIn, startIn, startWorker } from "./project.ts";

const TASKS = `
from pathlib import Path

from celery import shared_task

RAN = Path(__file__).parents[2] / "ran"


@shared_task
def charge(card, amount):
    if card.startswith("broken"):
        raise ValueError(f"no funds on {card}")
    with RAN.open("a") as stream:
        stream.write(f"{amount}\\n")


@shared_task
def refund(card, amount):
    raise LookupError(card)
`;

const executablePath = findChromium();
const redis = executablePath ? await startRedis() : null;
if (!redis || !executablePath) skip("the page", `${executablePath ? "redis-server" : "chromium"} is not installed`);
else {
  const root = makeProject("outbox");
  await apply(root, "celery-factory", "--broker", "redis", "--database", "flask-sqlalchemy");
  await apply(root, "failed-tasks");
  writeFileSync(path.join(root, "shop/orders/tasks.py"), TASKS);
  const module = path.join(root, "shop/failed_tasks/__init__.py");
  // What an owner without a login extension does: says who is asking.
  const edited = readFileSync(module, "utf8").replace(
    "    return None\n",
    '    return request.headers.get("X-User")\n',
  );
  writeFileSync(module, edited);
  const factory = path.join(root, "shop/__init__.py");
  const configured = readFileSync(factory, "utf8").replace(
    "    db.init_app(app)",
    '    app.config["FAILED_TASKS_OPERATORS"] = ["ada", 7]\n    db.init_app(app)',
  );
  writeFileSync(factory, configured);
  const key = await runIn(root, ["flask", "--app", "shop", "failed-tasks", "key"], {
    DATABASE_URL: "sqlite://",
    CELERY_BROKER_URL: redis.url,
  });
  const env = {
    CELERY_BROKER_URL: redis.url,
    CELERY_RESULT_BACKEND: redis.url.replace(/0$/, "1"),
    DATABASE_URL: `sqlite:///${root}/shop.db`,
    FAILED_TASKS_KEY: key.stdout.trim(),
  };
  const make = "from shop import create_app, db\napp = create_app()\nwith app.app_context(): db.create_all()";
  assert.equal((await runIn(root, ["python", "-c", make], env)).code, 0);
  const worker = await startWorker(root, env);
  const send = [
    "import make_celery",
    "from shop.orders.tasks import charge, refund",
    'for amount in range(60): charge.delay("broken-4111", amount)',
    'for amount in range(2): refund.delay("broken-4222", amount)',
  ].join("\n");
  assert.equal((await runIn(root, ["python", "-c", send], env)).code, 0);
  const port = await freePort();
  const web = await startIn(
    root,
    ["gunicorn", "--bind", `127.0.0.1:${port}`, "--threads", "4", "shop:create_app()"],
    /Listening at/,
    env,
  );
  const url = `http://127.0.0.1:${port}/failed-tasks`;
  const call = (where: string, user: string | null, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(url + where, {
      method: body === undefined ? "GET" : "POST",
      headers: { ...(user ? { "X-User": user } : {}), "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  await until(
    async () => /"state": ?"failed"/.test(await (await call("/tasks?name=shop.orders.tasks.refund", "7")).text()),
    30,
    worker.output,
  );
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

  test("strangers, other sites and forms are kept out of every route", async () => {
    for (const [where, body] of [
      ["/", undefined],
      ["/tasks", undefined],
      ["/tasks/x", undefined],
      ["/static/failed_tasks.js", undefined],
      ["/tasks/x/arguments", {}],
      ["/retry", { all: true }],
      ["/discard", { all: true }],
    ] as const) {
      for (const user of [null, "bob"]) assert.equal((await call(where, user, body)).status, 403, where);
      if (body === undefined) continue;
      assert.equal((await call(where, "ada", body, { Origin: "https://elsewhere.example" })).status, 403, where);
      assert.equal((await call(where, "ada", body, { "Content-Type": "text/plain" })).status, 403, where);
    }
    for (const body of [{}, { ids: [] }, { ids: "all" }, [], { all: "yes" }]) {
      assert.equal((await call("/retry", "ada", body)).status, 400, JSON.stringify(body));
    }
  });

  test("one task's traceback, its arguments only when asked for; who looked is logged", async () => {
    const { page, problems } = await visit();
    await page.getByLabel("Task", { exact: true }).fill("shop.orders.tasks.charge");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("button", { name: "shop.orders.tasks.charge" }).first().click();
    const one = page.getByRole("region", { name: "shop.orders.tasks.charge: ValueError" });
    await one.waitFor();
    const shown = (await one.textContent()) ?? "";
    assert.match(shown, /File ".*tasks\.py", line \d+, in charge/);
    assert.match(shown, /ValueError: …/);
    assert.doesNotMatch(await page.content(), /broken-4/);
    if (process.env.FAILED_SCREENSHOT) {
      await page.setViewportSize({ width: 900, height: 800 });
      await page.locator("tbody tr:nth-child(n+7)").evaluateAll((rows) => {
        for (const row of rows) row.remove();
      });
      await page.screenshot({ path: process.env.FAILED_SCREENSHOT });
    }
    await one.getByRole("button", { name: "Show" }).click();
    await one.getByText("('broken-4111', ").waitFor();
    assert.match(web.output(), /ada sees the arguments of failed task \w{32}/);
    assert.doesNotMatch(web.output(), /broken-4/);
    assert.deepEqual(problems, []);
    await page.close();
  });

  test("more than a page: older ones are loaded, all that match run again once, others stay", async () => {
    const { page, problems } = await visit();
    await page.getByText("50 shown").waitFor();
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByText("62 shown").waitFor();
    // Mended.
    const tasks = path.join(root, "shop/orders/tasks.py");
    writeFileSync(tasks, readFileSync(tasks, "utf8").replace('startswith("broken")', 'startswith("never")'));
    await worker.stop();
    const mended = await startWorker(root, env);
    await page.getByLabel("Task", { exact: true }).fill("shop.orders.tasks.charge");
    await page.getByLabel("all that match").check();
    await page.getByRole("button", { name: "Run again" }).click();
    await page.getByText("60 sent again").waitFor();
    const ran = () => readFileSync(path.join(root, "ran"), "utf8").trim().split("\n").map(Number);
    await until(() => ran().length >= 60, 30, mended.output);
    assert.deepEqual(
      ran().sort((a, b) => a - b),
      [...Array(60).keys()],
    );
    await page.getByRole("button", { name: "Run again" }).click();
    await page.getByText("0 sent again").waitFor();
    page.on("dialog", (dialog) => void dialog.accept());
    await page.getByLabel("all that match").uncheck();
    await page.getByLabel("Task", { exact: true }).fill("");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByText("2 shown").waitFor();
    await page.getByLabel("Select all that are shown").check();
    await page.getByRole("button", { name: "Discard" }).click();
    await page.getByText("2 discarded").waitFor();
    assert.equal(await page.locator("tbody tr").count(), 0);
    assert.equal(ran().length, 60);
    assert.deepEqual(problems, []);
    await mended.stop();
    await page.close();
  });

  test("without a broker nothing is claimed, and the page says so", async () => {
    const first = await startWorker(root, env);
    assert.equal(
      (
        await runIn(
          root,
          ["python", "-c", send.split("\n").slice(0, 2).concat('refund.delay("broken-5", 1)').join("\n")],
          env,
        )
      ).code,
      0,
    );
    await until(async () => /refund/.test(await (await call("/tasks?state=failed", "ada")).text()), 30, first.output);
    await first.stop();
    await redis.kill();
    const { page } = await visit();
    await page.getByLabel("Select shop.orders.tasks.refund").check();
    await page.getByRole("button", { name: "Run again" }).click();
    await page.getByText("The broker can't be reached. Nothing was sent.").waitFor();
    assert.match(await (await call("/tasks", "ada")).text(), /"state": ?"failed"/);
    await page.close();
  });

  test.after(async () => {
    await browser.close();
    await web.stop();
    await worker.stop();
    await redis.stop();
  });

  async function visit(): Promise<{ page: Page; problems: string[] }> {
    const page = await browser.newPage({ extraHTTPHeaders: { "X-User": "ada" } });
    page.setDefaultTimeout(15_000);
    const problems: string[] = [];
    page.on("console", (message) => {
      if (/Content Security Policy|error/i.test(message.text())) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${url}/`);
    await page.getByText(/^(\d+ shown|None\.)$/).waitFor();
    return { page, problems };
  }
}
test.run();
