import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { entryImports } from "../../../generators/integration/entry-imports.ts";
import { BROKER_KINDS } from "../../../lib/survey/celery/broker-marks.ts";
import { pythonEnv } from "../../support/python-env.ts";
import { makeIntegration, renderTemplate, writeFiles } from "./integration.ts";

const test = suite("templates: settings snippets and project files");
const root = mkdtempSync(path.join(os.tmpdir(), "snippets-"));
test.after(() => rmSync(root, { recursive: true, force: true }));

const brokers = BROKER_KINDS;
const forms = ["class", "module", "dict", "setdefault"] as const;

/** A snippet as it stands in a file; in a class and a dict it is indented. */
function embed(form: (typeof forms)[number], snippet: string): string {
  const indented = snippet.trimEnd().replace(/^(?=.)/gm, "    ");
  if (form === "class") return `class Config:\n${indented}\n`;
  if (form === "dict") return `config = {\n${indented}\n}\n`;
  if (form === "module") return snippet;
  return `from flask import Flask\n\napp = Flask(__name__)\n${snippet}`;
}

const checks: string[] = [];
for (const config of ["object", "namespace"] as const) {
  for (const broker of brokers) {
    for (const form of forms) {
      const integration = makeIntegration({ broker, config, results: broker === "redis" ? "redis" : "none" });
      const snippet = renderTemplate(`integration/settings/${config}.py`, {
        ...integration,
        form,
        appName: "app",
        ruff: true,
      });
      const module = `${config}_${broker}_${form}`;
      writeFiles(root, { [`${module}.py`]: embed(form, snippet) });
      const value = {
        class: "Config.__dict__",
        dict: "config",
        module: "globals()",
        setdefault: "app.config",
      }[form];
      const key = broker === "embedded" ? "worker_concurrency" : "broker_url";
      const path = config === "object" ? `["CELERY"]["${key}"]` : `["CELERY_${key.toUpperCase()}"]`;
      checks.push(
        `assert eval(${JSON.stringify(value)}, vars(importlib.import_module("${module}")))${path}, "${module}"`,
      );
    }
  }
}

test("every snippet is formatted, without findings, and sets what it says", async () => {
  const { bin } = await pythonEnv();
  const run = (program: string, ...args: string[]) =>
    execa(path.join(bin, program), args, { cwd: root, all: true, reject: false });
  for (const result of [
    await run("ruff", "check", "--no-cache", "--isolated", "."),
    await run("ruff", "format", "--no-cache", "--isolated", "--diff", "."),
    await run("python", "-c", ["import importlib", ...checks].join("\n")),
  ]) {
    assert.is(result.exitCode, 0, result.all);
  }
});

test("no snippet and no .env.example holds a password", () => {
  for (const broker of brokers) {
    for (const results of ["redis", "database", "embedded", "none"] as const) {
      const text = renderTemplate("integration/project/env.example", makeIntegration({ broker, results }));
      assert.not.match(text, /:\/\/[^/\s]*@/);
      for (const line of text.split("\n").filter(Boolean)) {
        assert.match(
          line,
          /^CELERY_(\w+=(redis:\/\/localhost:6379\/\d|[a-z]+_[a-z]+_your_connection_string_here)|SENTINEL_MASTER=mymaster)$/,
        );
      }
    }
  }
});

test("CELERY.md says what the answers call for, and nothing else", () => {
  const page = (overrides: Parameters<typeof makeIntegration>[0]) =>
    renderTemplate("integration/project/CELERY.md", makeIntegration(overrides));
  assert.match(page({ broker: "embedded", results: "embedded" }), /development only/);
  assert.not.match(page({ broker: "redis" }), /development only|quorum/);
  assert.match(page({ broker: "redis" }), /noeviction/);
  assert.match(page({ broker: "rabbitmq" }), /quorum/);
  assert.match(page({ heavyStart: true }), /every worker start does too/);
  assert.not.match(page({}), /every worker start does too|delay_after_commit/);
  assert.match(page({ database: { kind: "flask-sqlalchemy" } }), /delay_after_commit/);
  for (const broker of brokers) assert.not.match(page({ broker }), /\n\n\n|\{\{|undefined/);
});

test("the test says that it reaches the application's database, where that is so", () => {
  const file = (heavyStart: boolean) =>
    renderTemplate("integration/project/test_celery.py", makeIntegration({ heavyStart }));
  assert.match(file(true), /# The app reaches its database as it starts/);
  assert.not.match(file(false), /database/);
});

test("the imports of the worker's entry are grouped as formatters want them", () => {
  assert.equal(entryImports(["from app import create_app", "import os"], true), [
    "import os",
    "",
    "from app import create_app",
  ]);
  assert.equal(entryImports(["from app import create_app"], false), [
    "from celery.app import app_or_default",
    "",
    "from app import create_app",
  ]);
  const prepared = ["import sys", "sys.path.insert(0, 'src')", "from app import create_app"];
  assert.equal(entryImports(prepared, true), prepared);
});

test.run();
