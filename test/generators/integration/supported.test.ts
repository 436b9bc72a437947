/** What leaves no version that works is refused, and only --force writes all the same. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { generator } from "../../../generators/celery-factory.ts";
import { settleAnswers } from "../../../lib/run/answers.ts";
import { makePlan } from "../../../lib/run/run.ts";
import { survey } from "../../../lib/survey/index.ts";
import { refusal } from "../../support/generators.ts";
import { writeTree } from "../../support/temp.ts";

const app = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";
const venv = (version: string) => ({
  ".venv/pyvenv.cfg": "",
  ".venv/bin/python": "",
  [`.venv/lib/python3.11/site-packages/flask-${version}.dist-info/METADATA`]: "",
});

async function steps(files: Record<string, string>, force = false): Promise<string[]> {
  const project = await survey(writeTree({ "shop/__init__.py": app, ...files }));
  const plan = await makePlan(generator, project, settleAnswers(generator.prompts, project, {}, {}), { force });
  return plan.manual.map(({ path, line, why }) => `${path}:${line}: ${why}`);
}

test("refused with file, line and range; --force writes, and leaves the same as steps, so it ends with exit 1", async () => {
  const files = { "requirements.txt": "gunicorn\nFlask>=1.1,<2\n" };
  const line = "requirements.txt:2: flask>=1.1,<2; the generated code needs flask>=2.2,<4";
  const error = await refusal("celery-factory", { root: writeTree({ "shop/__init__.py": app, ...files }) });
  assert.is(error.code, "versions-unsupported");
  assert.equal(error.details, [line]);
  assert.equal(await steps(files, true), [line]);
});

test("what is installed counts where the next installation leaves it", async () => {
  const forced = await steps({ "requirements.txt": "Flask\n", ...venv("2.1.3") }, true);
  assert.equal(forced, ["requirements.txt:1: flask 2.1.3 is installed; the generated code needs flask>=2.2,<4"]);
  assert.equal(await steps({ "requirements.txt": "Flask>=3\n", ...venv("2.1.3") }), []);
});

test.run();
