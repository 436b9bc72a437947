/** Imports go one way, rooms have one door: what CONTRIBUTING draws holds. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

const repository = path.resolve(import.meta.dirname, "..");

/** The engine, bottom up: a room may import those before it. */
const ORDER = ["errors", "python", "changes", "templates", "files", "dependencies", "survey", "contract", "run", "cli"];
/** Rooms that know nothing of each other although one stands before the other. */
const STRANGERS: Readonly<Record<string, readonly string[]>> = {
  changes: ["python"],
  templates: ["python", "changes"],
  files: ["python", "changes", "templates"],
};

interface Import {
  from: string;
  to: string;
}

const imports = ["generators", "lib"].flatMap(sourcesBelow).flatMap(importsOf);

function sourcesBelow(folder: string): string[] {
  const names = readdirSync(path.join(repository, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name.split(path.sep).join("/")}`);
}

function importsOf(from: string): Import[] {
  const text = readFileSync(path.join(repository, from), "utf8");
  const names = text.matchAll(/^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)";|\bimport\("(\.[^"]+)"\)/gm);
  return [...names].map(([, named, loaded]) => ({
    from,
    to: path.posix.join(path.posix.dirname(from), (named ?? loaded)!),
  }));
}

/** `lib/survey/apps/entry.ts` → lib, survey; `generators/celery-factory.ts` → generators, "". */
function placeOf(file: string): { top: string; room: string } {
  const [top = "", room = "", ...below] = file.split("/");
  return { top, room: below.length > 0 ? room : "" };
}

/** What is wrong with an import; null where nothing is. */
function complaint({ from, to }: Import): string | null {
  const [own, other] = [placeOf(from), placeOf(to)];
  if (own.top === other.top && own.room === other.room) return null;
  if (own.top === "lib") {
    if (other.top !== "lib") return "the engine knows no generator";
    if (ORDER.indexOf(other.room) > ORDER.indexOf(own.room)) return "against the order";
    if (STRANGERS[own.room]?.includes(other.room)) return "these two know nothing of each other";
  } else if (other.top === "lib") {
    if (ORDER.indexOf(other.room) > ORDER.indexOf("contract")) return "a generator does not know who runs it";
  } else if (own.room !== "" && other.room !== "common") {
    return "what two generators share stands in generators/common";
  }
  const door = "lib/survey/index.ts";
  return other.room === "survey" && to !== door ? `not through the door, ${door}` : null;
}

test("imports follow the order of the rooms", () => {
  const rooms = new Set(imports.flatMap(({ from, to }) => [from, to]).map((file) => placeOf(file)));
  const unknown = [...rooms].filter(({ top, room }) => top === "lib" && !ORDER.includes(room));
  assert.equal(unknown, [], "a room that the order does not name");
  const wrong = imports.flatMap((item) => (complaint(item) ? [`${item.from} → ${item.to}: ${complaint(item)}`] : []));
  assert.equal(wrong, []);
});

test("an import against the order is seen", () => {
  const seen = (from: string, to: string) => complaint({ from, to }) !== null;
  assert.ok(seen("lib/python/read.ts", "lib/survey/index.ts"));
  assert.ok(seen("lib/run/run.ts", "lib/survey/apps/entry.ts"));
  assert.ok(seen("lib/survey/index.ts", "generators/common/target.ts"));
  assert.ok(seen("generators/status/files.ts", "lib/run/run.ts"));
  assert.ok(seen("generators/status/files.ts", "generators/blueprint/task.ts"));
  assert.ok(seen("lib/changes/commit.ts", "lib/python/index.ts"));
  assert.not.ok(seen("generators/celery-factory.ts", "generators/integration/index.ts"));
  assert.ok(imports.length > 400, "the imports were read");
});

test.run();
