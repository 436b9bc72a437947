/** Plans the edits of dependency files: byte-exact, in the style of each file, and only where the place is certain. */
import type { ManualStep } from "../changes/types.ts";
import { readRaw } from "../files/raw-text.ts";
import { addListElement } from "./edit-lists.ts";
import { addRequirementLine } from "./edit-requirements.ts";
import { declareInToml } from "./edit-toml.ts";
import { explain } from "./manual.ts";
import { asTable, parseToml } from "./pyproject.ts";
import { normalizeName, readRequirements } from "./requirements.ts";
import { findConfigList, findScriptList } from "./setup.ts";
import { insertAt } from "./splice.ts";
import type { Dependencies, DependencyFile } from "./types.ts";
import { type Wanted, writeRequirement } from "./wanted.ts";

export { type Wanted, writeRequirement } from "./wanted.ts";

export interface DependencyPlan {
  edits: { path: string; after: Uint8Array }[];
  manual: ManualStep[];
  /** Commands to run afterwards, as a person types them: what is compiled from an edited file is stale now. */
  next: string[];
}

/** What an extra installs, for a project whose own line for the package is left as it is. */
const EXTRA_PACKAGES: Readonly<Record<string, readonly Wanted[]>> = {
  redis: [{ name: "redis", minimum: "4.5.2", below: "" }],
  // Not kombu[sqs], which a frozen list has a line for already.
  sqs: [
    { name: "boto3", minimum: "1.26.143", below: "" },
    { name: "pycurl", minimum: "7.45.4", below: "" },
  ],
  sqlalchemy: [{ name: "sqlalchemy", minimum: "1.4.48", below: "" }],
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
      const instead = has.has(extra) ? [] : (EXTRA_PACKAGES[extra] ?? []);
      return instead.filter(({ name }) => !declared.has(normalizeName(name)));
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
