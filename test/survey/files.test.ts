import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import ignore from "ignore";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findGitTop, readInheritedIgnores } from "../../lib/files/gitignore.ts";
import { listFiles, readTexts } from "../../lib/files/list.ts";
import { tempDir, writeTree } from "../support/temp.ts";

/** A tree of empty files; a value other than "" is content. */
function makeTree(...names: (string | [string, string])[]): string {
  return writeTree(Object.fromEntries(names.map((name) => (typeof name === "string" ? [name, ""] : name))));
}

test("lists sorted relative paths, and the Python files apart", () => {
  const root = makeTree("b.py", "a/z.py", "a/readme.md", "gui.pyw", "module.pyc");
  assert.equal(listFiles(root), {
    paths: ["a/readme.md", "a/z.py", "b.py", "gui.pyw", "module.pyc"],
    pythonPaths: ["a/z.py", "b.py", "gui.pyw"],
  });
});

test("never enters environments, caches and installed code", () => {
  const aside = [".git", "node_modules", "__pycache__", ".tox", ".mypy_cache", "x/site-packages", "x.egg-info"];
  const root = makeTree("app.py", ...aside.map((folder) => `${folder}/in.py`), "my env/pyvenv.cfg", "my env/lib/in.py");
  assert.equal(listFiles(root).paths, ["app.py"]);
});

test("build and dist are output beside a project file, and packages otherwise", () => {
  const output = makeTree("setup.py", "build/lib/app.py", "dist/app.py");
  assert.equal(listFiles(output).paths, ["setup.py"]);
  const source = makeTree("app.py", "build/views.py", "x/pyproject.toml", "x/dist/__init__.py");
  assert.equal(listFiles(source).pythonPaths, ["app.py", "build/views.py", "x/dist/__init__.py"]);
});

test("agrees with Git on nested .gitignore files", () => {
  const root = makeTree(
    [".gitignore", "*.log\n/only_root.py\nlogs/\n!keep.log\nCase.py\ndeep/**/x.py\n"],
    ["pkg/.gitignore", "!debug.log\nsecret.py\nsub/*\n!sub/kept.py\n"],
    "only_root.py",
    "pkg/only_root.py",
    "a.log",
    "keep.log",
    "pkg/debug.log",
    "pkg/other.log",
    "pkg/secret.py",
    "pkg/sub/kept.py",
    "pkg/sub/dropped.py",
    "logs/in.py",
    "case.py",
    "deep/a/b/x.py",
    "deep/x.py",
    "ünïcode dir/ü.py",
  );
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "core.quotePath=false", "-C", root, ...args], { encoding: "utf8" });
  git("init", "-q");
  const tracked = git("ls-files", "--others", "--exclude-standard").trim().split("\n").sort();
  assert.equal(listFiles(root).paths, tracked);
  assert.ok(tracked.includes("pkg/debug.log") && !tracked.includes("pkg/secret.py"));
});

test("any rules hide what the rules hide, however they are written", () => {
  const names = [
    "a.py",
    "ab.py",
    "b",
    "x-y.txt",
    "A.py",
    "d/a.py",
    "d/b",
    "d/e/a.py",
    "d/e/x-y.txt",
    " s.py",
    "a]",
    "é.py",
  ];
  const root = makeTree(...names, "always.py");
  const part = fc.constantFrom(
    "a",
    "b",
    "d",
    "e",
    ".py",
    "*",
    "**",
    "?",
    "[ab]",
    "[!a]",
    "[[:alpha:]]",
    "[]a]",
    "/",
    "\\",
    " ",
    "]",
    "é",
    "x-y",
    ".",
    "A",
  );
  const rule = fc.tuple(
    fc.constantFrom("", "!", "/"),
    fc.array(part, { minLength: 1, maxLength: 5 }),
    fc.constantFrom("", "/", " ", "\t"),
  );
  const rules = fc.array(
    rule.map(([head, parts, tail]) => head + parts.join("") + tail),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(rules, (lines) => {
      const text = `${lines.join("\n")}\n!/always.py\n`;
      writeFileSync(path.join(root, ".gitignore"), text);
      const own = ignore({ ignorecase: false }).add(text);
      assert.equal(listFiles(root).paths, own.filter([".gitignore", "always.py", ...names]).sort(), text);
    }),
    { numRuns: 500 },
  );
});

test("rules above the root count up to the top of the repository, and no further", () => {
  const outer = makeTree(
    [".gitignore", "*.py\n"],
    ["repo/.gitignore", "*.tmp.py\n/backend/local.py\n"],
    "repo/backend/app.py",
  );
  const root = path.join(outer, "repo/backend");
  writeTree({ "x.tmp.py": "", "local.py": "", "sub/local.py": "" }, root);
  mkdirSync(path.join(outer, "repo/.git"));
  assert.equal(listFiles(root).pythonPaths, ["app.py", "sub/local.py"]);
  assert.is(findGitTop(root), path.join(outer, "repo"));
  const ignores = readInheritedIgnores(root);
  assert.equal([ignores("local.py"), ignores("app.py")], [true, false]);
});

test("a root inside an ignored folder is listed all the same", () => {
  const top = makeTree([".gitignore", "scratch/**\n"], "scratch/app/app.py", "scratch/app/junk.pyc");
  mkdirSync(path.join(top, ".git"));
  assert.equal(listFiles(path.join(top, "scratch/app")).pythonPaths, ["app.py"]);
  // Its own rules still count.
  writeTree({ "scratch/app/.gitignore": "local.py\n", "scratch/app/local.py": "" }, top);
  assert.equal(listFiles(path.join(top, "scratch/app")).pythonPaths, ["app.py"]);
});

test("rules that leave no Python at all do not hide the application", () => {
  assert.equal(listFiles(makeTree([".gitignore", "*\n"], "app.py")).pythonPaths, ["app.py"]);
});

test("links: into the root as files only, never out of it, never in circles", () => {
  const outside = makeTree("secret.py");
  const root = makeTree("app.py", "requirements/base.txt", "pkg/mod.py");
  symlinkSync("requirements/base.txt", path.join(root, "requirements.txt"));
  symlinkSync("app.py", path.join(root, "alias.py"));
  symlinkSync("pkg", path.join(root, "alias"));
  symlinkSync(".", path.join(root, "pkg/loop"));
  symlinkSync("nowhere", path.join(root, "dangling.py"));
  symlinkSync("self.py", path.join(root, "self.py"));
  symlinkSync(path.join(outside, "secret.py"), path.join(root, "stolen.py"));
  symlinkSync(outside, path.join(root, "out"));
  const { paths, pythonPaths } = listFiles(root);
  assert.equal(paths, ["alias.py", "app.py", "pkg/mod.py", "requirements.txt", "requirements/base.txt"]);
  assert.equal(pythonPaths, ["app.py", "pkg/mod.py"]);
});

test("the root may itself be a link", () => {
  const root = makeTree("app.py");
  const link = path.join(tempDir(), "link");
  symlinkSync(root, link);
  assert.equal(listFiles(link).pythonPaths, ["app.py"]);
});

/** Files of which some piece holds the word. */
function holding(root: string, names: readonly string[], word: string): string[] {
  const found = new Set<string>();
  readTexts(root, names, (name, text) => text.includes(word) && found.add(name));
  return [...found];
}

test("shows each file's bytes as text, whatever the encoding", () => {
  const root = makeTree(["a.py", "from flask import Flask"], ["empty.py", ""]);
  writeFileSync(path.join(root, "latin.py"), Buffer.from("# caf\xe9\nimport celery", "latin1"));
  const seen = new Map<string, string>();
  readTexts(root, listFiles(root).pythonPaths, (name, text) => seen.set(name, text));
  assert.equal(
    [...seen],
    [
      ["a.py", "from flask import Flask"],
      ["latin.py", "# caf\xe9\nimport celery"],
    ],
  );
});

test("shows a file longer than the buffer in pieces that overlap: no word is cut in all of them", () => {
  const size = 256 * 1024;
  const root = tempDir();
  const places = [size - 5, size - 3, size - 1, size, 2 * size - 7, 3 * size];
  for (const place of places)
    writeFileSync(path.join(root, `${place}.py`), `${"x".repeat(place)}flask${"x".repeat(size)}`);
  writeFileSync(path.join(root, "none.py"), "x".repeat(3 * size));
  // The buffer still holds a "flask" of the file before: it must not count for the next one.
  const names = [...places.map((place) => `${place}.py`), "none.py"];
  assert.equal(holding(root, names, "flask"), names.slice(0, -1));
});

test("files that are gone or can't be read are left out", () => {
  const root = makeTree(["a.py", "flask"]);
  mkdirSync(path.join(root, "folder.py"));
  chmodSync(path.join(root, "a.py"), 0o644);
  assert.equal(holding(root, ["gone.py", "folder.py", "a.py"], "flask"), ["a.py"]);
});

test.run();
