/** The package on this process's Node and on the newest; `npm run test:node` tries all of them, installed from the registry. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkNode, directly, nodeFolder, nodeVersions, writeTeam } from "./nodes.ts";
import { packTarball, unpackInto } from "./tarball.ts";

const team = writeTeam();
unpackInto(team, packTarball());

const own = process.versions.node.split(".")[0]!;
for (const major of new Set([own, nodeVersions.at(-1)!])) {
  test(`Plop with the pack and our own bin run on Node ${major}`, async () => {
    const version = await checkNode(team, await nodeFolder(major), directly(team));
    assert.is(version.split(".")[0], `v${major}`);
  });
}

test.run();
