/** Ranges are judged as PEP 440 says, Poetry's as Poetry does. */
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
    const [flask] = readRanges(surveyTree(writeTree(files), files), (path) =>
      path === "pyproject.toml" ? Buffer.from(files[path]) : null,
    ).filter(({ name }) => name === "flask");
    assert.ok(flask, version);
    assert.is(flask.line, 3);
    assert.is(excludes(flask, ">=2.2,<4"), isExcluded, version);
  }
});

test.run();
