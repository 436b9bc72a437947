// Builds what Plop and our own bin load: bundled JavaScript and types in dist/, and a plopfile.js at the root that a clone's `npx plop` finds.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { build, transformSync } from "esbuild";

const require = createRequire(import.meta.url);
process.chdir(import.meta.dirname);
const generators = readdirSync("generators").filter((name) => name.endsWith(".ts"));

// Built beside dist/ and swapped at the end, so that a build that fails, or a run in the meantime, finds a whole dist/.
mkdirSync(".cache", { recursive: true });
const scratch = mkdtempSync(".cache/build-");
const out = `${scratch}/dist`;
try {
  await bundle();
  copyWasm();
  copyPython();
  compileTemplates();
  writeTypes();
  if (existsSync("dist")) renameSync("dist", `${scratch}/old`);
  renameSync(out, "dist");
  writeFileSync("plopfile.js", 'export { default } from "./dist/plopfile.js";\n');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** One file for all doors: forty took longer to find and to link than to run. */
async function bundle() {
  const doors = ["plopfile", "bin", "index"].map((name) => `export const ${name} = () => require("./${name}.ts");`);
  const modules = generators.map((name) => `"${name.replace(/\.ts$/, "")}": () => require("./generators/${name}")`);
  const { outputFiles } = await build({
    write: false,
    stdin: { contents: `${doors.join("\n")}\nexport const generators = {${modules.join(", ")}};`, resolveDir: "." },
    outfile: `${out}/pack.cjs`,
    bundle: true,
    // A third less to read at every start; names stay as they are.
    minifyWhitespace: true,
    // load.cjs reads one byte a character.
    charset: "ascii",
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["plop"],
    // Its ESM build waits for Node's loader to give it `require`.
    alias: { "web-tree-sitter": require.resolve("web-tree-sitter") },
    define: { "import.meta.url": "__url", "import.meta.dirname": "__dirname" },
    banner: {
      js: 'const __url = require("node:url").pathToFileURL(__filename).href, __import = module.import;',
    },
    logLevel: "warning",
  });
  // A script that Node compiles for somebody can't import by itself: load.cjs does.
  const text = outputFiles[0].text.replaceAll("await import(", "await __import(");
  if (/(?<![\w$."'])import\(/.test(text)) throw new Error("dist/pack.cjs imports what load.cjs can't import for it");
  mkdirSync(out);
  writeFileSync(`${out}/pack.cjs`, text);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  writeFileSync(`${out}/load.cjs`, readFileSync("load.cjs", "utf8").replace("pack-BUILD-", `pack-${hash}-`));
  writeDoors();
}

/** What Node, Plop and a team import, with the names that each exports. */
function writeDoors() {
  const pack = require(path.resolve(out, "pack.cjs"));
  const door = (name, code, up = "./") =>
    writeFileSync(`${out}/${name}.js`, `import pack from "${up}load.cjs";\n${code}`);
  const exported = (call, module) => {
    const names = Object.keys(module).filter((name) => name !== "default");
    const byName = names.length > 0 ? `export const { ${names.join(", ")} } = ${call};\n` : "";
    return byName + ("default" in module ? `export default ${call}.default;\n` : "");
  };
  writeFileSync(`${out}/bin.js`, '#!/usr/bin/env node\nimport pack from "./load.cjs";\npack.bin();\n', { mode: 0o755 });
  door("plopfile", exported("pack.plopfile()", pack.plopfile()));
  door("index", exported("pack.index()", pack.index()));
  mkdirSync(`${out}/generators`);
  for (const [name, load] of Object.entries(pack.generators)) {
    door(`generators/${name}`, exported(`pack.generators["${name}"]()`, load()), "../");
  }
}

function copyWasm() {
  for (const wasm of ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-python/tree-sitter-python.wasm"]) {
    copyFileSync(require.resolve(wasm), `${out}/${wasm.split("/")[1]}`);
  }
}

/** What celery-verify runs in the project's own interpreter. */
function copyPython() {
  const filter = (name) => !name.includes("__pycache__");
  cpSync("generators/verify/python", `${out}/verify/python`, { recursive: true, filter });
}

/** Compiling Handlebars takes longer than everything else of a run. */
function compileTemplates() {
  const names = readdirSync("templates", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".hbs"));
  const texts = names.sort().map((name) => {
    const text = readFileSync(path.join("templates", name), "utf8").replaceAll("\r\n", "\n");
    return [name.split(path.sep).join("/").slice(0, -".hbs".length), text];
  });
  writeSpecs(`${out}/templates.cjs`, texts);
  mkdirSync(`${out}/versions`);
  for (const name of readdirSync("templates/versions")) {
    const kept = JSON.parse(gunzipSync(readFileSync(`templates/versions/${name}`)));
    writeSpecs(`${out}/versions/${name.replace(".json.gz", ".cjs")}`, Object.entries(kept));
  }
}

function writeSpecs(file, texts) {
  const handlebars = require("handlebars");
  const options = { noEscape: true, strict: true };
  const specs = texts.map(([key, text]) => `${JSON.stringify(key)}: ${handlebars.precompile(text, options)}`);
  const { code } = transformSync(`module.exports = {\n${specs.join(",\n")}\n};`, { minify: true, format: "cjs" });
  writeFileSync(file, code);
}

/** Types of index.ts, of the generators, and of what these name, without the rest. */
function writeTypes() {
  const tsc = path.join(path.dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const types = path.resolve(scratch, "types");
  const options = ["--noEmit", "false", "--noCheck", "--declaration", "--emitDeclarationOnly", "--rootDir", "."];
  const ran = spawnSync(process.execPath, [tsc, "-p", ".", ...options, "--outDir", types], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`tsc could not write the types:\n${ran.stdout}${ran.stderr}`);
  const parserFolder = path.dirname(require.resolve("web-tree-sitter"));
  // The library's types name one of a package that it does not depend on.
  const parserTypes = `${readFileSync(path.join(parserFolder, "web-tree-sitter.d.ts"), "utf8")}\ninterface EmscriptenModule {}\n`;
  const waiting = ["index.d.ts", ...generators.map((name) => `generators/${name.replace(/\.ts$/, ".d.ts")}`)];
  for (const name of waiting) {
    const text = readFileSync(path.join(types, name), "utf8");
    // Without this, a strict consumer would miss the types of a library that is bundled.
    const parser = text.includes('"web-tree-sitter"') ? '/// <reference path="./web-tree-sitter.d.ts" />\n' : "";
    mkdirSync(path.join(out, path.dirname(name)), { recursive: true });
    const up = path.posix.relative(path.posix.dirname(name), ".") || ".";
    const published = text.replace(/((?:from|import\()\s*"\.[^"]*)\.ts"/g, '$1.js"');
    writeFileSync(path.join(out, name), parser.replace("./", `${up}/`) + published);
    if (parser) writeFileSync(`${out}/web-tree-sitter.d.ts`, parserTypes);
    for (const [, imported] of text.matchAll(/(?:from|import\()\s*"(\.[^"]*)\.ts"/g)) {
      const next = `${path.posix.join(path.posix.dirname(name), imported)}.d.ts`;
      if (!waiting.includes(next)) waiting.push(next);
    }
  }
}
