/** Messages of the old code meet the new worker, and the new code's meet the old one: what is lost on the way. */
import type { Sent, Signature } from "./signatures.ts";

/** One thing that breaks while two revisions run side by side. */
export interface Break {
  at: string;
  what: string;
  /** Code to paste, or what to do. */
  fix: string;
}

export interface Revision {
  tasks: ReadonlyMap<string, Signature>;
  sendings: ReadonlyMap<string, readonly Sent[]>;
  /** Setting → its values in the source, as they are written. */
  settings: ReadonlyMap<string, readonly string[]>;
}

/** `queued` are lost when the new worker meets them; `early` only while an old worker still runs. */
export function compareRevisions(before: Revision, after: Revision): { queued: Break[]; early: Break[] } {
  const queued: Break[] = [];
  const early: Break[] = [];
  for (const [name, old] of before.tasks) {
    const sent = shapesOf(old, before.sendings.get(name));
    const now = after.tasks.get(name);
    if (!now) {
      if (before.sendings.has(name)) queued.push(gone(old, after, before));
      continue;
    }
    const at = `${now.path}:${now.line}`;
    for (const shape of sent) {
      const problem = misfit(now, shape) ?? moved(old, now, shape);
      if (!problem) continue;
      queued.push({ at, what: `${name} was sent ${describe(shape)}, and now ${problem}`, fix: keepTaking(old, now) });
      break;
    }
    for (const shape of shapesOf(now, after.sendings.get(name))) {
      const problem = misfit(old, shape);
      if (!problem) continue;
      early.push({
        at: shape.at || at,
        what: `${name} is sent ${describe(shape)}, and an old worker's ${problem}`,
        fix: "Deploy the workers first.",
      });
      break;
    }
    // Who has consumed the old queue goes on to do so.
    if (old.queue !== now.queue && now.queue)
      early.push({
        at,
        what: `${name} goes to the queue ${now.queue} now`,
        fix: `Start a worker that consumes it (-Q ${now.queue}) first.`,
      });
  }
  for (const [name, task] of after.tasks) {
    if (before.tasks.has(name) || !after.sendings.has(name)) continue;
    early.push({
      at: `${task.path}:${task.line}`,
      what: `${name} is new: an old worker discards it`,
      fix: "Deploy the workers first.",
    });
  }
  return { queued: [...queued, ...compareSettings(before, after)], early };
}

/** What is known to be sent; where nothing is, or it does not show, what the signature allows at least and at most. */
function shapesOf(task: Signature, sendings: readonly Sent[] = []): Sent[] {
  const least = task.positional.filter(({ required }) => required).length;
  const needed = task.keywordOnly.filter(({ required }) => required).map(({ name }) => name);
  const open = [least, task.positional.length].map((positional) => ({ positional, keywords: needed, at: "" }));
  if (sendings.length === 0) return open;
  return sendings.flatMap((sent) => {
    if (sent.positional === null) return open.map((shape) => ({ ...shape, at: sent.at }));
    const missing =
      sent.keywords ??
      task.positional
        .slice(sent.positional)
        .filter(({ required }) => required)
        .map(({ name }) => name);
    return [{ ...sent, keywords: missing }];
  });
}

/** Why these arguments do not fit; null where they do. */
function misfit(task: Signature, { positional, keywords }: Sent): string | null {
  const count = positional ?? 0;
  const given = keywords ?? [];
  if (count > task.positional.length && !task.takesMore)
    return `takes ${task.positional.length} positional argument${task.positional.length === 1 ? "" : "s"}`;
  const left = [...task.positional.slice(count), ...task.keywordOnly];
  const unknown = given.find((name) => !left.some((parameter) => parameter.name === name) && !task.takesAny);
  if (unknown)
    return `has no argument ${unknown}${task.positional.some(({ name }) => name === unknown) ? " left" : ""}`;
  const missing = left.find(({ name, required }) => required && !given.includes(name));
  return missing ? `needs ${missing.name}` : null;
}

/** A value that means something else now: its place has gone to a parameter that was there already. */
function moved(old: Signature, now: Signature, { positional }: Sent): string | null {
  const names = (task: Signature) => task.positional.map(({ name }) => name);
  for (let index = 0; index < (positional ?? 0); index++) {
    const [was, is] = [names(old)[index], names(now)[index]];
    if (!was || !is || was === is) continue;
    const all = (task: Signature) => [...names(task), ...task.keywordOnly.map(({ name }) => name)];
    if (all(old).includes(is) || all(now).includes(was)) return `reads argument ${index + 1} as ${is}; it was ${was}`;
  }
  return null;
}

function gone(old: Signature, after: Revision, before: Revision): Break {
  const fresh = [...after.tasks.values()].filter(({ name }) => !before.tasks.has(name));
  const renamed =
    fresh.find(({ body, function: own }) => body === old.body && own === old.function) ??
    fresh.find(({ body }) => body === old.body) ??
    fresh.find(({ function: own }) => own === old.function);
  if (!renamed)
    return {
      at: `${old.path}:${old.line}`,
      what: `${old.name} is gone: a new worker discards what waits for it`,
      fix: "Keep it until its queue is empty, and remove its senders first.",
    };
  return {
    at: `${renamed.path}:${renamed.line}`,
    what: `${old.name} is called ${renamed.name} now: a new worker discards what waits under the old name`,
    fix: `Until that queue is empty: @shared_task(name="${old.name}")\ndef ${old.function}_before(*args, **kwargs):\n    return ${renamed.function}(*args, **kwargs)`,
  };
}

function keepTaking(old: Signature, now: Signature): string {
  const added = [...now.positional, ...now.keywordOnly].filter(
    ({ name, required }) => required && !old.positional.some((parameter) => parameter.name === name),
  );
  if (added.length > 0) return `Give ${added.map(({ name }) => name).join(", ")} a default until the queue is empty.`;
  return `Let ${now.function} take both until the queue is empty (the old order, a default, or **kwargs), or give the new form another name.`;
}

const QUEUES = ["task_default_queue", "task_routes", "global_keyprefix", "queue_name_prefix"];

const USUAL: Readonly<Record<string, readonly string[]>> = { task_default_queue: ['"celery"'] };

function compareSettings(before: Revision, after: Revision): Break[] {
  const values = (revision: Revision, name: string) => revision.settings.get(name) ?? USUAL[name] ?? [];
  const changed = QUEUES.filter((name) => values(before, name).join() !== values(after, name).join());
  const breaks = changed.map((name) => ({
    at: "",
    what: `${name} was ${values(before, name).join() || "not set"} and is ${values(after, name).join() || "not set"}: what waits in the old queues is not taken`,
    fix: "Let a worker of the old revision run until they are empty.",
  }));
  const serializers = (name: string, usual: string) => values(before, name).join().match(/\w+/g) ?? [usual];
  const accepted = values(after, "accept_content").join().match(/\w+/g) ?? ["json"];
  const lost = serializers("task_serializer", "json").filter((one) => !accepted.includes(one));
  if (lost.length > 0)
    breaks.push({
      at: "",
      what: `messages are ${lost.join()}, and the new accept_content refuses these`,
      fix: `Keep "${lost[0]}" in accept_content until the queues are empty.`,
    });
  return breaks;
}

function describe({ positional, keywords }: Sent): string {
  const count = positional ?? 0;
  const named = keywords && keywords.length > 0 ? `${keywords.join(", ")} by name` : "";
  const placed = count > 0 || !named ? `${count} argument${count === 1 ? "" : "s"}` : "";
  return `with ${[placed, named].filter(Boolean).join(" and ")}`;
}
