import { type Node, type SourceFile, stringValue } from "../../python/index.ts";
import { applicationSources, readText, sourcesNaming } from "../names/lookup.ts";
import { isOwnFile } from "../own.ts";
import type { Location } from "../project.ts";
import type { Reading } from "../reading.ts";

/** Files with one of these words are among those that are read. */
const NAMED = /BROKER_URL|RESULT_BACKEND/;
const URL_SETTING = /^(?:CELERY_)?(BROKER_URL|RESULT_BACKEND)$/;
/** What `app.config.from_file()` and its like read. */
const CONFIG_FILE = /\.(toml|json|ya?ml|cfg|ini)$/;
const IN_FILE = /^[ \t]*["']?(?:CELERY_)?(BROKER_URL|RESULT_BACKEND)["']?[ \t]*[:=]/gm;

/** The addresses that the application's own code, or a file that it names, gives to Celery under names of Flask's configuration. */
export function ownUrlSettings(reading: Reading): Set<"broker_url" | "result_backend"> {
  const sources = sourcesNaming(reading, NAMED).filter(({ text }) => !isOwnFile(text));
  const code = applicationSources(reading);
  const isNamed = (path: string) => code.some(({ text }) => text.includes(path.split("/").at(-1)!));
  const files = reading.paths.filter((path) => CONFIG_FILE.test(path) && isNamed(path));
  const inFiles = files.flatMap((path) => [...(readText(reading, path) ?? "").matchAll(IN_FILE)]);
  const inCode = sources.flatMap(namesSet).map((name) => URL_SETTING.exec(name));
  const found = [...inFiles, ...inCode].flatMap((match) => match?.[1] ?? []);
  return new Set(found.map((name) => (name === "BROKER_URL" ? "broker_url" : "result_backend")));
}

/** `NAME = …`, `config["NAME"] = …`, `update(NAME=…)`, `{"NAME": …}`. */
function namesSet(source: SourceFile): string[] {
  return source.tree.rootNode.descendantsOfType(["assignment", "keyword_argument", "pair"]).flatMap((node) => {
    if (node.type === "pair") return stringValue(node.childForFieldName("key")) ?? [];
    const left = node.childForFieldName(node.type === "assignment" ? "left" : "name");
    return (left && nameOfTarget(left)) ?? [];
  });
}

function nameOfTarget(left: Node): string | null {
  if (left.type === "attribute") return left.childForFieldName("attribute")?.text ?? null;
  if (left.type !== "subscript") return left.text;
  // The environment is no configuration of Flask's.
  const isEnvironment = /environ\b/.test(left.childForFieldName("value")?.text ?? "");
  return isEnvironment ? null : stringValue(left.childForFieldName("subscript"));
}

/** `celeryconfig.py` on the import path: Celery reads it by itself, as long as nothing else configures it. */
export function celeryconfigOf(reading: Reading, importRoot: string): { at: Location; names: string[] } | null {
  const path = importRoot ? `${importRoot}/celeryconfig.py` : "celeryconfig.py";
  const source = reading.pathSet.has(path) ? reading.parse(path) : null;
  if (!source) return null;
  const names = [...source.text.matchAll(/^([A-Za-z][A-Za-z_]*)\s*(?::[^=\n]*)?=(?!=)/gm)].map((match) => match[1]!);
  return { at: { path, line: 1 }, names };
}
