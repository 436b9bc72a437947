import type { Node } from "../../python/index.ts";
import { celeryObjects } from "../celery/objects.ts";
import type { FlaskApp } from "../project.ts";
import type { Reading } from "../reading.ts";
import { type FoundSettings, findSettings } from "./found.ts";
import { placeSettings, type SettingsPlacement } from "./places.ts";
import { type ConfigSource, configSources } from "./sources.ts";

export type { FoundSettings } from "./found.ts";
export type { SettingsPlace, SettingsPlacement } from "./places.ts";

/** A value of the `config` prompt: a `CELERY` mapping, environment variables alone, or flat `CELERY_*` keys. */
export type ConfigStyle = "object" | "environment" | "namespace";

/** How an application keeps its settings. */
export interface ConfigFacts {
  /** The answer of the `config` prompt that goes with it. */
  style: ConfigStyle;
  /** Celery settings that are already there: nothing is added then. */
  found: FoundSettings | null;
  /** Where a `CELERY` mapping goes. */
  placement: SettingsPlacement;
}

/**
 * Reads how the application is configured and where Celery's settings go.
 *
 * @see https://flask.palletsprojects.com/en/stable/config/
 */
export function surveyConfig(reading: Reading, app: FlaskApp): ConfigFacts {
  const sources = configSources(reading, app);
  const found = findSettings(reading, sources);
  const placement = placeSettings(reading, app, sources);
  return { style: styleOf(reading, sources, found, placement), found, placement };
}

function styleOf(
  reading: Reading,
  sources: readonly ConfigSource[],
  found: FoundSettings | null,
  placement: SettingsPlacement,
): ConfigStyle {
  if (found) return found.form === "flat" ? "namespace" : "object";
  // Our own integration without any setting in Flask's config takes them from the environment.
  if (celeryObjects(reading).some(({ kind }) => kind === "ours")) return "environment";
  if (placement.kind !== "factory-default") return "object";
  const kinds = new Set(sources.map((source) => source.kind));
  if (kinds.has("classes") || kinds.has("module") || kinds.has("unknown") || kinds.has("mapping")) return "object";
  const items = sources.filter(({ kind }) => kind === "items");
  if (items.length > 0) return items.every(({ use }) => readsEnvironment(use.node)) ? "environment" : "object";
  if (kinds.has("prefixed-env")) return "namespace";
  return kinds.has("envvar") ? "environment" : "object";
}

function readsEnvironment(node: Node): boolean {
  const right = node.type === "assignment" ? node.childForFieldName("right") : node;
  return /\b(environ|getenv|env|config)\b\s*[.([]/.test(right?.text ?? "");
}
