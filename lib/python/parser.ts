import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Parser } from "web-tree-sitter";
import { Node, Symbols, type SyntaxTree } from "./tree.ts";

let parser: Parser | null = null;
let symbols: Symbols | null = null;
let loading: Promise<void> | null = null;

/** Loads the two WASM files; once per process, some 15 ms. Call it before anything else in this folder. */
export function loadParser(): Promise<void> {
  // Two that start at once wait for the same load.
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  // Loaded here, so that a team's other generators do not wait for it.
  const { Language, Parser } = await import("web-tree-sitter");
  await Parser.init({ wasmBinary: readFileSync(findWasm("web-tree-sitter", "web-tree-sitter.wasm")) });
  const python = await Language.load(readFileSync(findWasm("tree-sitter-python", "tree-sitter-python.wasm")));
  const loaded = new Parser();
  loaded.setLanguage(python);
  symbols = new Symbols(python);
  parser = loaded;
}

/** Parses Python text. Node offsets are UTF-16 indices into `text`. */
export function parseText(text: string): SyntaxTree {
  if (!parser || !symbols) throw new Error("loadParser() has not been called");
  const tree = parser.parse(text);
  if (!tree) throw new Error("tree-sitter returned no tree");
  return { rootNode: new Node(tree.rootNode, null, { text, symbols }), delete: () => tree.delete() };
}

/** The build copies the WASM files into dist/; from source they are in their npm packages. */
function findWasm(pack: string, file: string): string {
  for (let dir = import.meta.dirname, depth = 0; depth < 3; dir = path.dirname(dir), depth++) {
    if (existsSync(path.join(dir, file))) return path.join(dir, file);
  }
  return createRequire(import.meta.url).resolve(`${pack}/${file}`);
}
