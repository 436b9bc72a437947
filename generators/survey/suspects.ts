import { functionsOf } from "./functions.ts";
import type { Reading } from "./reading.ts";

/** Classes of Flask and of libraries that are subclasses of it, by the module they come from. */
export const FLASK_CLASSES: Readonly<Record<string, readonly string[]>> = {
  flask: ["Flask"],
  "flask.app": ["Flask"],
  apiflask: ["APIFlask"],
  flask_openapi3: ["OpenAPI"],
  flask_api: ["FlaskAPI"],
  eve: ["Eve"],
};

/**
 * Every name of the project that could have to do with a Flask application: classes, functions and variables, found by
 * their text alone, generously. Following the flow of a whole project is slow; whatever names none of these is skipped.
 */
export function suspectNames(reading: Reading): ReadonlySet<string> {
  const names = new Set(Object.values(FLASK_CLASSES).flat());
  const sources = [...reading.sources.values()];
  const functions = sources.flatMap((source) =>
    functionsOf(source).map(({ name, definition }) => ({ name: name.split(".").pop()!, text: definition.text })),
  );
  const texts = sources.map((source) => source.text);
  for (let before = -1; before < names.size; ) {
    before = names.size;
    const any = `\\b(?:${[...names].join("|")})\\b`;
    const mention = new RegExp(any);
    const binding = new RegExp(
      `^[ \\t]*(?:class[ \\t]+)?(\\w+)[ \\t]*(?::[^=\\n]+)?[=(](?!=)[^\\n]{0,160}?(?:\\n[^\\n]{0,80})?${any}|${any}[ \\t]+as[ \\t]+(\\w+)`,
      "gm",
    );
    for (const text of texts) {
      if (!mention.test(text)) continue;
      for (const match of text.matchAll(binding)) names.add((match[1] ?? match[2])!);
    }
    for (const { name, text } of functions) {
      if (!names.has(name) && /\breturn\b/.test(text) && mention.test(text)) names.add(name);
    }
    // A runaway set would make the filter useless, not wrong; stop widening it.
    if (names.size > 500) break;
  }
  return names;
}
