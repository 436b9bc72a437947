/** Changes between two revisions: the task, what sends it, and the settings. Whether one breaks is for the judge to say. */
export interface Change {
  name: string;
  before: Code;
  after: Code;
}

export interface Code {
  tasks: string;
  /** Statements of shop/web.py's `send()`. */
  web: string;
  settings?: string;
}

/** A task that gives back what it was given, by name, so that a value in the wrong place shows. */
function task(parameters: string, { name = "ship", options = "", body = "" } = {}): string {
  const names = parameters
    .split(",")
    .map((part) => part.trim().split(/[:=]/)[0]!.trim())
    .filter((part) => part !== "" && !/^[*/]/.test(part) && part !== "self");
  const result = `{${names.map((one) => `"${one}": ${one}`).join(", ")}}`;
  return `@shared_task(${options})\ndef ${name}(${parameters}):\n${body ? `    ${body}\n` : ""}    return ${result}\n`;
}

const change = (
  name: string,
  before: [tasks: string, web: string, settings?: string],
  after: Partial<Code>,
): Change => {
  const [tasks, web, settings] = before;
  const code = { tasks, web, ...(settings ? { settings } : {}) };
  return { name, before: code, after: { ...code, ...after } };
};

const one = task("order_id");
const two = task("order_id, note");
const plain = "ship.delay(7)";
const both = 'ship.delay(7, "soon")';
const byName = 'ship.delay(7, note="soon")';

export const changes: readonly Change[] = [
  change("a required parameter more", [one, plain], { tasks: two, web: both }),
  change("a parameter with a default more", [one, plain], { tasks: task('order_id, note=""'), web: both }),
  change("a required keyword more", [one, plain], { tasks: task("order_id, *, note"), web: byName }),
  change("an optional keyword more", [one, plain], { tasks: task('order_id, *, note=""'), web: byName }),
  change("a required parameter in front", [one, plain], { tasks: task("shop, order_id"), web: "ship.delay(1, 7)" }),
  change("an optional parameter in front", [one, plain], {
    tasks: task("shop=0, order_id=0"),
    web: "ship.delay(1, 7)",
  }),
  change("a parameter less, sent by place", [two, both], { tasks: one, web: plain }),
  change("a parameter less, sent by name", [two, byName], { tasks: one, web: plain }),
  change("an optional parameter less that nobody sends", [task('order_id, note=""'), plain], { tasks: one }),
  change("an optional parameter less that somebody sends", [task('order_id, note=""'), byName], {
    tasks: one,
    web: plain,
  }),
  change("a parameter in the middle less", [task("order_id, shop, note"), 'ship.delay(7, 1, "soon")'], {
    tasks: two,
    web: both,
  }),
  change("two parameters changed places", [two, both], { tasks: task("note, order_id"), web: 'ship.delay("soon", 7)' }),
  change("two parameters changed places, sent by name", [two, 'ship.delay(order_id=7, note="soon")'], {
    tasks: task("note, order_id"),
  }),
  change("a parameter renamed, sent by place", [two, both], { tasks: task("order_id, remark") }),
  change("a parameter renamed, sent by name", [two, byName], {
    tasks: task("order_id, remark"),
    web: 'ship.delay(7, remark="soon")',
  }),
  change("all parameters renamed, sent by place", [two, both], { tasks: task("number, remark") }),
  change("a parameter became keyword-only, sent by place", [two, both], {
    tasks: task("order_id, *, note"),
    web: byName,
  }),
  change("a parameter became keyword-only, sent by name", [two, byName], { tasks: task("order_id, *, note") }),
  change("a keyword-only parameter became free", [task("order_id, *, note"), byName], { tasks: two }),
  change("a default less that somebody relies on", [task('order_id, note=""'), plain], { tasks: two, web: both }),
  change("a default less that nobody relies on", [task('order_id, note=""'), both], { tasks: two }),
  change("another default", [task('order_id, note="a"'), both], { tasks: task('order_id, note="b"') }),
  change("keywords of all kinds taken", [two, byName], { tasks: task("order_id, note, **more") }),
  change("arguments of any number taken", [two, both], { tasks: task("order_id, note, *more") }),
  change("an annotation", [two, both], { tasks: task("order_id: int, note: str") }),
  change("another body", [one, plain], { tasks: task("order_id", { body: "print(order_id)" }) }),
  change("a docstring", [one, plain], { tasks: task("order_id", { body: '"""Ship it."""' }) }),
  change("other options", [one, plain], { tasks: task("order_id", { options: "max_retries=3, time_limit=60" }) }),
  change("bound now", [one, plain], { tasks: task("self, order_id", { options: "bind=True" }) }),
  change("bound no longer", [task("self, order_id", { options: "bind=True" }), plain], { tasks: one }),
  change("bound now, and one more", [one, plain], {
    tasks: task("self, order_id, note", { options: "bind=True" }),
    web: both,
  }),
  change("renamed", [one, plain], { tasks: task("order_id", { name: "send_off" }), web: "send_off.delay(7)" }),
  change("renamed under its old name", [one, plain], {
    tasks: task("order_id", { name: "send_off", options: 'name="shop.tasks.ship"' }),
    web: "send_off.delay(7)",
  }),
  change("a name of its own", [one, plain], { tasks: task("order_id", { options: 'name="ship-it"' }) }),
  change("its usual name written out", [one, plain], {
    tasks: task("order_id", { options: 'name="shop.tasks.ship"' }),
  }),
  change("removed with its sender", [one + task("x", { name: "other" }), plain], {
    tasks: task("x", { name: "other" }),
    web: "other.delay(1)",
  }),
  change("removed, and nobody ever sent it", [one + task("x", { name: "other" }), plain], { tasks: one }),
  change("removed, with a shim that takes what waits", [one, plain], {
    tasks: `${task("order_id", { name: "send_off" })}\n\n@shared_task(name="shop.tasks.ship")\ndef ship_before(*args, **kwargs):\n    return send_off(*args, **kwargs)\n`,
    web: "send_off.delay(7)",
  }),
  change("a new task beside it", [one, plain], {
    tasks: one + task("x", { name: "other" }),
    web: `${plain}; other.delay(1)`,
  }),
  change("a sender less", [two, `${both}; ${both}`], { web: both }),
  change("a sender by name now", [two, both], { web: byName }),
  change("sent by its registered name, and renamed", [one, 'app.send_task("shop.tasks.ship", [7])'], {
    tasks: task("order_id", { name: "send_off" }),
    web: "send_off.delay(7)",
  }),
  change("sent by its registered name, one parameter more", [one, 'app.send_task("shop.tasks.ship", args=[7])'], {
    tasks: two,
    web: both,
  }),
  change("sent by its registered name, an optional one more", [one, 'app.send_task("shop.tasks.ship", args=[7])'], {
    tasks: task('order_id, note=""'),
  }),
  change("apply_async, by place, one less", [two, 'ship.apply_async((7, "soon"))'], { tasks: one, web: plain }),
  change("apply_async, by name, renamed", [two, 'ship.apply_async((7,), {"note": "soon"})'], {
    tasks: task("order_id, remark"),
    web: both,
  }),
  change("apply_async, by name, order changed", [two, 'ship.apply_async(kwargs={"order_id": 7, "note": "soon"})'], {
    tasks: task("note, order_id"),
  }),
  change("a signature, one less", [two, 'ship.s(7, "soon").apply_async()'], { tasks: one, web: plain }),
  change("arguments that do not show, one more", [one, "args = [7]; ship.delay(*args)"], { tasks: two, web: both }),
  change("arguments that do not show, an optional one more", [one, "args = [7]; ship.delay(*args)"], {
    tasks: task('order_id, note=""'),
  }),
  change("a queue of its own", [one, plain], { tasks: task("order_id", { options: 'queue="slow"' }) }),
  change("no queue of its own any more", [task("order_id", { options: 'queue="celery"' }), plain], { tasks: one }),
  change("another default queue", [one, plain], { settings: 'task_default_queue="orders"' }),
  change("the default queue written out", [one, plain], { settings: 'task_default_queue="celery"' }),
  change("another serializer, and both are taken", [one, plain], {
    settings: 'task_serializer="yaml", accept_content=["json", "yaml"]',
  }),
  change("another serializer alone", [one, plain], { settings: 'task_serializer="yaml", accept_content=["yaml"]' }),
  change("a time limit in the settings", [one, plain], { settings: "task_time_limit=60" }),
  change("moved to another module", [one, plain], { tasks: `from .more import ship  # noqa: F401\n@@more\n${one}` }),
  change("moved to another module under its old name", [one, plain], {
    tasks: `from .more import ship  # noqa: F401\n@@more\n${task("order_id", { options: 'name="shop.tasks.ship"' })}`,
  }),
  change("formatted otherwise", [two, both], { tasks: task("\n    order_id,\n    note,\n") }),
];
