/** Every command block of the README and the guides is typed as it stands there, and prints what is shown. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import { skip, startRedis } from "../support/servers.ts";
import { type Block, readBlocks, showsOutput } from "./blocks.ts";
import { type Reader, repository, startReader } from "./reader.ts";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(path.join(repository, "docs"), { encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const only = process.env.DOCS ?? "";
const redis = await startRedis();
if (!redis) skip("pages whose commands need Redis", "redis-server is not installed");
const urls = redis ? { CELERY_BROKER_URL: redis.url, CELERY_RESULT_BACKEND: redis.url.replace(/0$/, "1") } : {};

for (const page of pages) {
  const blocks = readBlocks(readFileSync(path.join(repository, page), "utf8"));
  test(`${page}: each command block is run, or says why not`, () => {
    const unmarked = blocks.filter(
      ({ mark }) => !/^(run|run: (example|single|empty|clone)( on redis)?|not run: .+)$/.test(mark),
    );
    assert.deepEqual(
      unmarked.map(({ at, mark }) => `${page}:${at} ${mark}`),
      [],
    );
  });
  for (const scenario of scenariosOf(blocks)) {
    const [first] = scenario;
    const [, start, onRedis] = /^run: (\w+)( on redis)?$/.exec(first!.mark)!;
    if ((onRedis && !redis) || !`${page}:${first!.at}`.includes(only)) continue;
    test(`${page}:${first!.at} does what it shows`, async () => {
      let reader: Reader | undefined;
      try {
        reader = await startReader(start!, onRedis ? urls : {});
        for (const block of scenario) await reader.follow(block);
      } finally {
        await reader?.stop();
      }
    });
  }
}

test("output that differs is noticed", () => {
  assert.ok(showsOutput(["a", "…", "d"], ["a", "b", "c", "d"]));
  assert.ok(showsOutput(["3 passed in … s"], ["3 passed in 0.2 s"]));
  assert.ok(!showsOutput(["a", "c"], ["a", "b", "c"]));
  assert.ok(!showsOutput(["a", "…", "d"], ["a", "d", "e"]));
});

test.after(() => redis?.stop());
test.run();

/** A block marked with a folder starts anew; `run` goes on where the one before ended. */
function scenariosOf(blocks: readonly Block[]): Block[][] {
  const scenarios: Block[][] = [];
  for (const block of blocks) {
    if (block.mark.startsWith("run: ")) scenarios.push([block]);
    else if (block.mark === "run") scenarios.at(-1)?.push(block);
  }
  return scenarios;
}
