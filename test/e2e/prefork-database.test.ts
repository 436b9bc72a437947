/**
 * A prefork worker whose parent holds an open connection when it forks, and 1,000 tasks of which some fail and some leave
 * their session as it is: no connection is used by two processes, and no session outlives its task. On an SQLite file; with
 * LEDGER_DATABASE_URL=postgresql://… on that database, too, where the server itself tells connections apart.
 */
import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { layOutApp } from "../support/case-files.ts";
import { type Server, skip, startRedis } from "../support/servers.ts";
import { until } from "../support/until.ts";
import { apply, makeProject, python, startWorker } from "./project.ts";

const TASKS = 1000;
const CHILDREN = 4;

/** A line of the file that ledger/watch.py of test/e2e/apps/ledger.txt writes. */
interface Seen {
  pid: number;
  connection?: string;
  task?: number;
  before?: number;
  after?: number;
  sessions?: number;
  in_use?: number;
  parent?: "start" | "end";
}

const databases = layOutApp(path.join(import.meta.dirname, "apps/ledger-databases.txt"));
const redis = await startRedis();
const postgres = process.env.LEDGER_DATABASE_URL;
if (redis) for (const database of ["flask-sqlalchemy", "sqlalchemy"] as const) databaseTests(redis, database);
else skip("prefork worker with a database", "redis-server is not installed");

/** The application before our files come; `database` is how it reaches its tables. */
function makeLedger(database: string): string {
  const root = makeProject("ledger");
  copyFileSync(path.join(databases, `${database}.py`), path.join(root, "ledger/database.py"));
  return root;
}

function databaseTests({ url }: Server, database: "flask-sqlalchemy" | "sqlalchemy"): void {
  for (const server of [undefined, ...(postgres ? [postgres] : [])]) {
    test(`${database} on ${server ? "PostgreSQL" : "an SQLite file"}: no shared connection, no session left`, async () => {
      const root = makeLedger(database);
      await apply(root, "celery-factory", "--database", database, "--tasks", "centralized");
      const tasks = path.join(root, "ledger/tasks.py");
      appendFileSync(tasks, readFileSync(path.join(databases, "tasks.py"), "utf8"));
      const file = path.join(root, "seen.jsonl");
      const env = {
        CELERY_BROKER_URL: url,
        CELERY_RESULT_BACKEND: url.replace(/0$/, "1"),
        DATABASE_URL: server ?? `sqlite:///${root}/ledger.db`,
        LEDGER_SEEN: file,
      };
      // Children are replaced on the way: those forks happen beside a parent that has worked for a while.
      const worker = await startWorker(root, env, "--concurrency", String(CHILDREN), "--max-tasks-per-child", "120");
      const seen = () => (existsSync(file) ? readSeen(file) : []);
      try {
        await python(root, SEND, env);
        await until(() => seen().filter(({ after }) => after).length >= TASKS, 60, worker.output);
      } finally {
        await worker.stop();
      }
      check(seen(), worker.pid, worker.output());
      const booked = await python<number>(root, COUNT, env);
      assert.equal(booked, TASKS * 0.6, "what no task committed is in the database, or what one did is not");
    });
  }
}

const SEND = `
import make_celery
from ledger.database import Entry, session
from ledger.tasks import book

with make_celery.celery_app.flask_app.app_context():
    session.query(Entry).delete()  # of an earlier run
    session.commit()
    for number in range(1, ${TASKS} + 1):
        book.delay(number)
print("null")
`;
const COUNT = `
import make_celery
from ledger.database import Entry, session

with make_celery.celery_app.flask_app.app_context():
    print(session.query(Entry).count())
`;

function readSeen(file: string): Seen[] {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Seen);
}

function check(seen: readonly Seen[], parent: number, output: string): void {
  const tasks = seen.filter(({ task }) => task);
  assert.deepEqual(
    tasks.map(({ task }) => task!).sort((a, b) => a - b),
    Array.from({ length: TASKS }, (_, index) => index + 1),
  );
  const users = new Map<string, Set<number>>();
  for (const { pid, connection } of seen)
    if (connection) users.set(connection, (users.get(connection) ?? new Set()).add(pid));
  const shared = [...users].filter(([, pids]) => pids.size > 1);
  assert.deepEqual(
    shared,
    [],
    `connections used by several processes: ${JSON.stringify(shared.map(([name, pids]) => [name, [...pids]]))}`,
  );
  const children = new Set(tasks.map(({ pid }) => pid));
  assert.ok(children.size > CHILDREN && !children.has(parent), `${children.size} children`);
  const inherited = seen.find((one) => one.parent === "start")!;
  assert.deepEqual(
    seen.filter((one) => one.parent).map((one) => [one.parent, one.pid, one.connection]),
    [
      ["start", parent, inherited.connection],
      ["end", parent, inherited.connection],
    ],
    `the parent has lost its connection\n${output}`,
  );
  assert.deepEqual(
    seen.filter(({ before }) => before),
    [],
    "a task found the session of the one before",
  );
  assert.deepEqual(
    seen.filter((one) => one.sessions || one.in_use),
    [],
    "a session outlived its task",
  );
}

test.run();
