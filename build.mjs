// Builds what Plop and our own bin load: bundled JavaScript in dist/, and a plopfile.js at the root that a clone's `npx plop` finds.
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const generators = readdirSync("generators").filter((name) => name.endsWith(".ts"));
const entries = ["plopfile.ts", "bin.ts", "index.ts", ...generators.map((name) => `generators/${name}`)];

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: entries.filter(existsSync),
  outdir: "dist",
  outbase: ".",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20",
  format: "esm",
  external: ["plop", "node-plop"],
  // Bundled CommonJS libraries expect `require`.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  logLevel: "warning",
});
for (const wasm of ["web-tree-sitter/web-tree-sitter.wasm", "tree-sitter-python/tree-sitter-python.wasm"]) {
  copyFileSync(require.resolve(wasm), `dist/${wasm.split("/")[1]}`);
}
writeFileSync("plopfile.js", 'export { default } from "./dist/plopfile.js";\n');
