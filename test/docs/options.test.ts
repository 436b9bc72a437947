/** The README's tables of prompts and llms.txt say what the generators have, and what they detect in the documentation's application. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import type { Generator } from "../../lib/contract/generator.ts";
import { findGenerators } from "../../lib/run/find.ts";
import { stages } from "../../lib/run/stages.ts";
import { ours } from "../../ours.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const readme = readFileSync(path.join(repository, "README.md"), "utf8");
const generators = await findGenerators(ours);
const project = await stages.survey(path.join(repository, "docs/example"));

test("every generator has a table, in the order of nothing but the README", () => {
  const titles = [...readme.matchAll(/^### `([a-z-]+)`$/gm)].map(([, name]) => name);
  assert.deepEqual([...titles].sort(), generators.map(({ name }) => name).sort());
});

for (const generator of generators) {
  test(`${generator.name}: prompts, values and defaults`, () => {
    const rows = tableOf(generator);
    assert.deepEqual(
      rows.map(([name]) => name),
      generator.prompts.map(({ name }) => name),
    );
    const known: Record<string, string> = {};
    for (const [index, prompt] of generator.prompts.entries()) {
      const [, values, wanted] = rows[index]!;
      if (prompt.choices)
        assert.deepEqual(code(values), prompt.choices.map(({ value }) => value).concat(), prompt.name);
      const detected = prompt.detect(project, known);
      known[prompt.name] = "missing" in detected ? "" : detected.value;
      // A default that starts with words depends on more than this application.
      if (wanted.startsWith("`")) assert.equal(code(wanted)[0], known[prompt.name], `${generator.name} ${prompt.name}`);
    }
  });
}

test("llms.txt lists every generator as it is, with its prompts in their order, and is in the package", () => {
  const wanted = generators.map(
    ({ name, description, prompts }) =>
      `- ${name}: ${description}. Prompts: ${prompts.map((prompt) => prompt.name).join(" ")}`,
  );
  const text = readFileSync(path.join(repository, "llms.txt"), "utf8");
  const listed = text.split("\n").filter((line) => line.includes(". Prompts: "));
  assert.deepEqual(listed.sort(), wanted.sort());
  const { files } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  for (const file of ["llms.txt", "docs/report.schema.json"]) assert.ok(files.includes(file), file);
});

test.run();

/** Rows of the table below the generator's heading; a row `a … z`, "as above", stands for those of celery-factory. */
function tableOf({ name }: Generator): [string, string, string][] {
  const section = readme.split(`\n### \`${name}\`\n`)[1]!.split(/\n##+ /)[0]!;
  const rows = section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.slice(2, -2).split(" | ") as [string, string, string]);
  return rows.flatMap(([prompt, values, detected]): [string, string, string][] => {
    if (prompt.includes("…"))
      return tableOf({ name: "celery-factory" } as Generator).map(([one, all]) => [one, all, "as above"]);
    return [[code(prompt)[0]!, values, detected]];
  });
}

function code(text: string): string[] {
  return [...text.split(/, or |;/)[0]!.matchAll(/`([^`]+)`/g)].map(([, value]) => value!);
}
