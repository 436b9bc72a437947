import { suite } from "uvu";
import * as assert from "uvu/assert";
import { guard } from "./servers.ts";
import { tempDir } from "./temp.ts";

const test = suite("support: private servers");

test("a server that dies at start is noticed at once, and not when the time is up", async () => {
  const server = await guard(["/bin/false"], {}, tempDir("guard-"));
  const deadline = Date.now() + 2000;
  while (!server.ended() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  const noticed = server.ended();
  await server.end();
  assert.ok(noticed);
});

test("one that runs has not ended", async () => {
  const server = await guard(["sleep", "60"], {}, tempDir("guard-"));
  assert.not.ok(server.ended());
  await server.end();
  assert.ok(server.ended());
});

test.run();
