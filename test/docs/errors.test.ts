/** docs/errors.md explains every code that a user can meet, and no other. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";

const repository = path.resolve(import.meta.dirname, "../..");
const read = (name: string) => readFileSync(path.join(repository, name), "utf8");

/** How codes stand in the source. */
const places = [
  /\bcode: "([a-z-]+)"/g,
  /\brefuse\((?:\s*source,\s*node,)?\s*"([a-z]+(?:-[a-z]+)+)"/g,
  // Messages that are written in one piece: "… [input-closed]\n".
  /[.}] \[([a-z]+(?:-[a-z]+)*)\]/g,
];

const inSource = new Set<string>();
for (const name of readdirSync(path.join(repository, "generators"), { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".ts")) continue;
  const text = read(path.join("generators", name));
  for (const place of places) for (const [, code] of text.matchAll(place)) inSource.add(code!);
  if (text.includes("code: `")) {
    // The only code that is put together: `${module}-not-installed`.
    assert.match(text, /code: `\$\{module\}-not-installed`/, `${name} puts a code together; name it here`);
    for (const module of ["flask", "celery"]) inSource.add(`${module}-not-installed`);
  }
}

const sections = new Map(
  read("docs/errors.md")
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")).trim(), section.slice(section.indexOf("\n")).trim()]),
);

test("codes are found in the source", () => {
  for (const code of ["target-unknown", "dest-missing", "app-is-quart", "input-closed", "bug", "flask-not-installed"]) {
    assert.ok(inSource.has(code), code);
  }
});

test("every code has a section", () => {
  assert.deepEqual(
    [...inSource].filter((code) => !sections.has(code)),
    [],
  );
});

test("every section is about a code that exists", () => {
  assert.deepEqual(
    [...sections.keys()].filter((code) => !inSource.has(code)),
    [],
  );
});

test("every section says what it means and what to do", () => {
  const short = [...sections].filter(
    ([, text]) => text.split(/[.:](?:\s|$)/).filter(Boolean).length < 2 || text.length < 80,
  );
  assert.deepEqual(
    short.map(([code]) => code),
    [],
  );
});

test("sections are in alphabetical order, once each", () => {
  const headings = [...read("docs/errors.md").matchAll(/^## (.+)$/gm)].map(([, code]) => code!);
  assert.deepEqual(headings, [...new Set(headings)].sort());
});

test.run();
