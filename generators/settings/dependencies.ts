/** Plans the edits of dependency files: byte-exact, in the style of each file, and only where the place is certain. */
import type { ManualStep } from "../flow/plan.ts";
import { readStringList } from "../survey/dependencies/lists.ts";
import { asTable, parseToml } from "../survey/dependencies/pyproject.ts";
import { normalizeName, parseRequirement, readRequirements } from "../survey/dependencies/requirements.ts";
import { findConfigList, findScriptList } from "../survey/dependencies/setup.ts";
import { readRaw } from "../survey/dependencies/text.ts";
import { scanToml } from "../survey/dependencies/toml.ts";
import type { Dependencies, DependencyFile } from "../survey/project.ts";
import { addListElement, addPair } from "./edit-lists.ts";
import { addRequirementLine } from "./edit-requirements.ts";
import { insertAt } from "./splice.ts";

/** A package that the project shall declare. */
export interface Wanted {
  name: string;
  extras?: readonly string[];
  /** Lowest version, e.g. "5.4". */
  minimum: string;
  /** First version that is too new; the next major version when left out. No exact pin is ever invented. */
  below?: string;
}

export interface DependencyPlan {
  edits: { path: string; after: Uint8Array }[];
  manual: ManualStep[];
  /** Commands to run afterwards, as a person types them: what is compiled from an edited file is stale now. */
  next: string[];
}

/** What an extra installs, for a project whose own line for the package is left as it is. */
const EXTRA_PACKAGES: Readonly<Record<string, Wanted>> = {
  redis: { name: "redis", minimum: "4.5.2", below: "" },
  sqlalchemy: { name: "sqlalchemy", minimum: "1.4.48", below: "" },
};
const FLASK: Wanted = { name: "flask", minimum: "2.2", below: "4" };

/**
 * Plans how to declare `wanted`. What is declared already stays as it is, whatever its version; a missing extra becomes a
 * line of its own. A project without any dependency file gets a requirements.txt.
 *
 * @param read Reads a path below the root; null when it does not exist.
 */
export function planDependencies(
  deps: Dependencies,
  wanted: readonly Wanted[],
  read: (path: string) => Uint8Array | null,
): DependencyPlan {
  const plan: DependencyPlan = { edits: [], manual: [], next: [] };
  const targets = deps.files.filter(({ target }) => target);
  if (targets.length === 0 && deps.files.every(({ path }) => path !== "requirements.txt")) {
    const all = wanted.some(({ name }) => normalizeName(name) === "flask") ? wanted : [FLASK, ...wanted];
    const text = all.map((item) => `${writeRequirement(item)}\n`).join("");
    plan.edits.push({ path: "requirements.txt", after: Buffer.from(text) });
    return plan;
  }
  // A file may be two lists at once: pyproject.toml for Poetry and for PEP 621.
  const edited = new Map<string, Uint8Array>();
  for (const file of targets) {
    const bytes = file.path.startsWith("../") ? null : (edited.get(file.path) ?? read(file.path));
    for (const item of listMissing(file, deps, wanted, bytes)) {
      const current = edited.get(file.path) ?? bytes;
      const after = current && !file.hashed && !file.generated ? declare(file, current, item) : null;
      if (after) edited.set(file.path, after);
      else plan.manual.push(explain(file, item));
    }
  }
  plan.edits = [...edited].map(([path, after]) => ({ path, after }));
  plan.next = listStale(deps, edited);
  return plan;
}

/** Adds one requirement to one file; null when there is no place that is certain. */
function declare(file: DependencyFile, bytes: Uint8Array, item: Wanted): Uint8Array | null {
  const raw = readRaw(bytes);
  const { text, eol } = raw;
  const requirement = writeRequirement(item);
  switch (file.kind) {
    case "requirements":
    case "requirements-in":
      return raw.encode(addRequirementLine(raw, item.name, requirement));
    case "setup-py": {
      const list = findScriptList(text);
      return list && raw.encode(addListElement(raw, list, item.name, requirement));
    }
    case "setup-cfg": {
      const list = findConfigList(text);
      const only = list?.items.length === 1 && list.indent === "" ? list.items[0] : undefined;
      if (!list || only?.value.includes(";")) return null;
      return raw.encode(insertAt(text, list.end, `${eol}${list.indent || "    "}${requirement}`));
    }
    case "conda":
      return null;
    default:
      return declareInToml(file.kind, bytes, item);
  }
}

function declareInToml(kind: DependencyFile["kind"], bytes: Uint8Array, item: Wanted): Uint8Array | null {
  const raw = readRaw(bytes);
  const { text, eol } = raw;
  const before = parseToml(bytes);
  if (!before) return null;
  const statements = scanToml(text);
  let after: string | null;
  if (kind === "poetry") {
    after = addPair(raw, statements, "tool.poetry.dependencies", item.name, writePair(writeCaret(item), item));
  } else if (kind === "pipfile") {
    const versions = Object.values(asTable(before.packages));
    const loose = versions.length > 0 && versions.every((value) => value === "*" || asTable(value).version === "*");
    after = addPair(raw, statements, "packages", item.name, writePair(loose ? "*" : writeRange(item), item));
  } else {
    const list = statements.find(({ table, key }) =>
      /^(?:project\.dependencies|tool\.flit\.metadata\.requires)$/.test(table ? `${table}.${key}` : key),
    );
    const strings = list && readStringList(text, list.value);
    if (list) after = strings ? addListElement(raw, strings, item.name, writeRequirement(item)) : null;
    else {
      const last = statements.filter((at) => at.table === "project").at(-1);
      const behind = last ? (/^[^\S\r\n]*(?:#[^\r\n]*)?/.exec(text.slice(last.end))?.[0].length ?? 0) : 0;
      after = last ? insertAt(text, last.end + behind, `${eol}dependencies = ["${writeRequirement(item)}"]`) : null;
    }
  }
  const bytesAfter = after === null ? null : raw.encode(after);
  return bytesAfter && addsOnly(before, bytesAfter, item) ? bytesAfter : null;
}

/** Whether the edited document holds what it held, and the new entry besides: the proof that the splice hit its place. */
function addsOnly(before: Record<string, unknown>, bytes: Uint8Array, item: Wanted): boolean {
  const after = parseToml(bytes);
  if (!after) return false;
  const rest = flatten(before);
  const added = [...flatten(after)].filter(([place, count]) => {
    const had = rest.get(place) ?? 0;
    rest.set(place, had - count);
    return count > had;
  });
  const lost = [...rest.values()].some((count) => count > 0);
  return !lost && added.length > 0 && added.every(([place]) => place.includes(item.name));
}

/** Every leaf with the keys that lead to it; elements of lists without their index, counted. */
function flatten(value: unknown, place = "", into = new Map<string, number>()): Map<string, number> {
  const add = (leaf: string) => into.set(leaf, (into.get(leaf) ?? 0) + 1);
  if (Array.isArray(value)) for (const element of value) flatten(element, `${place}[]`, into);
  else if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    for (const [key, inner] of Object.entries(value)) flatten(inner, `${place}.${key}`, into);
  } else add(`${place} = ${String(value)}`);
  return into;
}

/** What of `wanted` neither the file nor what it is joined with by `-r` declares. */
function listMissing(
  file: DependencyFile,
  deps: Dependencies,
  wanted: readonly Wanted[],
  bytes: Uint8Array | null,
): Wanted[] {
  const joined = deps.files.filter((other) => other === file || isJoined(file, other) || isJoined(other, file));
  const declared = new Set(
    joined.filter((other) => !other.generated || other === file).flatMap(({ declares }) => declares),
  );
  return wanted.flatMap((item) => {
    const key = normalizeName(item.name);
    if (!declared.has(key)) return [item];
    const has = bytes ? readExtras(file, bytes, key) : null;
    // Without the text of the line nobody can say that an extra is missing.
    if (has === null) return [];
    return (item.extras ?? []).flatMap((extra) => {
      const instead = EXTRA_PACKAGES[extra];
      return has.has(extra) || !instead || declared.has(normalizeName(instead.name)) ? [] : [instead];
    });
  });
}

function isJoined(file: DependencyFile, other: DependencyFile): boolean {
  return file.includes?.includes(other.path) ?? false;
}

/** The extras with which a file declares a package; null when it is declared elsewhere. */
function readExtras(file: DependencyFile, bytes: Uint8Array, key: string): Set<string> | null {
  if (!file.declares.includes(key)) return null;
  const { text } = readRaw(bytes);
  if (file.kind === "requirements" || file.kind === "requirements-in") {
    const lines = readRequirements(text).lines.filter(({ requirement }) => requirement?.key === key);
    return new Set(lines.flatMap(({ requirement }) => requirement?.extras ?? []));
  }
  const document =
    file.kind === "setup-py" || file.kind === "setup-cfg" || file.kind === "conda" ? null : parseToml(bytes);
  if (document) {
    const tables = [asTable(document.packages), asTable(asTable(asTable(document.tool).poetry).dependencies)];
    const value = tables.flatMap((table) => Object.entries(table)).find(([name]) => normalizeName(name) === key)?.[1];
    const extras = asTable(value).extras;
    if (value !== undefined) return new Set(Array.isArray(extras) ? extras.map(String) : []);
  }
  const written = new RegExp(`\\b${key.replace(/-/g, "[-_.]")}\\[([^\\]]*)\\]`, "i").exec(text)?.[1] ?? "";
  return new Set(written.split(",").map((extra) => normalizeName(extra.trim())));
}

/** The line that only the user can add, in the words of the file's own format. */
function explain(file: DependencyFile, item: Wanted): ManualStep {
  const requirement = writeRequirement(item);
  const { path } = file;
  const at = { path, line: file.line ?? 1 };
  if (file.hashed) {
    const command = file.command ?? `echo '${requirement}' | uv pip compile --generate-hashes --constraint ${path} -`;
    return {
      ...at,
      snippet: command,
      why: `${path} pins hashes, which only a package index can tell: add ${requirement} with this command`,
    };
  }
  if (file.generated) {
    const why = `${path} is generated: add ${requirement} where it comes from, then make it again with this command`;
    return { ...at, snippet: file.command ?? `pip-compile --output-file=${path}`, why };
  }
  const snippets: Partial<Record<DependencyFile["kind"], string>> = {
    "setup-py": `"${requirement}",`,
    "setup-cfg": `    ${requirement}`,
    "pyproject-pep621": `"${requirement}",`,
    poetry: `${item.name} = ${writePair(writeCaret(item), item)}`,
    pipfile: `${item.name} = ${writePair(writeRange(item), item)}`,
    conda: `  - ${item.name}${writeRange(item)}`,
  };
  const reasons: Partial<Record<DependencyFile["kind"], string>> = {
    conda: "conda names its packages itself (its name for redis is redis-py); environment files are left to you",
    "setup-py": "install_requires is no plain list of strings here, and setup.py is never run",
  };
  const outside = path.startsWith("../") ? `${path} lies outside the folder that may be written` : undefined;
  return {
    ...at,
    snippet: snippets[file.kind] ?? requirement,
    why: outside ?? reasons[file.kind] ?? `the place for ${item.name} in ${path} is not certain`,
  };
}

/** Generated files whose source was edited. */
function listStale(deps: Dependencies, edited: ReadonlyMap<string, Uint8Array>): string[] {
  if (edited.size === 0) return [];
  const sources = [...edited.keys()];
  const commands = deps.files
    .filter((file) => file.generated && file.command !== undefined && !edited.has(file.path))
    .filter(({ path }) =>
      sources.some((source) => source.endsWith(".toml") || source === path.replace(/\.(?:txt|pip)$/, ".in")),
    )
    .map(({ command }) => command as string);
  return [...new Set(commands)];
}

/** `celery[redis]>=5.4,<6` */
export function writeRequirement(item: Wanted): string {
  const extras = item.extras?.length ? `[${item.extras.join(",")}]` : "";
  return item.name + extras + writeRange(item);
}

function writeRange({ minimum, below }: Wanted): string {
  const limit = below ?? String(Number.parseInt(minimum, 10) + 1);
  return `>=${minimum}${limit === "" ? "" : `,<${limit}`}`;
}

/** Poetry's own spelling of "up to the next major version". */
function writeCaret(item: Wanted): string {
  return item.below === undefined ? `^${item.minimum}` : writeRange(item);
}

/** Poetry's and Pipenv's value: a string, or a table where there are extras. */
function writePair(version: string, { extras = [] }: Wanted): string {
  if (extras.length === 0) return `"${version}"`;
  return `{extras = [${extras.map((extra) => `"${extra}"`).join(", ")}], version = "${version}"}`;
}

/** Reads what a user wrote, e.g. in a test or a preset: `celery[redis]>=5.4`. */
export function parseWanted(text: string): Wanted | null {
  const requirement = parseRequirement(text);
  const minimum = />=([\d.]+)/.exec(requirement?.specifier ?? "")?.[1];
  return requirement && minimum ? { name: requirement.name, extras: requirement.extras, minimum } : null;
}
