import type { Dependencies } from "../dependencies/types.ts";
import { readText } from "./names/lookup.ts";
import type { Reading } from "./reading.ts";

/** Sections that configure pytest, by file; https://docs.pytest.org/en/stable/reference/customize.html */
const SECTIONS: readonly { file: RegExp; section: RegExp }[] = [
  { file: /^pyproject\.toml$/, section: /^\s*\[tool\.pytest(\.ini_options)?\]/m },
  { file: /^setup\.cfg$/, section: /^\s*\[tool:pytest\]/m },
  { file: /^tox\.ini$/, section: /^\s*\[pytest\]/m },
  { file: /^\.?pytest\.(ini|toml)$/, section: /^/ },
];

/** Whether the project's tests run under pytest: configured, declared, or imported by a test. */
export function usesPytest(reading: Reading, dependencies: Pick<Dependencies, "files" | "versions">): boolean {
  if (dependencies.versions.has("pytest")) return true;
  if (dependencies.files.some((file) => file.declares.includes("pytest"))) return true;
  return (
    reading.paths.some((path) => /(^|\/)conftest\.py$/.test(path)) ||
    SECTIONS.some(({ file, section }) =>
      reading.paths.some((path) => file.test(path) && section.test(readText(reading, path) ?? "")),
    ) ||
    reading.paths.some(
      (path) => isTestFile(path) && /^\s*(import pytest|from pytest\b)/m.test(readText(reading, path) ?? ""),
    )
  );
}

/**
 * Folder for a new test file, relative to the root: what pytest is told, else where tests already are ("" for tests that
 * lie beside the code), else "tests".
 */
export function findTestsDir(reading: Reading): string {
  const told = toldTestsDir(reading);
  if (told !== null) return told;
  const folders = new Map<string, number>();
  for (const path of reading.paths) {
    const isConftest = /(^|\/)conftest\.py$/.test(path);
    if (!isTestFile(path) && !isConftest) continue;
    const parts = path.split("/").slice(0, -1);
    // Tests of tests/unit/models belong to the tests folder above them.
    const top = parts.findIndex((part) => /^tests?$/.test(part));
    const folder = parts.slice(0, top < 0 ? parts.length : top + 1).join("/");
    // A conftest.py in the root often only puts the root on the import path; it decides where there is no test yet.
    folders.set(folder, (folders.get(folder) ?? 0) + (isConftest ? 0 : 1));
  }
  const best = [...folders].sort(([a, x], [b, y]) => y - x || a.split("/").length - b.split("/").length)[0];
  return best ? best[0] : "tests";
}

/** `testpaths` of the pytest configuration, when it names one folder that exists. */
function toldTestsDir(reading: Reading): string | null {
  for (const { file, section } of SECTIONS) {
    const path = reading.paths.find((item) => file.test(item));
    const text = path ? (readText(reading, path) ?? "") : "";
    if (!section.test(text)) continue;
    const value = /^\s*testpaths\s*=\s*(.*)$/m.exec(text)?.[1] ?? "";
    const folder = /[\w./-]+/.exec(value)?.[0]?.replace(/^\.\/|\/$/g, "");
    if (folder && folder !== "." && reading.paths.some((item) => item.startsWith(`${folder}/`))) return folder;
  }
  return null;
}

function isTestFile(path: string): boolean {
  return /(^|\/)((test_[^/]*|[^/]*_test|tests)\.py$|tests?\/(.*\/)?[^/]+\.py$)/.test(path);
}
