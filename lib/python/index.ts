/** Reading and editing Python source: locate with a parser, splice text. Knows nothing about Flask. */

export { cutImport, dropImports } from "./drop-import.ts";
export { type ImportText, importsInText } from "./import-text.ts";
export { type ImportedName, importedNames, importPoint, namesOf } from "./imports.ts";
export { mergeImports } from "./merge-imports.ts";
export { loadParser, parseText } from "./parser.ts";
export { placeImport } from "./place-import.ts";
export { encodeSource, readSource } from "./read.ts";
export type { Edit, SourceFile } from "./source.ts";
export { insertLines, splice, spliceText } from "./splice.ts";
export { STANDARD } from "./standard.ts";
export { indentUnit, inStyleOf, mainQuote } from "./style.ts";
export type { Node, SyntaxTree } from "./tree.ts";
export * from "./walk.ts";
