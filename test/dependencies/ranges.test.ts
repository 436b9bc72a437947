/** Ranges are judged as PEP 440 says, Poetry's as Poetry does. */
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { excludes, overlaps, readRanges } from "../../lib/dependencies/ranges.ts";
import { writeTree } from "../support/temp.ts";
import { surveyTree } from "./dependency-trees.ts";

/** [declared, supported, what is true] */
const RANGES: [string, string, boolean | null][] = [
  ["", ">=2.2,<4", true],
  ["*", ">=2.2,<4", true],
  [">=1.1,<2", ">=2.2,<4", false],
  ["==2.*", ">=2.2,<4", true],
  ["~=2.1", ">=2.2,<4", true],
  ["~=2.1.0", ">=2.2,<4", false],
  [">1.7,<4", ">=2.2,<4", true],
  [">=4", ">=2.2,<4", false],
  ["<2.2", ">=2.2,<4", false],
  ["<=2.2", ">=2.2,<4", true],
  ["!=2.2", ">=2.2,<4", true],
  ["!=2.*", ">=2.2,<3", false],
  ["==4.5.5", ">=4.5.2,!=4.5.5", false],
  ["==5.4.0rc1", ">=5.4,<6", false],
  ["==5.5.0rc1", ">=5.4,<6", true],
  ["===2.3.1", ">=2.2,<4", true],
  ["==2!1.0", ">=2.2,<4", false],
  ["@git+https://example.org/flask", ">=2.2,<4", null],
  ["newest", ">=2.2,<4", null],
];
for (const [declared, supported, expected] of RANGES) {
  test(`"${declared}" and ${supported}: ${expected}`, () => assert.is(overlaps(declared, supported), expected));
}

test("Poetry's own signs", () => {
  const versions: [string, boolean][] = [
    ["^1.1", true],
    ["^2.0", false],
    ["~2.1", true],
    ["~2", false],
    ["2.1.3", true],
    ["^1.1 || ^3.0", false],
    [">=2.0 <2.2", true],
    ["*", false],
  ];
  for (const [version, isExcluded] of versions) {
    const files = {
      "pyproject.toml": `[tool.poetry.dependencies]\npython = "^3.9"\nflask = {version = "${version}"}\n`,
    };
    const root = writeTree(files);
    const read = (path: string) => (path === "pyproject.toml" ? Buffer.from(files[path]) : null);
    const [flask] = readRanges(surveyTree(root, files), { root, read }).filter(({ name }) => name === "flask");
    assert.ok(flask, version);
    assert.is(flask.line, 3);
    assert.is(excludes(flask, ">=2.2,<4"), isExcluded, version);
  }
});

test("a file above the root, which its reader does not give", () => {
  const top = writeTree({ "requirements.txt": "flask==1.1\n", "web/app.py": "" });
  const root = path.join(top, "web");
  const read = (name: string) => assert.unreachable(name) ?? null;
  const [flask] = readRanges(surveyTree(root, { "app.py": "" }), { root, read });
  assert.equal([flask?.path, flask?.line, flask && excludes(flask, ">=2.2,<4")], ["../requirements.txt", 1, true]);
});

test.run();
