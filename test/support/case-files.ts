/**
 * Cases as text: test/cases/<topic>.txt holds one case after the other, in the manner of Go's txtar.
 *
 *     === name: why it is a case
 *     { "verdict": "refuse", "code": "factory-unclear" }
 *     -- app/__init__.py --
 *     from flask import Flask
 *     -- after/app/__init__.py --
 *
 * The object may be left out (`interface Case` says what it can hold), and requirements.txt where it only declares Flask. Files below `after/` are the golden ones. Blank lines at the end of a file are not part of it; where every
 * byte counts, the path is followed by `(escaped)`: then `\r`, `\n`, `\xff` and `\\` stand for themselves, and line ends for nothing.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Case } from "./case-checks.ts";
import { writeTree } from "./temp.ts";

export interface CaseText {
  /** `<topic>/<name>`. */
  name: string;
  wanted: Case;
  before: Map<string, Buffer>;
  /** The golden files. */
  after: Map<string, Buffer>;
}

const folder = path.resolve(import.meta.dirname, "../cases");
const DECLARES =
  /^(requirements.*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile|environment\.yml|requirements\/.*)$/;
const REQUIREMENTS = ["requirements.txt", Buffer.from("flask>=3.0\n")] as const;
const GOLDEN = "after/";

/** Every case whose name has `part` in it, in the order of their files. */
export function readCases(part = ""): CaseText[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()
    .flatMap((name) => parseCases(name.slice(0, -".txt".length), readFileSync(path.join(folder, name), "utf8")))
    .filter(({ name }) => name.includes(part));
}

/** Lays the application of a case out in an empty folder. */
export function layOut({ before }: CaseText, root?: string): string {
  return writeTree(Object.fromEntries(before), root);
}

/** A text file that is nothing but `-- path --` sections. */
export function readApp(file: string): Record<string, string> {
  const [, ...parts] = readFileSync(file, "utf8").split(/^-- (.+) --\n/m);
  return Object.fromEntries(
    parts.flatMap((part, at): [string, string][] => (at % 2 === 0 ? [[part, parts[at + 1] ?? ""]] : [])),
  );
}

/** Lays such a file out in a folder. */
export function layOutApp(file: string, root?: string): string {
  return writeTree(readApp(file), root);
}

/** Writes the golden files of a case anew, below what it had. */
export function writeGolden(name: string, after: Map<string, Buffer>): void {
  const [topic = ""] = name.split("/");
  const file = path.join(folder, `${topic}.txt`);
  const cases = readFileSync(file, "utf8").split(/^(?==== )/m);
  const at = cases.findIndex((text) => text.startsWith(`=== ${name.slice(topic.length + 1)}:`));
  const [kept = ""] = (cases[at] ?? "").split(/^-- after\//m);
  const golden = [...after]
    .sort()
    .map(([path, bytes]) => formatFile(GOLDEN + path, bytes))
    .join("");
  cases[at] = `${kept.trimEnd()}\n${golden}\n`;
  writeFileSync(file, `${cases.join("").trimEnd()}\n`);
}

function parseCases(topic: string, text: string): CaseText[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((one) => parseCase(topic, one));
}

function parseCase(topic: string, text: string): CaseText {
  const [head = "", ...files] = text.split(/^-- (.+) --\n/m);
  const [, name = "", why = "", json = ""] = /^([\w-]+): ([^\n]+)\n(.*)$/s.exec(head) ?? [];
  if (!name)
    throw new Error(`test/cases/${topic}.txt: a case begins with "=== name: why", not "${head.split("\n")[0]}"`);
  const given: Partial<Case> = json.trim() ? JSON.parse(json) : {};
  const before = new Map<string, Buffer>();
  const after = new Map<string, Buffer>();
  for (let at = 0; at < files.length; at += 2) {
    const [, path = "", isEscaped] = /^(.+?)( \(escaped\))?$/.exec(files[at] ?? "") ?? [];
    const content = files[at + 1] ?? "";
    const bytes = isEscaped
      ? unescaped(content)
      : Buffer.from(content.trim() === "" ? "" : `${content.replace(/\n+$/, "")}\n`);
    if (path.startsWith(GOLDEN)) after.set(path.slice(GOLDEN.length), bytes);
    else before.set(path, bytes);
  }
  if (given.requirements !== false && ![...before.keys()].some((path) => DECLARES.test(path)))
    before.set(...REQUIREMENTS);
  const wanted = { generator: "celery-factory", verdict: "apply", why, ...given } as const;
  return { name: `${topic}/${name}`, wanted, before, after };
}

function formatFile(path: string, bytes: Buffer): string {
  const text = bytes.toString("utf8");
  const isPlain = Buffer.from(text).equals(bytes) && !/[\r\0\ufeff]|\n\n$|[^\n]$|^\n$/.test(text);
  if (isPlain) return `-- ${path} --\n${text}`;
  return `-- ${path} (escaped) --\n${escaped(bytes)}\n`;
}

function escaped(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replace(/[\\\r\0\x7f-\xff]/g, (one) =>
      one === "\\" ? "\\\\" : one === "\r" ? "\\r" : `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`,
    )
    .replace(/\n/g, "\\n\n")
    .replace(/\\r(?!\\n)/g, "\\r\n")
    .replace(/\n$/, "");
}

function unescaped(text: string): Buffer {
  const bytes = text
    .replace(/\n/g, "")
    .replace(/\\(r|n|\\|x(..))/g, (_, one: string, hex: string) =>
      one === "r" ? "\r" : one === "n" ? "\n" : one === "\\" ? "\\" : String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return Buffer.from(bytes, "latin1");
}
