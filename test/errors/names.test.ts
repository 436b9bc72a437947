import { test } from "uvu";
import * as assert from "uvu/assert";
import { UserError } from "../../lib/errors/index.ts";
import { pythonName } from "../../lib/errors/names.ts";

for (const [raw, name] of [
  ["send_welcome", "send_welcome"],
  ["sendWelcome", "send_welcome"],
  ["send-welcome", "send_welcome"],
  ["Send Welcome", "send_welcome"],
  ["users2", "users2"],
  ["_private", "_private"],
  ["match", "match"],
] as const) {
  test(`${raw} becomes ${name}`, () => assert.is(pythonName("task", raw), name));
}

for (const [raw, why] of [
  ["", "empty"],
  ["  ", "empty"],
  ["class", "word of the Python language"],
  ["None", "word of the Python language"],
  ["Lambda", "word of the Python language"],
  ["__init__", "reserved"],
  ["__class", "reserved"],
  ["name__", "reserved"],
  ["2fast", "starts with a letter"],
  ["_", "starts with a letter"],
  ["-", "starts with a letter"],
  ["it's", "characters"],
  ['a"b', "characters"],
  ["a\nb", "characters"],
  ["a\u0000b", "characters"],
  ["{{task}}", "characters"],
  ["naïve", "characters"],
  ["a.b", "characters"],
  ["a;b", "characters"],
  ["../x", "path"],
  ["..", "path"],
  ["/etc/passwd", "path"],
  ["C:\\x", "path"],
  ["x".repeat(61), "61 characters"],
] as const) {
  test(`${JSON.stringify(raw)} is refused: ${why}`, () => {
    try {
      pythonName("task", raw);
    } catch (error) {
      assert.instance(error, UserError);
      assert.is((error as UserError).code, "name-invalid");
      assert.match((error as UserError).why, why);
      assert.is((error as UserError).what.split("\n").length, 1);
      return;
    }
    assert.unreachable("it was accepted");
  });
}

test.run();
