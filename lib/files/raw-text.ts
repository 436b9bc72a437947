/** Text whose every byte survives an edit, whatever its encoding: one character is one byte (or one UTF-16 unit). */

export interface RawText {
  /** The content after a byte-order mark. Characters beyond ASCII stand for single bytes: compare ASCII only. */
  readonly text: string;
  /** The line end that the file uses most; "\n" when it has none. */
  readonly eol: "\n" | "\r\n";
  /** Turns an edited `text` back into bytes, the byte-order mark included. */
  encode(text: string): Uint8Array;
}

/** Reads bytes for editing. PowerShell's `pip freeze > requirements.txt` makes UTF-16, so that is read as well. */
export function readRaw(bytes: Uint8Array): RawText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = buffer[0] === 0xff && buffer[1] === 0xfe && buffer.length % 2 === 0;
  const encoding = wide ? "utf16le" : "latin1";
  const mark = wide ? 2 : buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
  const text = buffer.subarray(mark).toString(encoding);
  const pairs = text.split("\r\n").length - 1;
  const lines = text.split("\n").length - 1;
  return {
    text,
    eol: pairs > lines / 2 ? "\r\n" : "\n",
    encode: (edited) => Buffer.concat([buffer.subarray(0, mark), Buffer.from(edited, encoding)]),
  };
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
