import type { Reading } from "../reading.ts";

/** Classes of Flask and of libraries that are subclasses of it, by the module they come from. */
export const FLASK_CLASSES: Readonly<Record<string, readonly string[]>> = {
  flask: ["Flask"],
  "flask.app": ["Flask"],
  apiflask: ["APIFlask"],
  flask_openapi3: ["OpenAPI"],
  flask_api: ["FlaskAPI"],
  eve: ["Eve"],
};

const cache = new WeakMap<Reading["sources"], { size: number; names: ReadonlySet<string> }>();

/**
 * Every name of the project that could hold a Flask application, or a class or function that gives one, found by text
 * alone, generously. Following the flow of a whole project is slow; whatever names none of these is skipped.
 */
export function suspectNames(reading: Reading): ReadonlySet<string> {
  const known = cache.get(reading.sources);
  if (known?.size === reading.sources.size) return known.names;
  const texts = [...reading.sources.values()].map((source) => source.text);
  const names = new Set(Object.values(FLASK_CLASSES).flat());
  const handing = [...new Set(texts.flatMap(handingBack))];
  let fresh = [...names];
  // A runaway set would make the filter useless, not wrong; stop widening it.
  while (fresh.length > 0 && names.size <= 500) {
    for (const name of fresh) names.add(name);
    const given = givenNames(texts, fresh, handing);
    fresh = [...given].filter((name) => !names.has(name));
  }
  cache.set(reading.sources, { size: reading.sources.size, names });
  return names;
}

/** Names that get what one of `sources` holds: by assignment, as a subclass, under another name, or as what a function gives. */
function givenNames(texts: readonly string[], sources: readonly string[], handing: readonly string[]): Set<string> {
  const plain = `\\b(?:${sources.join("|")})\\b`;
  // `create_app(…)`, `package.app`; not `app.config`.
  const value = `(?:\\w+[ \\t]*\\.[ \\t]*)*${plain}(?![ \\t]*\\.)`;
  const target = "^[ \\t]*(\\w+)[ \\t]*(?::[^=\\n]+)?";
  const mention = new RegExp(plain);
  const naming = [
    `${target}(?:=[ \\t]*[\\w.]+[ \\t]*)*=(?!=)[\\s(\\\\]*${value}`,
    `${target}=(?!=)[^\\n]{0,160}?(?:\\n[^\\n]{0,80})?\\belse[\\s(]+${value}`,
    `(\\w+)[ \\t]*:=[\\s(]*${value}`,
    `^[ \\t]*class[ \\t]+(\\w+)[ \\t]*\\([^)]*?${plain}`,
    `(?:\\bimport\\b[^\\n]*?|^[ \\t]*)${plain}[ \\t]+as[ \\t]+(\\w+)[ \\t]*(?:[,)#;\\\\]|$)`,
    ...(handing.length > 0 ? [`\\b(${handing.join("|")})[ \\t]*\\([^)]{0,160}?${plain}`] : []),
  ].map((pattern) => new RegExp(pattern, "gm"));
  const returning = new RegExp(
    `\\breturn\\b(?:[^\\n]{0,160}?\\belse\\b)?[\\s(\\\\]*${value}|\\)[ \\t]*->[ \\t]*["']?${value}`,
    "g",
  );
  const found = new Set<string>();
  for (const text of texts) {
    if (!mention.test(text)) continue;
    for (const pattern of naming) for (const match of text.matchAll(pattern)) found.add(match[1]!);
    for (const { index } of text.matchAll(returning)) {
      const name = functionAround(text, index)?.name;
      if (name) found.add(name);
    }
  }
  return found;
}

/** Functions that give back an application that they are given: `def configure(app): …; return app`. */
function handingBack(text: string): string[] {
  return [...text.matchAll(/\breturn[ \t(]+(\w*(?:app|flask|server)\w*)\b(?![ \t]*[\w.([])/gi)].flatMap(
    ({ index, 1: returned }) => {
      const around = functionAround(text, index);
      const header = around ? text.slice(around.start, index).split(/\)[^,)]*:/, 1)[0]! : "";
      return around && new RegExp(`\\b${returned}\\b`).test(header) ? [around.name] : [];
    },
  );
}

/** The nearest `def` above an offset that is indented less than the offset's line. */
function functionAround(text: string, offset: number): { name: string; start: number } | null {
  let width = indentWidth(text, offset);
  for (let end = offset; end > 0; ) {
    const start = text.lastIndexOf("def ", end - 1);
    if (start < 0) return null;
    const name = /^def[ \t]+(\w+)/.exec(text.slice(start, start + 120))?.[1];
    // On the header's own line nothing is indented less.
    if (name && (indentWidth(text, start) < width || !text.slice(start, offset).includes("\n"))) return { name, start };
    end = start;
    width = Math.max(width, 1);
  }
  return null;
}

function indentWidth(text: string, offset: number): number {
  const start = Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, start + 200))![0].length;
}
