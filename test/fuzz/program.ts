/** Random application factories, composed from parts that real ones have. Every program compiles and runs under stage.py's stubs. */
import fc from "fast-check";
import { block } from "./blocks.ts";
import { binding, leaving, type Part } from "./parts.ts";

export interface Program {
  /** Path of the factory's file. */
  path: string;
  /** Name of the function. */
  factory: string;
  /** What the factory must be called with, as Python source. */
  arguments: string;
  /** Other files of the project. */
  files: Record<string, string>;
  /** The file's text with "\n" and four-space steps written as tabs at line starts. */
  text: string;
  style: Style;
}

export interface Style {
  indent: string;
  eol: "\n" | "\r\n" | "mixed";
  bom: boolean;
  encoding: "utf-8" | "latin-1";
  finalNewline: boolean;
}

const signature = fc.constantFrom(
  { text: "()", given: "" },
  { text: "(config=None)", given: "" },
  { text: "(config=None, *, testing=False)", given: "" },
  { text: "(*, testing: bool = False, **options)", given: "" },
  { text: "(*args, **kwargs)", given: "" },
  { text: "() -> Flask", given: "" },
  { text: "(config: dict[str, int] | None = None) -> 'Flask'", given: "" },
  { text: "(\n\tconfig=None,  # return app\n\t*,\n\tdebug=False,\n)", given: "" },
  { text: "(a=lambda: None, b={}, /, c=(1, 2))", given: "" },
  { text: "(stage)", given: '"live"' },
  { text: "(*, stage)", given: 'stage="live"' },
);

const header = fc.constantFrom(
  "",
  '"""The app."""\n',
  '"""The app.\n\nreturn app\n"""\nfrom __future__ import annotations\n\n',
  "#!/usr/bin/env python\n# return app\n",
  "# é ü ñ\n",
  '"""Ærø 漢字 \u{1F955}"""\n',
);

const moduleLevel = fc.constantFrom(
  "",
  "def other():\n\treturn 1\n\n\n",
  "app = None\n\n\n",
  "LIMIT = 3\n\n\n",
  'HELP = """\ndef create_app():\n\treturn app\n"""\n\n\n',
);

const IMPORTS =
  "import flask\nfrom flask import Blueprint, Flask\nfrom world import Middleware, Stub, boom, flag, mark, more, suppress, traced\n";
const SHOP = "\n\nclass Shop(Flask):\n\tdef me(self):\n\t\treturn self\n\n\n";

const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.oneof({ weight: 6, arbitrary: fc.constant("    ") }, fc.constantFrom("\t", "  ", " ", "   ", "        ")),
  eol: fc.oneof({ weight: 5, arbitrary: fc.constant<"\n">("\n") }, fc.constantFrom<"\r\n" | "mixed">("\r\n", "mixed")),
  bom: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
  encoding: fc.oneof({ weight: 6, arbitrary: fc.constant<"utf-8">("utf-8") }, fc.constant<"latin-1">("latin-1")),
  finalNewline: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
});

/** A project with one factory. */
export const program: fc.Arbitrary<Program> = fc
  .record({
    path: fc.constantFrom("app/__init__.py", "app/__init__.py", "app/main.py", "app.py"),
    factory: fc.constantFrom("create_app", "create_app", "create_app", "make_app", "build_application"),
    app: fc.constantFrom("app", "app", "application", "web"),
    hostility: fc.constantFrom(0, 0, 1, 4),
    header,
    moduleLevel,
    signature,
    decorated: fc.constantFrom("", "", "", "@traced\n"),
    globalName: fc.constantFrom(false, false, false, true),
    bindFirst: fc.oneof({ weight: 12, arbitrary: fc.constant(true) }, fc.constant(false)),
    style,
  })
  .chain((shape) =>
    fc
      .tuple(
        binding(shape.app),
        block(shape.app, 3, shape.hostility),
        fc.option(leaving(shape.app), { freq: 9, nil: [] }),
      )
      .map(([bind, body, end]) => {
        // An annotation is a promise of the user's: it may stand only where it is kept.
        const isKept = shape.hostility === 0 && shape.bindFirst;
        const signature = isKept ? shape.signature.text : shape.signature.text.replace(/ -> .*$/, "");
        const isGlobal = shape.globalName && canBeGlobal([bind, body]);
        const first = isGlobal ? [`global ${shape.app}`] : [];
        const lines = [...first, ...(shape.bindFirst ? bind : []), ...body, ...end];
        const head = `${shape.decorated}def ${shape.factory}${signature}:`;
        const definition = writeOut([{ head, body: lines.length > 0 ? lines : ["pass"] }], 0);
        const global = isGlobal ? `${shape.app} = None\n\n\n` : "";
        return finish(shape, `${shape.header}${IMPORTS}${SHOP}${shape.moduleLevel}${global}${definition}`);
      }),
  );

/** Python forbids an annotation or `nonlocal` of a name that the function declares as global. */
function canBeGlobal(parts: Part): boolean {
  return !/: Flask =|nonlocal/.test(JSON.stringify(parts));
}

function finish(
  shape: { path: string; factory: string; signature: { given: string }; style: Style },
  text: string,
): Program {
  const { path, factory, signature, style } = shape;
  const module = path.replace(/(\/__init__)?\.py$/, "").replace("/", ".");
  const files: Record<string, string> = { "requirements.txt": "flask\n" };
  if (path === "app/main.py") files["app/__init__.py"] = "";
  if (signature.given)
    files["wsgi.py"] = `from ${module} import ${factory}\n\napplication = ${factory}(${signature.given})\n`;
  return { path, factory, arguments: signature.given, files, text, style };
}

/** One tab a level; lines inside of triple quotes are indented as well, which changes nothing that matters here. */
function writeOut(parts: readonly Part[], level: number): string {
  const pad = "\t".repeat(level);
  return parts
    .map((part) => {
      if (Array.isArray(part)) return writeOut(part, level);
      if (typeof part === "string") return part === "" ? "\n" : `${part.replace(/^/gm, pad)}\n`;
      const body = part.body.every(isEmpty) ? [...part.body, "pass"] : part.body;
      return `${part.head.replace(/^/gm, pad)}\n${writeOut(body, level + 1)}`;
    })
    .join("");
}

function isEmpty(part: Part): boolean {
  if (Array.isArray(part)) return part.every(isEmpty);
  return typeof part === "string" && (part === "" || part.startsWith("#"));
}

/** The bytes of a program's file in its style. */
export function encodeProgram({ text, style }: Program): Buffer {
  let result = text.replace(/^\t+/gm, (tabs) => style.indent.repeat(tabs.length));
  const coding = style.encoding === "latin-1" && !style.bom;
  if (coding) result = `# -*- coding: latin-1 -*-\n${result.replace(/./gu, (one) => (one > "\u00ff" ? "é" : one))}`;
  if (!style.finalNewline) result = result.replace(/\n+$/, "");
  let odd = 0;
  if (style.eol === "\r\n") result = result.replace(/\n/g, "\r\n");
  if (style.eol === "mixed") result = result.replace(/\n/g, () => (++odd % 3 === 0 ? "\r\n" : "\n"));
  const body = Buffer.from(result, coding ? "latin1" : "utf8");
  return style.bom ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]) : body;
}
