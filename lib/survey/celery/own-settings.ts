import { applicationSources, readText } from "../names/lookup.ts";
import { isOwnFile } from "../own.ts";
import type { Location } from "../project.ts";
import type { Reading } from "../reading.ts";

/** `CELERY_BROKER_URL = …`, `config["BROKER_URL"] = …`, `update(CELERY_RESULT_BACKEND=…)`, `"BROKER_URL": …`. */
const URL_SETTING =
  /^(?!.*\benviron\b.*\]\s*=)[^#\n]*?\b(?:CELERY_)?(BROKER_URL|RESULT_BACKEND)["']?\]?\s*(?:(?::[^=\n]*)?=(?!=)|:)/gm;

/** What `app.config.from_file()` and its like read. */
const CONFIG_FILE = /\.(toml|json|ya?ml|cfg|ini)$/;

/** The addresses that the application's own code, or a file that it names, gives to Celery under names of Flask's configuration. */
export function ownUrlSettings(reading: Reading): Set<"broker_url" | "result_backend"> {
  const sources = applicationSources(reading).filter(({ text }) => !isOwnFile(text));
  const isNamed = (path: string) => sources.some(({ text }) => text.includes(path.split("/").at(-1)!));
  const files = reading.paths.filter((path) => CONFIG_FILE.test(path) && isNamed(path));
  const texts = [...sources.map(({ text }) => text), ...files.map((path) => readText(reading, path) ?? "")];
  const names = texts.flatMap((text) => [...text.matchAll(URL_SETTING)].map((match) => match[1]));
  return new Set(names.map((name) => (name === "BROKER_URL" ? "broker_url" : "result_backend")));
}

/** `celeryconfig.py` on the import path: Celery reads it by itself, as long as nothing else configures it. */
export function celeryconfigOf(reading: Reading, importRoot: string): { at: Location; names: string[] } | null {
  const path = importRoot ? `${importRoot}/celeryconfig.py` : "celeryconfig.py";
  const source = reading.pathSet.has(path) ? reading.parse(path) : null;
  if (!source) return null;
  const names = [...source.text.matchAll(/^([A-Za-z][A-Za-z_]*)\s*(?::[^=\n]*)?=(?!=)/gm)].map((match) => match[1]!);
  return { at: { path, line: 1 }, names };
}
