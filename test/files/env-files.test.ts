import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type EnvEntry,
  ignorePattern,
  mergeEnvExample,
  mergeEnvSecrets,
  mergeGitignore,
  readEnvKeys,
} from "../../lib/files/env-files.ts";
import { tempDir } from "../support/temp.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");
const text = (content: Uint8Array | null) => Buffer.from(content ?? []).toString("latin1");
const NOTE = "# Secrets stay out of Git; the example shows which are needed.";

/** [what, .gitignore before, what is added] */
const IGNORES: [string, string, string][] = [
  ["an empty file", "", `${NOTE}\n.env*\n!.env.example\n`],
  ["other rules", "*.pyc\n", `\n${NOTE}\n.env*\n!.env.example\n`],
  ["no final newline", "*.pyc", `\n\n${NOTE}\n.env*\n!.env.example`],
  ["CRLF", "*.pyc\r\n", `\r\n${NOTE}\r\n.env*\r\n!.env.example\r\n`],
  [".env named", ".env\n", ""],
  ["a wildcard that hides the example", "*.pyc\n.env*\n", `\n${NOTE}\n!.env.example\n`],
  ["both already", ".env*\n!.env.example\n", ""],
  ["/.env", "/.env\n", ""],
  ["commented out", "# .env\n", `\n${NOTE}\n.env*\n!.env.example\n`],
  ["taken back", ".env\n!.env\n", `\n${NOTE}\n.env*\n!.env.example\n`],
  ["only env folders", "env/\nvenv/\n.env/\n", `\n${NOTE}\n.env*\n!.env.example\n`],
  ["every dotfile", ".*\n", `\n${NOTE}\n!.env.example\n`],
  ["Latin-1", "# caf\xe9\n.env\n", ""],
];

for (const [what, before, added] of IGNORES) {
  test(`.gitignore: ${what}`, () => {
    const given = bytes(before);
    const after = mergeGitignore(given);
    assert.is(text(after), before + added);
    if (added === "") assert.is(after, given);
    assert.is(mergeGitignore(after), after, "twice is once");
    // Git itself has the last word.
    const root = tempDir();
    execFileSync("git", ["init", "-q", root]);
    writeFileSync(path.join(root, ".gitignore"), after);
    assert.equal(ignoredByGit(root), [".env"]);
  });
}

function ignoredByGit(root: string): string[] {
  const names = [".env", ".env.example"];
  return names.filter((name) => {
    try {
      execFileSync("git", ["-C", root, "check-ignore", "-q", "--no-index", name]);
      return true;
    } catch {
      return false;
    }
  });
}

test(".gitignore: none yet", () => {
  assert.is(text(mergeGitignore(null)), `${NOTE}\n.env*\n!.env.example\n`);
});

test(".gitignore: none needed where one above does it", () => {
  assert.is(
    mergeGitignore(null, (name) => name === ".env"),
    null,
  );
  assert.is(text(mergeGitignore(null, () => true)), `${NOTE}\n!.env.example\n`);
  // A rule of the file's own takes back what one above says.
  assert.match(text(mergeGitignore(bytes("!.env\n"), (name) => name === ".env")), "\n.env*\n!.env.example\n");
});

const ENTRIES: EnvEntry[] = [
  { key: "CELERY_BROKER_URL", value: "redis://localhost:6379/0", comment: "Where tasks wait" },
  { key: "CELERY_RESULT_BACKEND", value: "redis://localhost:6379/1" },
];

test(".env.example: made, and left alone the second time", () => {
  const made = mergeEnvExample(null, ENTRIES);
  assert.is(
    text(made),
    "# Where tasks wait\nCELERY_BROKER_URL=redis://localhost:6379/0\nCELERY_RESULT_BACKEND=redis://localhost:6379/1\n",
  );
  assert.is(mergeEnvExample(made, ENTRIES), made);
});

test(".env.example: only what is missing, in the file's line ends", () => {
  const before = bytes("export CELERY_BROKER_URL = 'mine'\r\nNAME=caf\xe9");
  assert.is(
    text(mergeEnvExample(before, ENTRIES)),
    "export CELERY_BROKER_URL = 'mine'\r\nNAME=caf\xe9\r\nCELERY_RESULT_BACKEND=redis://localhost:6379/1",
  );
});

test(".env.example: a commented key counts, in .env it does not", () => {
  const before = bytes("#CELERY_BROKER_URL=x\nCELERY_RESULT_BACKEND=y\n");
  assert.is(mergeEnvExample(before, ENTRIES), before);
  assert.match(text(mergeEnvSecrets(before, ENTRIES)), /\nCELERY_BROKER_URL=redis/);
});

test("a key inside a quoted value is none", () => {
  assert.equal(readEnvKeys(bytes('KEY="-----BEGIN\nCELERY_BROKER_URL=no\n-----END"\nB=1\n')), ["KEY", "B"]);
});

test(".env: an existing value stays", () => {
  const before = bytes("CELERY_BROKER_URL=amqp://mine\nCELERY_RESULT_BACKEND=\n");
  assert.is(mergeEnvSecrets(before, ENTRIES), before);
});

for (const value of [
  "amqps://u:p@ss#1&x;y@h/v",
  "a b",
  "it's",
  'say "no"',
  "back\\slash",
  "pässwört",
  "dollar$5",
  "tick`s",
  "both'$x\\",
]) {
  test(`.env: a shell reads back ${JSON.stringify(value)}`, () => {
    const root = tempDir();
    const file = path.join(root, ".env");
    writeFileSync(file, mergeEnvSecrets(null, [{ key: "SECRET", value }]), { mode: 0o600 });
    assert.is(statSync(file).mode & 0o777, 0o600);
    const read = execFileSync("sh", ["-c", `. "${file}"; printf %s "$SECRET"`], { encoding: "utf8" });
    assert.is(read, value);
  });
}

test(".gitignore: a folder is added once, and not where a rule covers it already", () => {
  const text = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString();
  const once = ignorePattern(Buffer.from("*.pyc"), "instance/", "Files");
  assert.is(text(once), "*.pyc\n\n# Files\ninstance/");
  assert.is(ignorePattern(once, "instance/", "Files"), once);
  const covered = Buffer.from("/instance\n");
  assert.is(ignorePattern(covered, "instance/", "Files"), covered);
  assert.is(text(ignorePattern(null, "instance/", "Files")), "# Files\ninstance/\n");
});

test(".env: a line break can't get in", () => {
  assert.throws(() => mergeEnvSecrets(null, [{ key: "A", value: "x\nADMIN=1" }]), RangeError);
});

test.run();
