/** docs/errors.md explains every code that a user can meet, and no other. */
import assert from "node:assert/strict";
import { test } from "uvu";
import { codesInSource, documentedCodes, documentedSections } from "./codes.ts";

const inSource = codesInSource();
const sections = documentedSections();

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
  const headings = documentedCodes();
  assert.deepEqual(headings, [...new Set(headings)].sort());
});

test.run();
