/** Links between the pages of the documentation lead somewhere. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";

const repository = path.resolve(import.meta.dirname, "../..");
const guides = readdirSync(path.join(repository, "docs")).filter((name) => name.endsWith(".md"));
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...guides.map((name) => `docs/${name}`)];

for (const page of pages) {
  test(page, () => {
    for (const [, target, anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const file = target ? path.posix.join(path.posix.dirname(page), target) : page;
      assert.ok(existsSync(path.join(repository, file)), `${page} links to ${target}`);
      if (anchor) assert.ok(anchorsOf(file).includes(anchor), `${page} links to #${anchor} of ${file}`);
    }
  });
}

test("every guide is reached from the README", () => {
  for (const name of guides) assert.ok(read("README.md").includes(`(docs/${name})`), name);
});

test.run();

function read(page: string): string {
  return readFileSync(path.join(repository, page), "utf8");
}

/** As forges make them: lower case, without punctuation, spaces as hyphens. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );
}
