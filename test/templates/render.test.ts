import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { buildSync } from "esbuild";
import { test } from "uvu";
import { UserError } from "../../lib/errors/index.ts";
import { Templates } from "../../lib/templates/render.ts";
import { tempDir, writeTree } from "../support/temp.ts";

/** A package of its own with these templates, in which the built module runs; prints what the script returns. */
function inPackage(templates: Record<string, string>, script: string): { ok: boolean; output: string } {
  const root = tempDir();
  writeTree({ "package.json": '{"type": "module"}' }, root);
  mkdirSync(path.join(root, "templates/partials"), { recursive: true });
  writeTree(Object.fromEntries(Object.entries(templates).map(([name, text]) => [`templates/${name}.hbs`, text])), root);
  // Handlebars' compiler is a dependency of the package, not part of the bundle.
  symlinkSync(path.resolve("node_modules"), path.join(root, "node_modules"));
  buildSync({
    entryPoints: [path.resolve("lib/templates/render.ts")],
    outfile: path.join(root, "dist/chunks/render.js"),
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const program = `import { Templates } from "./dist/chunks/render.js"; ${script}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: root,
    encoding: "utf8",
  });
  return { ok: status === 0, output: status === 0 ? stdout : stderr };
}

const templates = {
  "page.py": "{{> header}}\nname = {{py name}}\n{{#if extra}}\nextra = {{extra}}\n{{/if}}\ndef f():\n    {{> body}}\n",
  "strict.py": "{{missing}}\n",
  "nested.py": "{{#if a.b}}x{{/if}}\n",
  "logic.py":
    '{{#if (and a (not b))}}1{{/if}}{{#if (or b (eq c "x"))}}2{{/if}}{{ident n}} {{module m}}{{#if (not list)}}3{{/if}}\n',
  "sub/deep.py": "deep\r\nCRLF\r\n",
  "partials/header": "# ours\n",
  "partials/python/body": "a = 1\n\nb = {{py name}}\n",
};

test("from the bundle: partials by name, helpers, no escaping, optional blocks, clean blank lines", () => {
  const { ok, output } = inPackage(
    templates,
    `const t = new Templates();
     process.stdout.write(t.render("page.py", { name: "<a> & {{extra}} \\"q\\"" }));
     process.stdout.write(t.render("logic.py", { a: 1, b: 0, c: "x", n: "name", m: "a.b", list: [] }));
     process.stdout.write(t.render("sub/deep.py", {}));
     process.stdout.write(JSON.stringify(Object.keys(t.partials()).sort()));`,
  );
  assert.ok(ok, output);
  const literal = `'<a> & {{extra}} "q"'`;
  assert.equal(
    output,
    `# ours\nname = ${literal}\ndef f():\n    a = 1\n\n    b = ${literal}\n12name a.b3\ndeep\nCRLF\n["body","header"]`,
  );
});

test("a missing variable is an error that names template and variable", () => {
  for (const [name, data] of [
    ["strict.py", "{}"],
    ["nested.py", "{}"],
    ["page.py", "{}"],
    ["logic.py", '{n: "class", m: "a"}'],
    ["absent.py", "{}"],
  ]) {
    const { ok, output } = inPackage(templates, `new Templates().render(${JSON.stringify(name)}, ${data})`);
    assert.ok(!ok, `${name} must not render: ${output}`);
  }
  assert.match(
    inPackage(templates, `new Templates().render("strict.py", {})`).output,
    /template strict\.py: "missing" not defined/,
  );
});

test("partials are replaced, broken or unknown ones refused with a hint", () => {
  const replaced = inPackage(
    templates,
    `const t = new Templates({ header: "# Licence of {{py name}}", body: "pass\\n\\nx = 1\\n" });
     process.stdout.write(t.render("page.py", { name: "n" }) + t.partials().header);`,
  );
  assert.ok(replaced.ok, replaced.output);
  assert.equal(
    replaced.output,
    '# Licence of "n"\nname = "n"\ndef f():\n    pass\n\n    x = 1\n# Licence of {{py name}}\n',
  );
  const failing: [string, RegExp][] = [
    [`new Templates({ haeder: "" })`, /Did you mean "header"\? \[unknown-partial\]/],
    [`new Templates({ header: "{{#if}" })`, /\[partial-invalid\]/],
    [
      `new Templates({ header: "{{licence}}" }).render("page.py", { name: "n" })`,
      /"header" can't be rendered.*\[partial-invalid\]\n.*"licence" not defined/,
    ],
  ];
  for (const [script, message] of failing) {
    const { ok, output } = inPackage(templates, script);
    assert.ok(!ok);
    assert.match(output, message);
  }
});

test("two partials of one name are a mistake in the package", () => {
  const { ok, output } = inPackage({ "partials/a/x": "", "partials/b/x": "" }, "new Templates().partials()");
  assert.ok(!ok);
  assert.match(output, /two partials are called x/);
});

test("from the source: every template of the package compiles", () => {
  const own = new Templates();
  for (const [name, text] of Object.entries(own.partials())) assert.equal(typeof text, "string", name);
  assert.throws(
    () => new Templates({ "no-such-partial": "" }),
    (error) => error instanceof UserError && error.code === "unknown-partial",
  );
});

test.run();
