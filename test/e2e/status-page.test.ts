/** The generated page in a real browser, under a Content-Security-Policy without any inline or foreign source. */
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { test } from "uvu";
import { type Site, startSite } from "../generated/status/site.ts";
import { findChromium } from "../support/chromium.ts";
import { skip, startRedis } from "../support/servers.ts";

const executablePath = findChromium();
const redis = executablePath ? await startRedis() : null;
if (!redis || !executablePath) skip("the page", `${executablePath ? "redis-server" : "chromium"} is not installed`);
else {
  const options = { broker: redis.url, results: redis.url.replace(/0$/, "1"), worker: 4 };
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const streaming = await startSite({ ...options, env: { TASK_STATUS_STREAM_SECONDS: "2" } });
  // One request at a time: the event stream is refused, and the page has to poll.
  const polling = await startSite({ ...options, threads: 0, worker: 0 });
  const shortLived = await startSite({
    ...options,
    worker: 0,
    env: { TASK_STATUS_HANDLE_SECONDS: "3", TASK_STATUS_STREAM_SECONDS: "1" },
  });
  defineTests("by its stream", browser, streaming);
  defineTests("by polling", browser, polling);

  test("a handle that expires while the page is open says so", async () => {
    const { page, problems } = await visit(browser, shortLived);
    await page.getByRole("button", { name: "Count", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "This link has expired." }).waitFor({ timeout: 15_000 });
    assert.equal(await page.getByRole("button").count(), 0);
    const gone = await page.reload();
    assert.equal(gone?.status(), 410);
    assert.deepEqual(problems.policy, []);
    await page.close();
  });

  test("an outage is shown and passes by itself", async () => {
    const { page } = await visit(browser, streaming);
    await page.getByRole("button", { name: "Count", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "Running" }).waitFor();
    redis.pause();
    try {
      await page.getByRole("alert").filter({ hasText: "Trying again" }).waitFor({ timeout: 15_000 });
    } finally {
      redis.resume();
    }
    await until(async () => (await page.locator("[role=alert]").textContent()) === "");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("status").filter({ hasText: "Cancelled" }).waitFor({ timeout: 15_000 });
    await page.close();
  });

  test.after(async () => {
    // Nothing of the browser's keeps this process going until it has ended, and it may end first.
    const waiting = new AbortController();
    const tooLong = setTimeout(10_000, null, { signal: waiting.signal }).catch(() => null);
    await Promise.race([browser.close(), tooLong]);
    waiting.abort();
    await Promise.all([streaming.stop(), polling.stop(), shortLived.stop()]);
    await redis.stop();
  });
}
test.run();

function defineTests(how: string, browser: Browser, site: Site): void {
  test(`${how}: progress moves, cancelling ends it`, async () => {
    const { page, problems } = await visit(browser, site);
    await page.getByRole("button", { name: "Count", exact: true }).click();
    const bar = page.getByRole("progressbar", { name: "Task status" });
    const first = await percentAfter(page, 0);
    const second = await percentAfter(page, first);
    assert.ok(second > first && second < 100, `${first} → ${second}`);
    assert.equal(await bar.getAttribute("max"), "100");
    await page.getByText(/^step \d+$/).waitFor();
    if (process.env.STATUS_SCREENSHOT && how === "by its stream") {
      await percentAfter(page, 40);
      await page.setViewportSize({ width: 640, height: 300 });
      await page.screenshot({ path: process.env.STATUS_SCREENSHOT });
    }
    await page.getByRole("button", { name: "Cancel" }).click();
    const state = page.getByRole("status");
    await state.filter({ hasText: "Cancelled" }).waitFor({ timeout: 15_000 });
    assert.equal(await state.getAttribute("aria-live"), "polite");
    assert.equal(await page.getByRole("button").count(), 0, "the cancel button is still there");
    assert.equal(await page.title(), "Cancelled – Task status");
    assert.deepEqual(problems, { policy: [], script: [] });
    await page.close();
  });

  test(`${how}: a failure is shown without the exception's text`, async () => {
    const { page, problems } = await visit(browser, site);
    await page.getByRole("button", { name: "Fail" }).click();
    await page.getByRole("status").filter({ hasText: "Failed" }).waitFor({ timeout: 15_000 });
    const alert = (await page.getByRole("alert").textContent()) ?? "";
    assert.match(alert, /^The task failed\. Reference: [0-9a-f-]{36}$/);
    assert.ok(!(await page.content()).includes("password"));
    assert.deepEqual(problems, { policy: [], script: [] });
    await page.close();
  });

  test(`${how}: the end shows the result, also after a reload`, async () => {
    const { page, problems } = await visit(browser, site);
    await page.getByRole("button", { name: "Count quickly" }).click();
    for (const again of [false, true]) {
      if (again) await page.reload();
      await page.getByRole("status").filter({ hasText: "Done" }).waitFor({ timeout: 15_000 });
      assert.match((await page.locator("#result").textContent()) ?? "", /"steps": 6/);
      assert.equal(await page.getByRole("progressbar").getAttribute("value"), "100");
    }
    assert.deepEqual(problems, { policy: [], script: [] });
    await page.close();
  });
}

interface Problems {
  policy: string[];
  script: string[];
}

/** Opens the site's first page; what the policy blocks and what scripts throw is collected. */
async function visit(browser: Browser, site: Site): Promise<{ page: Page; problems: Problems }> {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const problems: Problems = { policy: [], script: [] };
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) problems.policy.push(message.text());
  });
  page.on("pageerror", (error) => problems.script.push(String(error)));
  await page.goto(site.url);
  return { page, problems };
}

/** Waits until the bar has passed `percent`. */
async function percentAfter(page: Page, percent: number): Promise<number> {
  const value = async () => Number(await page.locator("progress").getAttribute("value"));
  await until(async () => (await value()) > percent);
  return value();
}

/** The page's own policy forbids evaluating text, so the browser can't be asked to wait for a condition. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await holds()); await setTimeout(50)) {
    if (Date.now() > end) throw new Error("the page did not get there");
  }
}
