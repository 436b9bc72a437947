/** The package as it is published: built from a fresh clone, packed, installed outside the repository, and used there. */
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCommand } from "../support/command.ts";
import { tempDir, writeTree } from "../support/temp.ts";
import { modules, packTarball, repository, unpackInto } from "./tarball.ts";

const tarball = packTarball();
const { clone, names: packed } = tarball;
const team = tempDir();
const installed = unpackInto(team, tarball);
const plop = (...args: string[]) =>
  runCommand([process.execPath, "node_modules/plop/bin/plop.js", ...args], { cwd: team });
writeTree({ "package.json": '{ "name": "team", "type": "module" }' }, team);

test("the tarball holds dist, templates and what npm wants, and nothing else", () => {
  const others = packed.filter((name) => !/^(dist|templates)\//.test(name));
  const allowed = ["CHANGELOG.md", "LICENSE", "README.md", "docs/report.schema.json", "llms.txt", "package.json"];
  assert.equal(
    others.filter((name) => !allowed.includes(name)),
    [],
  );
  assert.ok(others.includes("package.json"));
  for (const name of [
    "dist/plopfile.js",
    "dist/bin.js",
    "dist/index.js",
    "dist/index.d.ts",
    "dist/tree-sitter-python.wasm",
  ]) {
    assert.ok(packed.includes(name), name);
  }
  assert.ok(packed.some((name) => /^templates\/.*\.hbs$/.test(name)));
  assert.equal(
    packed.filter((name) => name.startsWith("dist/") && name.endsWith(".ts") && !name.endsWith(".d.ts")),
    [],
  );
});

test("nothing in it names the machine that built it, and it runs no script when installed", () => {
  for (const name of packed.filter((one) => /\.(js|ts|json)$/.test(one))) {
    assert.not.match(readFileSync(path.join(installed, name), "utf8"), clone, name);
  }
  const { scripts } = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
  for (const name of ["preinstall", "install", "postinstall"]) assert.is(scripts[name], undefined);
});

test("publint finds nothing wrong", async () => {
  const { publint } = await import("publint");
  const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
  assert.equal(messages, []);
});

test("in a clone, npx plop finds the built plopfile", async () => {
  const root = tempDir();
  const ran = await runCommand(
    [process.execPath, "node_modules/plop/bin/plop.js", "celery-factory", "--dest", path.join(root, "nope")],
    { cwd: clone },
  );
  assert.is(ran.code, 1);
  assert.match(ran.stderr, "[dest-missing]");
  const own = await runCommand([process.execPath, "node_modules/plop/bin/plop.js", "celery-factory"], { cwd: clone });
  assert.is(own.code, 1);
  assert.match(own.stderr, "[dest-is-the-pack]");
});

/** A code block of docs/composing.md, by the file name in its first line. */
function fromDocs(name: string): string {
  const docs = readFileSync(path.join(repository, "docs/composing.md"), "utf8");
  const block = new RegExp(`\\n\`\`\`js\\n(// ${name}\\n[^]*?)\\n\`\`\`\\n`).exec(docs);
  if (!block) throw new Error(`docs/composing.md has no block ${name}`);
  return block[1]!;
}

const factory = "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n";

test("docs: loaded by its name beside three other packs and a team's own generator", async () => {
  for (const name of ["remove", "json-modify", "fancy-comments"].map((one) => `plop-pack-${one}`)) {
    symlinkSync(path.join(modules, name), path.join(team, "node_modules", name));
  }
  writeTree({ "plopfile.mjs": fromDocs("plopfile.mjs"), "site/app.py": factory }, team);
  const mine = await plop("component");
  assert.is(mine.code, 0, mine.stderr);
  assert.match(mine.stderr, "a component");
  const preview = await plop("acme-celery-factory", "--dest", "site", "--", "--preview", "json");
  assert.is(preview.code, 0, preview.stderr);
  const plan = JSON.parse(preview.stdout);
  assert.is(plan.answers.broker, "rabbitmq");
  assert.is(plan.answers.config, "environment");
  assert.ok(plan.next.some((line: string) => line.includes("celery-verify")));
  const made = plan.changes.find((change: { path: string }) => change.path === "celery_app.py");
  assert.match(made.diff, /Owned by the platform team\."""\n/);
  assert.equal(readdirSync(path.join(team, "site")), ["app.py"]);
});

test("the bin needs no plopfile", async () => {
  const bin = path.join(installed, "dist/bin.js");
  const args = ["celery-factory", "--broker", "redis", "--preview", "json"];
  const { code, stdout, stderr } = await runCommand([process.execPath, bin, ...args], { cwd: path.join(team, "site") });
  assert.is(code, 0, stderr);
  assert.is(JSON.parse(stdout).answers.broker, "redis");
  assert.equal(readdirSync(path.join(team, "site")), ["app.py"]);
});

test("docs: our generator is a step of a team's own action list", async () => {
  writeTree({ "steps.mjs": fromDocs("steps.mjs"), "second/app.py": factory }, team);
  const { code, stderr } = await plop("--plopfile", "steps.mjs", "service", "--dest", "second");
  assert.is(code, 0, stderr);
  assert.match(stderr, "celery-factory: ");
  assert.is(readFileSync(path.join(team, "second/OWNERS"), "utf8"), "platform\n");
  assert.match(readFileSync(path.join(team, "second/app.py"), "utf8"), "celery_init_app(app)");
});

test("docs: a team's own generator on our stages edits, twice is once, and asks for what is missing", async () => {
  writeTree({ "own.mjs": fromDocs("own.mjs"), "third/app.py": factory }, team);
  const own = (...args: string[]) => plop("--plopfile", "own.mjs", "team-name", "--dest", "third", ...args);
  const missing = await own();
  assert.is(missing.code, 1);
  assert.match(missing.stderr, "team: nothing in the project names the team.");
  for (const summary of ["1 file edited", "nothing to change"]) {
    const { code, stderr } = await own("--", "--team", "Platform");
    assert.is(code, 0, stderr);
    assert.match(stderr, summary);
    const expected = factory.replace("    return", '    app.config["TEAM"] = "platform"\n    return');
    assert.is(readFileSync(path.join(team, "third/app.py"), "utf8"), expected);
  }
});

test("its types are right for a strict consumer, with and without skipLibCheck for our own files", async () => {
  writeTree(
    {
      "use.ts": `import register, { celeryFactory, defineGenerator, previewPrompt, runGenerator, step, UserError, yesNo } from "plop-pack-flask-celery";
      import { blueprintTask } from "plop-pack-flask-celery/api";
      import { generator as celery } from "plop-pack-flask-celery/generators/celery-factory";
      export const steps = [...celeryFactory({ broker: "redis" }), ...blueprintTask({ blueprint: "users" }), ...step(celery, { config: "object" })];
      // @ts-expect-error there is no such broker
      celeryFactory({ broker: "kafka" });
      // @ts-expect-error there is no such style of configuration
      step(celery, { config: "yaml" });
      export const generator = defineGenerator({
        name: "x",
        description: "",
        prompts: [yesNo("loud", "Loud?", { yes: "", no: "" }, () => ({ value: "no", certain: true })), previewPrompt],
        async plan(context, answers) {
          const source = context.project.parse("app.py");
          const lines: number = source?.tree.rootNode.endPosition.row ?? 0;
          const loud: "yes" | "no" = answers.loud;
          // @ts-expect-error no prompt asks for it
          answers.quiet;
          context.changes.write("x.txt", String(lines) + loud);
          return { generator: "x", target: "", answers, changes: context.changes, manual: [], install: null, warnings: [], next: [] };
        },
      });
      export const run = (): Promise<unknown> => runGenerator(generator, { root: "." }).catch((e: UserError) => e.code);
      export default register;
      `,
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          module: "NodeNext",
          target: "ES2022",
          strict: true,
          noEmit: true,
          types: ["node"],
          typeRoots: [path.join(modules, "@types")],
        },
        files: ["use.ts"],
      }),
    },
    team,
  );
  const tsc = path.join(modules, "typescript/bin/tsc");
  const { stdout } = await runCommand([process.execPath, tsc, "-p", "."], { cwd: team });
  // Plop's own types have errors of their own; ours must have none.
  const ours = stdout.split("\n").filter((line) => /^(use\.ts|node_modules\/plop-pack)/.test(line));
  assert.equal(ours, []);
});

test.run();
