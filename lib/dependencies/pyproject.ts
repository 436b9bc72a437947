/** pyproject.toml and Pipfile: which dependency lists they hold. */
import { parse } from "smol-toml";
import { lineAt, readRaw } from "../files/raw-text.ts";
import { normalizeName, parseRequirement } from "./requirements.ts";
import { scanToml } from "./toml.ts";
import type { DependencyFile } from "./types.ts";

type Table = Record<string, unknown>;

export interface Pyproject {
  files: DependencyFile[];
  /** Names of the `[tool.*]` tables: uv, poetry, pdm … */
  tools: ReadonlySet<string>;
  /** Requirement files that setuptools takes the dependencies from: `dependencies = {file = ["requirements.txt"]}`. */
  dynamicFiles: readonly string[];
}

/** Reads pyproject.toml; nothing for one that is no TOML. One without a dependency list makes no file. */
export function readPyproject(path: string, bytes: Uint8Array): Pyproject {
  const empty: Pyproject = { files: [], tools: new Set(), dynamicFiles: [] };
  const document = parseToml(bytes);
  if (!document) return empty;
  const tool = asTable(document.tool);
  const project = asTable(document.project);
  const dynamic = asStrings(project.dynamic).includes("dependencies");
  const files: DependencyFile[] = [];
  const list = asTable(document.project) === document.project && !dynamic ? asStrings(project.dependencies) : null;
  const flit = asTable(asTable(tool.flit).metadata).requires;
  const poetry = asTable(asTable(tool.poetry).dependencies);
  if (list) files.push(makeFile(path, "pyproject-pep621", list.map(keyOf), bytes));
  else if (Array.isArray(flit)) files.push(makeFile(path, "pyproject-pep621", asStrings(flit).map(keyOf), bytes));
  // Poetry 2 declares in [project] and keeps only sources and groups in its own table.
  if (Object.keys(poetry).some((name) => name !== "python") || (tool.poetry && !list)) {
    files.push(makeFile(path, "poetry", Object.keys(poetry).map(normalizeName), bytes));
  }
  const file = asTable(asTable(asTable(asTable(tool.setuptools).dynamic).dependencies)).file;
  return {
    files,
    tools: new Set(Object.keys(tool)),
    dynamicFiles: dynamic ? (typeof file === "string" ? [file] : asStrings(file)) : [],
  };
}

/** The name in `[project]` or Poetry's own table; "" without one. */
export function readProjectName(bytes: Uint8Array): string {
  const document = parseToml(bytes) ?? {};
  const name = asTable(document.project).name ?? asTable(asTable(document.tool).poetry).name;
  return typeof name === "string" ? name : "";
}

/** Reads a Pipfile; null when it is no TOML. */
export function readPipfile(path: string, bytes: Uint8Array): DependencyFile | null {
  const document = parseToml(bytes);
  return document ? makeFile(path, "pipfile", Object.keys(asTable(document.packages)).map(normalizeName), bytes) : null;
}

/** The pins among what the file declares: `flask==3.0.3`, and Poetry's or Pipenv's exact versions. */
export function readTomlPins(bytes: Uint8Array): Map<string, string> {
  const document = parseToml(bytes) ?? {};
  const pins = new Map<string, string>();
  for (const text of asStrings(asTable(document.project).dependencies)) {
    const requirement = parseRequirement(text);
    const version = /^={2,3}([\w.!+-]+)$/.exec(requirement?.specifier ?? "")?.[1];
    if (requirement && version) pins.set(requirement.key, version);
  }
  const tables = [asTable(document.packages), asTable(asTable(asTable(document.tool).poetry).dependencies)];
  for (const [name, value] of tables.flatMap((table) => Object.entries(table))) {
    const written = typeof value === "string" ? value : asTable(value).version;
    const version = typeof written === "string" ? /^(?:==)?(\d[\w.]*)$/.exec(written)?.[1] : undefined;
    if (version) pins.set(normalizeName(name), version);
  }
  return pins;
}

/** Parses TOML; null when it is none. */
export function parseToml(bytes: Uint8Array): Table | null {
  try {
    return parse(
      Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\uFEFF/, ""),
    );
  } catch {
    return null;
  }
}

export function asTable(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function asStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function keyOf(text: string): string {
  return parseRequirement(text)?.key ?? "";
}

function makeFile(
  path: string,
  kind: DependencyFile["kind"],
  names: readonly string[],
  bytes: Uint8Array,
): DependencyFile {
  const { text } = readRaw(bytes);
  const tables = {
    "pyproject-pep621": /^(?:project\.dependencies|tool\.flit\.metadata\.requires)$/,
    poetry: /^tool\.poetry\.dependencies(?:\.flask)?$/i,
    pipfile: /^packages(?:\.flask)?$/i,
  }[kind as string];
  const places = scanToml(text).filter(
    ({ table, key }) => tables?.test(key ? `${table}.${key}` : table) || tables?.test(table),
  );
  const flask = places.find(({ key }) => key.toLowerCase() === "flask") ?? places[0];
  const inList =
    kind === "pyproject-pep621" && flask ? /["']flask\b(?!-)/i.exec(text.slice(flask.value, flask.end)) : null;
  const offset = flask ? (inList ? flask.value + inList.index : flask.start) : 0;
  return {
    path,
    kind,
    declares: [...new Set(names)].filter((name) => name !== "" && name !== "python"),
    generated: false,
    hashed: false,
    line: lineAt(text, offset),
  };
}
