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
  /** Why, in a few words that a person can check. */
  reason: string;
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
  return { ...styleOf(reading, sources, found, placement), found, placement };
}

function styleOf(
  reading: Reading,
  sources: readonly ConfigSource[],
  found: FoundSettings | null,
  placement: SettingsPlacement,
): Pick<ConfigFacts, "style" | "reason"> {
  if (found?.form === "flat") return { style: "namespace", reason: `the config has ${found.keys[0]} already` };
  if (found) return { style: "object", reason: `the config has ${found.keys[0]} already` };
  // Our own integration without any setting in Flask's config takes them from the environment.
  if (celeryObjects(reading).some(({ kind }) => kind === "ours"))
    return { style: "environment", reason: "celery_init_app is there, and no setting for it in the config" };
  if (placement.kind === "class") return { style: "object", reason: `settings class ${placement.className}` };
  if (placement.kind !== "factory-default") return { style: "object", reason: `settings in ${placement.path}` };
  const kinds = new Set(sources.map((source) => source.kind));
  const items = sources.filter(({ kind }) => kind === "items");
  const fromEnvironment = items.filter(({ use }) => readsEnvironment(use.node));
  if (kinds.has("classes") || kinds.has("module") || kinds.has("unknown") || kinds.has("mapping"))
    return { style: "object", reason: placement.why };
  if (items.length > 0 && fromEnvironment.length === items.length)
    return { style: "environment", reason: "every setting is read from the environment" };
  if (items.length > 0) return { style: "object", reason: "the app sets items of app.config" };
  if (kinds.has("prefixed-env")) return { style: "namespace", reason: "app.config.from_prefixed_env() alone" };
  if (kinds.has("envvar")) return { style: "environment", reason: "app.config.from_envvar() alone" };
  return { style: "object", reason: "the app has no configuration of its own" };
}

function readsEnvironment(node: Node): boolean {
  const right = node.type === "assignment" ? node.childForFieldName("right") : node;
  return /\b(environ|getenv|env|config)\b\s*[.([]/.test(right?.text ?? "");
}
