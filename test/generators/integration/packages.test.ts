/** Which step installs what an integration needs, and what is said where there is none. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { installStep } from "../../../generators/integration/packages.ts";
import { survey } from "../../../lib/survey/index.ts";
import { writeTree } from "../../support/temp.ts";

test("a project that is managed from above is told where the packages go", async () => {
  const project = '[project]\nname = "site"\nversion = "1"\ndependencies = ["flask"]\n';
  const top = writeTree({ "pyproject.toml": project, "uv.lock": "version = 1\n", "backend/app.py": "" });
  mkdirSync(path.join(top, ".git"));
  const below = await survey(path.join(top, "backend"));
  assert.throws(
    () => installStep(below, [{ name: "celery", minimum: "5.4", below: "6" }]),
    ({ code, message }: { code: string; message: string }) =>
      code === "install-no-environment" && message.includes("uv manages this project from .."),
  );
});

test.run();
