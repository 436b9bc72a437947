import type { SyntaxTree } from "./tree.ts";

/** One Python file as it was read: its bytes, its text, and the syntax tree over that text. */
export interface SourceFile {
  /** Path relative to the project root, with forward slashes. */
  readonly path: string;
  /** The bytes as read; an edit keeps every one of them that lies outside its spans. */
  readonly bytes: Uint8Array;
  /** Decoded text without the BOM. Every offset in this package is a UTF-16 index into it. */
  readonly text: string;
  readonly encoding: "utf-8" | "latin-1";
  readonly bom: boolean;
  /** The line end that the file uses most. */
  readonly eol: "\n" | "\r\n" | "\r";
  readonly tree: SyntaxTree;
  /** Whether tree-sitter found a syntax error anywhere in the file. */
  readonly broken: boolean;
}

/** A replacement of `text.slice(start, end)`; an insertion when both are equal. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  /** Written with "\n"; splice() turns it into the file's own line end. */
  readonly text: string;
}
