import { UserError } from "../errors/index.ts";
import { parseText } from "./parser.ts";
import type { SourceFile } from "./source.ts";
import type { SyntaxTree } from "./tree.ts";

const BOM = [0xef, 0xbb, 0xbf];
/** Bytes; what people write has a hundredth of it, and a file of data would take minutes and gigabytes to parse. */
const LARGEST = 8 * 1024 * 1024;
/** PEP 263: a magic comment in the first or second line. */
const CODING = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/**
 * Decodes one Python file; its tree is made when it is first asked for.
 *
 * @param path - relative path, for messages
 * @param bytes - the file as it is on disk
 * @throws UserError `source-encoding` when the bytes can't be decoded and encoded again without a loss, `source-too-large`
 */
export function readSource(path: string, bytes: Uint8Array): SourceFile {
  if (bytes.length > LARGEST) throw tooLarge(path, bytes.length);
  const bom = BOM.every((byte, index) => bytes[index] === byte);
  const body = bom ? bytes.subarray(3) : bytes;
  const encoding = bom ? "utf-8" : declaredEncoding(path, body);
  const text = decode(path, body, encoding);
  // Parsed when it is first asked for: most files answer most questions by their text alone.
  let tree: SyntaxTree | null = null;
  return {
    path,
    bytes,
    text,
    encoding,
    bom,
    get eol() {
      return mainLineEnd(text);
    },
    get tree() {
      tree ??= parseText(text);
      return tree;
    },
    get broken() {
      return this.tree.rootNode.hasError;
    },
  };
}

/**
 * Turns text back into bytes as the file had them: same encoding, same BOM.
 *
 * @throws UserError `source-encoding` when the text holds a character that the encoding lacks
 */
export function encodeSource(source: Pick<SourceFile, "path" | "encoding" | "bom">, text: string): Uint8Array {
  const body = source.encoding === "latin-1" ? Buffer.from(text, "latin1") : Buffer.from(text, "utf8");
  if (source.encoding === "latin-1" && body.toString("latin1") !== text) {
    throw encodingError(source.path, "the change holds a character that this file's encoding, latin-1, does not have");
  }
  return source.bom ? Buffer.concat([Buffer.from(BOM), body]) : body;
}

function declaredEncoding(path: string, body: Uint8Array): "utf-8" | "latin-1" {
  const head = Buffer.from(body.subarray(0, 400))
    .toString("latin1")
    .split(/\r\n|\r|\n/, 2);
  const name = head.map((line) => CODING.exec(line)?.[1]).find(Boolean);
  const normal = name?.toLowerCase().replace(/_/g, "-");
  if (!normal || ["utf-8", "utf8", "ascii", "us-ascii"].includes(normal)) return "utf-8";
  if (["latin-1", "latin1", "iso-8859-1", "iso8859-1"].includes(normal)) return "latin-1";
  throw encodingError(path, `it declares the encoding ${name}, which this tool does not write`);
}

function decode(path: string, body: Uint8Array, encoding: "utf-8" | "latin-1"): string {
  if (encoding === "latin-1") return Buffer.from(body).toString("latin1");
  try {
    // ignoreBOM keeps a second BOM as a character, so that encoding gives the same bytes again.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw encodingError(path, "its bytes are not valid UTF-8 and it declares no other encoding");
  }
}

function encodingError(path: string, why: string): UserError {
  return new UserError({
    code: "source-encoding",
    what: `${path} can't be read as Python text.`,
    why,
    fix: "save the file as UTF-8 (or declare `# -*- coding: latin-1 -*-`) and run the command again",
  });
}

function tooLarge(path: string, size: number): UserError {
  return new UserError({
    code: "source-too-large",
    what: `${path} was not read.`,
    why: `it has ${Math.round(size / 1024 / 1024)} MiB, and Python source of more than ${LARGEST / 1024 / 1024} MiB is taken for data`,
    fix: "keep the application in a file without the data, or name it with --target",
  });
}

function mainLineEnd(text: string): "\n" | "\r\n" | "\r" {
  const windows = text.split("\r\n").length - 1;
  const unix = text.split("\n").length - 1 - windows;
  const mac = text.split("\r").length - 1 - windows;
  if (windows > unix && windows >= mac) return "\r\n";
  return mac > unix ? "\r" : "\n";
}
