/** The generated schedule, probe and error reports: their style and types, and what the schedule does without a server. */
import path from "node:path";
import { execa } from "execa";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { PeriodicFacts } from "../../../generators/periodic/facts.ts";
import { parseSchedule } from "../../../generators/periodic/schedule.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { tempDir } from "../../support/temp.ts";
import { makeIntegration, renderIntegration, renderTemplate, writeFiles } from "../integration/integration.ts";

const root = tempDir("periodic-");
const NONE = { kind: "none" } as const;

function describe(name: string, facts: Partial<PeriodicFacts> = {}): PeriodicFacts & { name: string } {
  return {
    name: "",
    task: "clean_up",
    schedule: parseSchedule("30 3 * * *"),
    timezone: "Europe/Berlin",
    overlap: "allow",
    scheduler: "file",
    redisPrefix: `${name}:beat:`,
    scheduleModule: `${name}.celery_schedule`,
    importRoot: "",
    database: NONE,
    ...facts,
  };
}

/** Dotted package → what is rendered into it: each scheduler, each kind of schedule and of database. */
const packages = {
  nightly: describe("nightly"),
  shared: describe("shared", {
    scheduler: "redbeat",
    overlap: "skip",
    schedule: parseSchedule("5m"),
    database: { kind: "flask-sqlalchemy", module: "shared.database", name: "db" },
  }),
  plain: describe("plain", {
    scheduler: "redbeat",
    database: { kind: "sqlalchemy", module: "plain.database", name: "Session" },
  }),
};
for (const [name, facts] of Object.entries(packages)) {
  const integration = makeIntegration({ package: name, broker: "redis", results: "redis" });
  const { "tests/test_celery.py": _, "make_celery.py": __, ...files } = renderIntegration(integration);
  writeFiles(root, {
    ...files,
    [`${name}/__init__.py`]: `from typing import Any

from flask import Flask

from .celery_app import celery_init_app
from .celery_schedule import init_periodic_tasks


def create_app(**celery: Any) -> Flask:
    app = Flask(__name__)
    app.debug = True
    own = {"own": {"task": "x", "schedule": 60}}
    app.config["CELERY"] = {**celery}
    app.config["CELERYBEAT_SCHEDULE"] = {**own, "old": {"task": "y", "schedule": 60}}
    celery_init_app(app)
    init_periodic_tasks(app)
    return app
`,
    [`${name}/database.py`]: "from typing import Any\n\ndb: Any = None\nSession: Any = None\n",
    [`${name}/celery_schedule.py`]: renderTemplate("periodic/celery_schedule.py", facts),
    [`${name}/celery_health.py`]: renderTemplate("monitoring/celery_health.py", { depth: 1 }),
    [`${name}/celery_errors.py`]: renderTemplate("monitoring/celery_errors.py", {
      package: name,
      ownLogging: name !== "plain",
    }),
    [`${name}/celery_probe.py`]: renderTemplate("monitoring/celery_probe.py", { depth: 0 }),
    [`${name}/tasks.py`]: renderTemplate("periodic/tasks.py", facts),
  });
}

async function mustPass(program: string, args: readonly string[]): Promise<void> {
  const { bin } = await pythonEnv();
  const env = { PYTHONPATH: root, PYTHONDONTWRITEBYTECODE: "1" };
  const { all, exitCode } = await execa(path.join(bin, program), args, { cwd: root, env, all: true, reject: false });
  assert.is(exitCode, 0, `${program} ${args.join(" ")}\n${all}`);
}

test("ruff finds nothing, and would format nothing", async () => {
  await mustPass("ruff", ["check", "--no-cache", "--isolated", "--extend-select", "I,B,UP", "."]);
  await mustPass("ruff", ["format", "--no-cache", "--isolated", "--check", "."]);
});

test("mypy --strict finds nothing", () =>
  mustPass("mypy", ["--strict", "--cache-dir", path.join(root, ".types"), ...Object.keys(packages)]));

test("the schedule is beat's, through daylight saving time and delays", () =>
  mustPass("python", ["-m", "pytest", "-q", "-p", "no:cacheprovider", path.join(import.meta.dirname, "python")]));

test.run();
