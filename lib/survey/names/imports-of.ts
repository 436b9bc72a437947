import { type ImportedName, importedNames, type SourceFile } from "../../python/index.ts";

const importCache = new WeakMap<SourceFile, ImportedName[]>();

/** All imports of a file, made once. */
export function importsOf(source: SourceFile): ImportedName[] {
  const known = importCache.get(source);
  if (known) return known;
  const names = importedNames(source.tree.rootNode);
  importCache.set(source, names);
  return names;
}

/** `from flask import Flask`, `from apiflask import APIFlask`: what we add stands among these. */
export function isFlaskImport({ level, module }: ImportedName): boolean {
  return level === 0 && /^(api)?flask\b/.test(module);
}

const byLocal = new WeakMap<SourceFile, Map<string, ImportedName[]>>();

/** The imports that bind a name in this file, in the order of the text. */
export function importsAs(source: SourceFile, local: string): readonly ImportedName[] {
  let index = byLocal.get(source);
  if (!index) {
    index = new Map();
    for (const item of importsOf(source)) index.set(item.local, [...(index.get(item.local) ?? []), item]);
    byLocal.set(source, index);
  }
  return index.get(local) ?? [];
}
