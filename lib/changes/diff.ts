import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";
import { sameBytes } from "./change-set.ts";
import type { Change } from "./types.ts";

/**
 * The change as a unified diff, as `git diff` and `patch` know it: `a/` and `b/` before the paths, `/dev/null` for a
 * new file. A file that is not UTF-8 is shown as latin-1; one with NUL bytes by one line that names it.
 * @returns "" when nothing changes. Control characters are shown as pictures (␛), so that the text is safe on a terminal
 */
export function unifiedDiff(change: Change): string {
  const { path, before, after } = change;
  if (sameBytes(before, after)) return "";
  const [from, to] = [before === null ? "/dev/null" : `a/${path}`, `b/${path}`];
  if (after.includes(0) || before?.includes(0)) return `Binary files ${from} and ${to} differ\n`;
  const decode = decoderFor(before, after);
  const patch = structuredPatch(from, to, before ? decode(before) : "", decode(after), undefined, undefined, {
    context: 3,
  });
  return showControls(formatPatch(patch, FILE_HEADERS_ONLY));
}

/** One encoding for both sides: mixed ones would show every line as changed. */
function decoderFor(...sides: (Uint8Array | null)[]): (bytes: Uint8Array) => string {
  // The BOM is part of the bytes that are compared.
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for (const side of sides) if (side) utf8.decode(side);
    return (bytes) => utf8.decode(bytes);
  } catch {
    return (bytes) => Buffer.from(bytes).toString("latin1");
  }
}

function showControls(text: string): string {
  // Tab, line ends and form feed (which old Python files have between sections) do no harm.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f]/g, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : `<${code.toString(16)}>`;
  });
}
