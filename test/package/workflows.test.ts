/** The workflows: what they may do, and that a release says where it comes from. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "./tarball.ts";

const folder = path.join(repository, ".github/workflows");
const read = (name: string) => readFileSync(path.join(folder, name), "utf8");
const names = readdirSync(folder);

for (const name of names) {
  test(`${name}: reads only by default, pins its actions by major version, keeps no token`, () => {
    const text = read(name);
    assert.match(text, /^permissions:\n {2}contents: read\n\n/m);
    const actions = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action!);
    assert.ok(actions.length > 0);
    for (const action of actions) assert.match(action, /^actions\/[a-z-]+@v\d+$/);
    // Every checkout drops its credentials.
    assert.is(text.match(/persist-credentials: false/g)?.length, text.match(/actions\/checkout@/g)?.length);
    assert.not.match(text, "secrets.");
  });
}

test("CI is .ci/run, and a release is tested the same way before it is published", () => {
  for (const name of ["ci.yml", "release.yml"]) assert.match(read(name), /- run: bash \.ci\/run\n/);
  assert.match(read("release.yml"), /publish:\n {4}needs: test\n/);
});

test("a release goes out with provenance, and only its job may sign", () => {
  const text = read("release.yml");
  const [before, publish] = text.split(/^ {2}publish:$/m);
  assert.match(publish!, "npm publish --provenance --access public");
  assert.match(publish!, "id-token: write");
  assert.not.match(before!, "id-token");
  for (const name of names.filter((one) => one !== "release.yml")) assert.not.match(read(name), "npm publish");
});

test("the scripts that the nightly job runs are there", () => {
  const { scripts } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  for (const [, script] of read("ci.yml").matchAll(/npm run (\S+)/g)) assert.ok(scripts[script!], script);
});

test.run();
