/** Refusals that no other test names: each is reached, says what, why and what to do, and leaves every byte. */
import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "uvu";
import { UserError } from "../../generators/errors/index.ts";
import { findGenerators } from "../../generators/flow/find.ts";
import { runGenerator } from "../../generators/flow/run.ts";
import { assertSameTree, snapshotTree, tempDir, writeTree } from "../support/temp.ts";
import { generate } from "../verify/support/apps.ts";

const generators = await findGenerators(new URL("../../generators/", import.meta.url));
const flask = "from flask import Flask\n\n\n";
const factory = `${flask}def create_app():\n    app = Flask(__name__)\n    return app\n`;
const celery = "from celery import Celery\n\nfrom app import create_app\n\ncelery_app = Celery('app')\n";
const blueprint = 'from flask import Blueprint\n\nbp = Blueprint("users", __name__)\n';

interface Refused {
  code: string;
  files: Record<string, string>;
  generator?: string;
  given?: Record<string, string>;
  /** A piece of the message. */
  says?: string;
  /** celery-factory has been run before. */
  integrated?: boolean;
}

const all: readonly Refused[] = [
  {
    code: "app-under-main",
    files: { "app.py": `${flask}if __name__ == "__main__":\n    app = Flask(__name__)\n    app.run()\n` },
  },
  { code: "factory-async", files: { "app.py": factory.replace("def ", "async def ") } },
  {
    code: "factory-returns-nothing",
    files: { "app.py": factory.replace("    return app\n", "    app.testing = True\n") },
  },
  { code: "factory-unclear", files: { "app.py": factory.replace("return app", "return wrap(app)()") } },
  { code: "factory-arguments", files: { "app.py": factory.replace("()", "(settings)") } },
  {
    code: "wrong-generator",
    files: { "app.py": factory },
    generator: "celery-direct",
    given: { target: "app.py:create_app" },
  },
  { code: "module-hides-library", files: { "app.py": factory, "celery.py": "" } },
  { code: "target-invalid", files: { "app.py": factory }, given: { target: "create_app" } },
  { code: "broker-url", files: { "app.py": factory }, given: { broker: "http://host" } },
  { code: "database-missing", files: { "app.py": factory }, given: { database: "sqlalchemy" } },
  { code: "database-missing", files: { "app.py": factory }, given: { database: "flask-sqlalchemy" } },
  { code: "database-missing", files: {}, given: { database: "sqlalchemy" } },
  { code: "database-missing", files: {}, given: { database: "flask-sqlalchemy" } },
  {
    code: "database-missing",
    files: {
      "app.py": factory,
      "db.py":
        "from sqlalchemy.orm import scoped_session, sessionmaker\n\n\ndef make():\n    return scoped_session(sessionmaker())\n",
    },
    given: { database: "sqlalchemy" },
  },
  ...["sqlalchemy", "flask-sqlalchemy"].map((database) => ({
    code: "database-missing",
    files: { "app.py": factory, "users.py": blueprint },
    generator: "blueprint-task",
    given: { blueprint: "users", database },
    integrated: true,
  })),
  { code: "celery-in-use", files: { "app.py": factory, "worker.py": celery }, says: "and run celery-factory" },
  {
    code: "celery-in-use",
    files: { "app.py": `${flask}app = Flask(__name__)\n`, "worker.py": celery.replace("create_app", "app") },
    // Not sent to the other generator first, which would only refuse as well.
    generator: "celery-factory",
    says: "and run celery-direct",
  },
  { code: "nothing-to-verify", files: { "README.md": "" }, generator: "celery-verify" },
  { code: "target-ambiguous", files: { "one.py": factory, "two.py": factory }, generator: "status-endpoint" },
  { code: "source-line-ends", files: { "app.py": factory.replaceAll("\n", "\r") } },
  { code: "source-too-deep", files: { "app.py": `${factory}x = ${"f(".repeat(20_000)}${")".repeat(20_000)}\n` } },
  {
    code: "blueprint-ambiguous",
    files: { "app.py": factory, "a.py": blueprint, "b.py": blueprint },
    generator: "blueprint-task",
    given: { blueprint: "users" },
    integrated: true,
  },
  {
    code: "blueprint-folder-taken",
    files: { "app.py": factory, "extra.py": "" },
    generator: "blueprint-task",
    given: { blueprint: "extra" },
    integrated: true,
  },
];

for (const { code, files, generator: name = "celery-factory", given = {}, integrated, says = "" } of all) {
  test(code, async () => {
    const root = writeTree(files, tempDir("code-"));
    if (integrated) await generate(root, "celery-factory", {});
    const before = snapshotTree(root);
    const stream = () => new Writable({ write: (_chunk, _encoding, done) => done() }) as NodeJS.WriteStream;
    const generator = generators.find((one) => one.name === name)!;
    const error: unknown = await runGenerator(generator, {
      root,
      given,
      output: { out: stream(), err: stream() },
    }).then(
      () => null,
      (thrown) => thrown,
    );
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code, error.message);
    for (const part of [error.what, error.why, error.fix]) assert.match(part, /^[^\n]+$/);
    assert.ok(error.message.includes(says), error.message);
    assertSameTree(before, snapshotTree(root));
  });
}

test.run();
