/** llms.txt lists every generator as it is, with its prompts in their order. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { findGenerators } from "../../lib/run/find.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const text = readFileSync(path.join(repository, "llms.txt"), "utf8");

test("generators and prompts", async () => {
  const generators = await findGenerators(new URL("../../generators/", import.meta.url));
  const wanted = generators.map(
    ({ name, description, prompts }) =>
      `- ${name}: ${description}. Prompts: ${prompts.map((prompt) => prompt.name).join(" ")}`,
  );
  const listed = text.split("\n").filter((line) => line.includes(". Prompts: "));
  assert.deepEqual(listed.sort(), wanted.sort());
});

test("it is in the package", () => {
  const { files } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  for (const file of ["llms.txt", "docs/report.schema.json"]) assert.ok(files.includes(file), file);
});

test.run();
