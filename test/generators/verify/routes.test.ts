/** Guards that are there, or that nobody has: no false alarm, and open state routes are named. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { loadParser } from "../../../lib/python/index.ts";
import { makeTwin, redChecks, type Twin, verify } from "./support/twin.ts";

const orders = "shop/orders.py";
const view = '@bp.post("/<int:order_id>/ship")';
const close =
  '@bp.post("/<int:order_id>/close")\n@login_required\ndef close(order_id):\n    return {"closed": order_id}\n\n\n';
const login = [orders, "from . import tasks", "from flask_login import login_required\n\nfrom . import tasks"] as const;

async function look(patch: NonNullable<Twin["patch"]>): Promise<string> {
  await loadParser();
  const report = await verify(makeTwin({ patch }));
  assert.deepEqual(redChecks(report), [], JSON.stringify(report.checks, null, 1));
  const { verdict, detail } = report.checks.find(({ id }) => id === "routes-guarded")!;
  return `${verdict}: ${detail}`;
}

const open = "open to whoever knows a task's id: GET /tasks/<task_id> (shop/status.py:7)";

test("where no neighbour has a guard there is nothing to compare, and the open state route is named", async () => {
  assert.equal(await look([]), `not-applicable: no route beside those that send tasks asks who is calling; ${open}`);
});

test("a route with its neighbour's guard holds", async () => {
  const patch = [login, [orders, view, `${close}${view}\n@login_required`]] as const;
  assert.equal(await look(patch), `ok: 1 of 2 ask who is calling, no less than the routes beside them; ${open}`);
});

test("a guard before each request of the blueprint is one", async () => {
  const before = "@bp.before_request\ndef check():\n    if False:\n        return {}, 401\n\n\n";
  assert.match(await look([login, [orders, view, before + close + view]]), /^ok: 1 of 2 ask who is calling/);
});

test("a view that asks inside is guarded, too", async () => {
  const inside = "    if order_id == 0:\n        return {}, 403\n    tasks.ship.delay(order_id)\n";
  const patch = [login, [orders, view, close + view], [orders, "    tasks.ship.delay(order_id)\n", inside]] as const;
  assert.match(await look(patch), /^ok: 1 of 2 ask who is calling/);
});

test("neighbours of which only some have a guard decide nothing", async () => {
  const other = '@bp.post("/cancel")\ndef cancel():\n    return ""\n\n\n';
  assert.match(await look([login, [orders, view, close + other + view]]), /^not-applicable: /);
});

test("no route that sends tasks or tells a state", async () => {
  const patch = [
    [orders, "    tasks.ship.delay(order_id)\n", ""],
    ["shop/status.py", '@bp.route("/<task_id>")\n', ""],
  ] as const;
  assert.equal(await look(patch), "not-applicable: no route sends a task or tells its state");
});

test.run();
