/** The codes of errors: as they stand in the source, and as docs/errors.md explains them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const repository = path.resolve(import.meta.dirname, "../..");
const read = (name: string) => readFileSync(path.join(repository, name), "utf8");

/** How codes stand in the source. */
const places = [
  /\bcode: "([a-z-]+)"/g,
  /\brefuse\((?:\s*source,\s*node,)?\s*"([a-z]+(?:-[a-z]+)+)"/g,
  // Messages that are written in one piece: "… [input-closed]\n".
  /[.}] \[([a-z]+(?:-[a-z]+)*)\]/g,
];

export function codesInSource(): Set<string> {
  const found = new Set<string>();
  for (const name of ["generators", "lib"].flatMap(sourcesBelow)) {
    const text = read(name);
    for (const place of places) for (const [, code] of text.matchAll(place)) found.add(code!);
    if (text.includes("code: `")) {
      // The only code that is put together: `${module}-not-installed`.
      assert.match(text, /code: `\$\{module\}-not-installed`/, `${name} puts a code together; name it here`);
      for (const module of ["flask", "celery"]) found.add(`${module}-not-installed`);
    }
  }
  return found;
}

function sourcesBelow(folder: string): string[] {
  const names = readdirSync(path.join(repository, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => path.join(folder, name));
}

/** In the order of the page. */
export function documentedCodes(): string[] {
  return [...read("docs/errors.md").matchAll(/^## (.+)$/gm)].map(([, code]) => code!);
}

/** What is written below the heading of each code. */
export function documentedSections(): Map<string, string> {
  const sections = read("docs/errors.md").split(/^## /m).slice(1);
  return new Map(sections.map((section) => [section.split("\n")[0]!, section.slice(section.indexOf("\n")).trim()]));
}
