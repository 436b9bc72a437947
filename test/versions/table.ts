/** The outcome as Markdown, and the place in the documentation where it belongs. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { celeryVersions, flaskVersions } from "./matrix.ts";

export type Verdict = "passed" | "failed" | "impossible";

export interface Row {
  python: string;
  flask: string;
  celery: string;
  verdict: Verdict;
}

/** A row for each Python, a column for each Flask, and in a cell the versions of Celery that all checks passed with. */
export function tabulate(rows: readonly Row[]): string {
  const pythons = [...new Set(rows.map(({ python }) => python))];
  const lines = [
    `| Python | ${flaskVersions.map((version) => `Flask ${version}`).join(" | ")} |`,
    `| --- |${" --- |".repeat(flaskVersions.length)}`,
    ...pythons.map((python) => {
      const cells = flaskVersions.map((flask) => {
        const shown = celeryVersions.map((celery) => {
          const row = rows.find((one) => one.python === python && one.flask === flask && one.celery === celery);
          return { celery, verdict: row?.verdict };
        });
        const tried = shown.filter(({ verdict }) => verdict === "passed" || verdict === "failed");
        const texts = tried.map(({ celery, verdict }) => (verdict === "passed" ? celery : `~~${celery}~~`));
        return texts.join(" · ") || "—";
      });
      return `| ${python} | ${cells.join(" | ")} |`;
    }),
  ];
  const failed = rows.some(({ verdict }) => verdict === "failed");
  const notes = [
    "Cells list the versions of Celery that every check passed with;",
    ...(failed ? ["one that is struck out failed;"] : []),
    "one that is missing can't be installed on that Python.",
  ];
  return `${lines.join("\n")}\n\n${notes.join(" ")}\n`;
}

const marker = /<!-- versions -->[\s\S]*?<!-- \/?versions -->/
const repository = path.resolve(import.meta.dirname, "../..");

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
