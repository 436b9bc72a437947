import { test } from "uvu";
import * as assert from "uvu/assert";
import { givenOn, readNamed, readPlopCommand } from "../../lib/cli/command-line.ts";

const prompts = ["blueprint", "task", "endpoint"];
const given = (...args: string[]) => Object.fromEntries(givenOn(readPlopCommand(args), "blueprint-task", prompts));

test("positions and names", () => {
  assert.equal(given("blueprint-task", "users", "send", "--", "--endpoint", "yes"), {
    blueprint: "users",
    task: "send",
    endpoint: "yes",
  });
  assert.equal(given("blueprint-task", "--dest", "/tmp/x", "users"), { blueprint: "users" });
  assert.equal(given("blueprint-task", "--", "--task=a b"), { task: "a b" });
});

test("a placeholder is not given, a name wins over a position", () => {
  assert.equal(given("blueprint-task", "_", "send"), { task: "send" });
  assert.equal(given("blueprint-task", "__", "send", "--", "--task", "other"), { task: "other" });
});

test("another generator's answers are not ours", () => assert.equal(given("component", "users"), {}));

test("force is seen before the two dashes, in both spellings", () => {
  assert.is(readPlopCommand(["x", "--force"]).force, true);
  assert.is(readPlopCommand(["-f", "x"]).force, true);
  assert.is(readPlopCommand(["x", "--", "--force"]).force, false);
});

test("a name without a value is true", () => {
  assert.equal(readNamed(["--endpoint", "--task", "x", "users"]), {
    named: { endpoint: "true", task: "x" },
    words: ["users"],
  });
  assert.equal(readNamed(["--task="]).named, { task: "" });
});

test.run();
