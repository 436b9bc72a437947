/**
 * Random sequences of our own commands on small applications: whatever came before, each of them again, in any order, has
 * nothing to change. FUZZ_RUNS says how many (200), FUZZ_SEED repeats a run.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import fc from "fast-check";
import { test } from "uvu";
import { UserError } from "../../lib/errors/index.ts";
import { runGenerator } from "../../lib/run/run.ts";
import { generatorNamed, silent } from "../support/generators.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";

const runs = Number(process.env.FUZZ_RUNS ?? 200);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

const BLUEPRINT = (name: string) =>
  `from flask import Blueprint\n\nbp = Blueprint("${name}", __name__)\n\n\n@bp.get("/")\ndef index():\n    return "${name}"\n`;
const register = (from: string) => `    from ${from} import bp as home_bp\n\n    app.register_blueprint(home_bp)\n`;
const factory = (body: string) =>
  `from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n${body}    return app\n`;

/** Applications by what of them a generator looks at: where blueprints are, and how the application is made. */
const APPS: Record<string, Record<string, string>> = {
  modules: { "shop/__init__.py": factory(register("shop.home")), "shop/home.py": BLUEPRINT("home") },
  packages: {
    "shop/__init__.py": factory(register(".home")),
    "shop/home/__init__.py": "from .views import bp\n",
    "shop/home/views.py": BLUEPRINT("home"),
  },
  flat: { "app.py": factory(register("home")), "home.py": BLUEPRINT("home") },
  direct: {
    "app.py": "from flask import Flask\nfrom home import bp\n\napp = Flask(__name__)\napp.register_blueprint(bp)\n",
    "home.py": BLUEPRINT("home"),
  },
  inline: {
    "app.py": `from flask import Flask\n${BLUEPRINT("home")}\n\napp = Flask(__name__)\napp.register_blueprint(bp)\n`,
  },
  restx: {
    "app.py": factory("    from home import ns\n\n    api = Api(app)\n    api.add_namespace(ns)\n").replace(
      "import Flask\n",
      "import Flask\nfrom flask_restx import Api\n",
    ),
    "home.py":
      'from flask_restx import Namespace, Resource\n\nns = Namespace("home")\n\n\n@ns.route("/")\nclass Index(Resource):\n    def get(self):\n        return {}\n',
  },
  configured: {
    "shop/__init__.py": factory(
      `    app.config.from_object("shop.config.Config")\n    db.init_app(app)\n${register("shop.home")}`,
    ).replace("import Flask\n", "import Flask\n\nfrom shop.models import db\n"),
    "shop/models.py": "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n",
    "shop/config.py": 'class Config:\n    SECRET_KEY = "dev"\n',
    "shop/home.py": BLUEPRINT("home"),
    "tests/conftest.py": "import pytest\n",
    "requirements.txt": "flask\nflask-sqlalchemy\npytest\n",
  },
  empty: {},
};

interface Command {
  generator: string;
  given: Record<string, string>;
}

const task = fc
  .record({
    blueprint: fc.constantFrom("home", "home", "orders"),
    task: fc.constantFrom("send_welcome", "count"),
    endpoint: fc.constantFrom("yes", "no"),
    context: fc.constantFrom("app", "app", "request"),
    enqueue: fc.constantFrom("direct", "direct", "direct", "direct", "commit"),
  })
  .map((given): Command => ({ generator: "blueprint-task", given: { ...given, new: "yes" } }));
const status = fc
  .record({ page: fc.constantFrom("yes", "no"), stream: fc.constantFrom("yes", "no") })
  .map((given): Command => ({ generator: "status-endpoint", given }));
const periodic = fc
  .record({
    blueprint: fc.constantFrom("home", "app"),
    task: fc.constantFrom("tidy", "report"),
    schedule: fc.constantFrom("5m", "0 3 * * *"),
  })
  .map((given): Command => ({ generator: "periodic-task", given }));
const setup = fc
  .record({ compose: fc.constantFrom("yes", "no"), procfile: fc.constantFrom("yes", "no") })
  .map((given): Command => ({ generator: "celery-setup", given }));
const monitoring = fc
  .record({
    metrics: fc.constantFrom("none", "exporter", "opentelemetry"),
    logs: fc.constantFrom("text", "json"),
    flower: fc.constantFrom("yes", "no"),
  })
  .map((given): Command => ({ generator: "celery-monitoring", given }));
const failed = fc
  .record({ store: fc.constant("redis"), page: fc.constantFrom("yes", "no") })
  .map((given): Command => ({ generator: "failed-tasks", given }));
const update = fc.constant<Command>({ generator: "celery-update", given: {} });
const sequence = fc.record({
  app: fc.constantFrom(...Object.keys(APPS)),
  tasks: fc.constantFrom("blueprint", "centralized", "mixed"),
  commands: fc.array(
    fc.oneof(
      { weight: 3, arbitrary: task },
      { weight: 1, arbitrary: status },
      { weight: 1, arbitrary: periodic },
      { weight: 1, arbitrary: setup },
      { weight: 1, arbitrary: update },
      { weight: 1, arbitrary: monitoring },
      { weight: 1, arbitrary: failed },
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
});

test(`${runs} random sequences of commands: each of them again has nothing to change`, async () => {
  const tally = { sequences: 0, commands: 0, refused: 0 };
  const faults: string[] = [];
  for (const [index, { app, tasks, commands }] of fc.sample(sequence, { numRuns: runs, seed }).entries()) {
    const root = writeTree({ "requirements.txt": "flask\n", ...APPS[app] }, tempDir());
    const first = { generator: /direct|inline/.test(app) ? "celery-direct" : "celery-factory", given: { tasks } };
    // The set-up last: it starts beat where tasks are periodic, so a periodic task behind it gives it something to do.
    const isSetup = ({ generator }: Command) => generator === "celery-setup";
    const settled = distinct([first, ...commands.filter((one) => !isSetup(one)), ...commands.filter(isSetup)]);
    const done: Command[] = [];
    for (const command of settled) {
      const code = await run(root, command);
      tally.commands++;
      // A task of one name with other answers is another task: it is there.
      if (code === "") done.push(command);
      else tally.refused++;
      if (command === first && code)
        faults.push(`#${index} ${app} ${tasks}: ${command.generator} ended with ${code} after ${told(done)}`);
    }
    const before = snapshotTree(root);
    for (const command of done.toReversed()) {
      const code = await run(root, command);
      try {
        assertSameTree(before, snapshotTree(root));
        assert.equal(code, "");
      } catch (error) {
        faults.push(
          `#${index} ${app} ${tasks}: ${told([command])} again after ${told(done)}: ${code || String(error).slice(0, 300)}`,
        );
        break;
      }
    }
    tally.sequences++;
    rmSync(root, { recursive: true, force: true });
  }
  console.log(`seed ${seed}`, JSON.stringify(tally));
  for (const fault of faults.slice(0, 10)) console.log(`  ${fault}`);
  assert.equal(faults.length, 0, `FUZZ_SEED=${seed}: ${faults.length} sequences do not repeat`);
});

test.run();

/** Each command once. The status endpoint and the set-up have one set of answers; giving others is a change that is asked for. */
function distinct(commands: readonly Command[]): Command[] {
  const key = ({ generator, given }: Command) => (/status|setup/.test(generator) ? generator : JSON.stringify(given));
  return [...new Map(commands.toReversed().map((command) => [key(command), command])).values()].toReversed();
}

/** @returns the code that it ended with, "" when all was done */
async function run(root: string, { generator, given }: Command): Promise<string> {
  try {
    await runGenerator(generatorNamed(generator), { root, given, output: silent() });
    return "";
  } catch (error) {
    if (error instanceof UserError) return error.code;
    throw error;
  }
}

function told(commands: readonly Command[]): string {
  return commands.map(({ generator, given }) => `${generator} ${Object.values(given).join(" ")}`).join("; ");
}
