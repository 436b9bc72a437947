/** The outcome as Markdown, and the place in the documentation where it belongs. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { celeryVersions, flaskVersions } from "./matrix.ts";

/** `impossible`: pip can not install these versions together on that Python. */
export type Verdict = "passed" | "failed" | "impossible";

export interface Row {
  python: string;
  flask: string;
  celery: string;
  verdict: Verdict;
}

/**
 * A row for each Python, a column for each Flask, and in a cell the versions of Celery that all checks passed with.
 *
 * @param pythons those of the run, tried or not
 */
export function tabulate(rows: readonly Row[], pythons: readonly string[]): string {
  const cell = (python: string, flask: string) => {
    const here = rows.filter((row) => row.python === python && row.flask === flask);
    const shown = celeryVersions.map((celery) => {
      const verdict = here.find((row) => row.celery === celery)?.verdict ?? "untried";
      return { passed: celery, failed: `~~${celery}~~`, untried: `(${celery})`, impossible: "" }[verdict];
    });
    return shown.filter(Boolean).join(" · ") || "—";
  };
  const lines = [
    `| Python | ${flaskVersions.map((version) => `Flask ${version}`).join(" | ")} |`,
    `| --- |${" --- |".repeat(flaskVersions.length)}`,
    ...pythons.map((python) => `| ${python} | ${flaskVersions.map((flask) => cell(python, flask)).join(" | ")} |`),
  ];
  const text = lines.join("\n");
  const notes = ["Cells list the versions of Celery that every check passed with."];
  if (text.includes("~~")) notes.push("One that is struck out failed.");
  if (text.includes("(")) notes.push("One in parentheses was not tried in this run.");
  if (rows.some(({ verdict }) => verdict === "impossible")) {
    notes.push("One that is missing does not install on that Python.");
  }
  return `${text}\n\n${notes.join(" ")}\n`;
}

const marker = /<!-- versions -->[\s\S]*?<!-- \/?versions -->/;
const repository = path.resolve(import.meta.dirname, "../../..");

/**
 * Puts the table between the two `<!-- versions -->` markers of README.md, or else into docs/versions.md.
 *
 * @returns the file's name
 */
export function writeTable(table: string): string {
  const readme = path.join(repository, "README.md");
  const text = existsSync(readme) ? readFileSync(readme, "utf8") : "";
  const found = marker.exec(text)?.[0];
  if (found) {
    const end = found.slice(found.lastIndexOf("<!--"));
    writeFileSync(
      readme,
      text.replace(found, () => `<!-- versions -->\n${table}${end}`),
    );
    return "README.md";
  }
  const intro =
    "# Versions\n\nWhat our generators make, checked by `npm run test:versions`: imported with deprecations as errors, its tasks run\nby a worker, the generated tests, and `celery-verify`.\n\n";
  writeFileSync(path.join(repository, "docs/versions.md"), intro + table);
  return "docs/versions.md";
}
