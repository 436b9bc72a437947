/** What the project declares: its dependency files, the tool that manages them, and where a new dependency belongs. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { findGitTop } from "../files/gitignore.ts";
import { readRaw } from "../files/raw-text.ts";
import { findVirtualEnvironment, readLock } from "./environment.ts";
import { readPipfile, readPyproject, readTomlPins } from "./pyproject.ts";
import { readRequirements } from "./requirements.ts";
import { readConda, readSetupCfg, readSetupPy } from "./setup.ts";
import { chooseTargets } from "./targets.ts";
import type { Dependencies, DependencyFile } from "./types.ts";

type Read = (path: string) => Uint8Array | null;
type Manager = Dependencies["manager"];

const LOCKS: readonly (readonly [string, Manager])[] = [
  ["uv.lock", "uv"],
  ["poetry.lock", "poetry"],
  ["pdm.lock", "pdm"],
  ["Pipfile.lock", "pipenv"],
];
/** Folders whose requirement files describe something else than the application. */
const ASIDE = /(?:^|\/)(?:docs?|examples?|tests?|samples?|demos?|scripts|tools|\.[^/]+)\//i;
const REQUIREMENTS =
  /(?:^|\/)(?:[\w.-]*requirements?[\w.-]*\.(?:txt|in|pip)|(?:requirements|reqs|requires)\/[\w./-]+\.(?:txt|in|pip))$/i;

/**
 * Reads every dependency file and decides which of them get a new dependency (`target`): the one that declares Flask, the source
 * of a compiled one, the base that others include, both of two that are kept in step. When the root has none, the nearest folder
 * above inside the same repository is looked at; paths there start with "../".
 *
 * @param root Absolute path of --dest.
 * @param read Reads a path below the root; null when it does not exist.
 * @param paths Every path below the root, see listFiles().
 */
export function surveyDependencies(root: string, read: Read, paths: readonly string[]): Dependencies {
  const here = readFolder(read, paths);
  const found = isAboutFlask(here.files) ? here : pickAbove(here, readFolderAbove(root));
  const { files, tools, versions, locks, locked, pinned } = found;
  const manager = nameManager(files, tools, locks);
  const environment = findVirtualEnvironment(root);
  const installed = environment?.packages ?? new Map<string, string>();
  for (const name of files.flatMap((file) => file.declares)) {
    if (!versions.get(name)) versions.set(name, installed.get(name) ?? null);
  }
  return {
    manager,
    files: chooseTargets(files, { manager, names: new Set(locked.keys()), pinned }),
    versions,
    locked,
    installed,
  };
}

function isAboutFlask(files: readonly DependencyFile[]): boolean {
  return files.some(({ declares }) => declares.some((name) => /^(?:flask|apiflask)(?:-|$)/.test(name)));
}

/** A file in the root stays first; one in some folder of it gives way to one above that names Flask. */
function pickAbove(here: Found, above: Found | null): Found {
  if (!above || here.files.length === 0) return above ?? here;
  const own = here.files.some(({ path: name }) => !name.includes("/") || name.startsWith("requirements/"));
  return own || !isAboutFlask(above.files) ? here : above;
}

interface Found {
  files: DependencyFile[];
  tools: Set<string>;
  locks: Set<Manager>;
  /** What those locks say: normalised name → version. */
  locked: Map<string, string>;
  /** Requirement files in which every line is an exact pin. */
  pinned: Set<string>;
  versions: Map<string, string | null>;
}

function readFolder(read: Read, paths: readonly string[]): Found {
  const found: Found = {
    files: [],
    tools: new Set(),
    locks: new Set(),
    locked: new Map(),
    pinned: new Set(),
    versions: new Map(),
  };
  const scripted: string[] = [];
  // Of thousands of Python files one may tell something.
  const telling = paths.filter((name) => !name.endsWith(".py") || name.endsWith("setup.py"));
  for (const name of telling) {
    if (path.posix.basename(name) === "pyproject.toml" && isNear(name)) {
      const bytes = read(name);
      if (!bytes) continue;
      const { files, tools, dynamicFiles } = readPyproject(name, bytes);
      found.files.push(...files);
      if (!name.includes("/")) for (const tool of tools) found.tools.add(tool);
      scripted.push(...dynamicFiles.map((file) => path.posix.join(path.posix.dirname(name), file)));
    } else if (isNear(name)) readOther(name, read, found, scripted);
  }
  const wanted = [...telling.filter((name) => REQUIREMENTS.test(name) && !ASIDE.test(name)), ...scripted];
  readRequirementFiles(wanted, paths, read, found);
  // Locks win over pins: they say what is installed.
  for (const [name, manager] of LOCKS) {
    const bytes = read(name);
    if (!bytes) continue;
    found.locks.add(manager);
    for (const [key, version] of readLock(name, bytes)) found.locked.set(key, version);
  }
  for (const file of found.files) {
    for (const name of file.declares) if (!found.versions.has(name)) found.versions.set(name, null);
    const bytes = /^(?:pyproject|poetry|pipfile)/.test(file.kind) ? read(file.path) : null;
    if (bytes) for (const [key, version] of readTomlPins(bytes)) found.versions.set(key, version);
  }
  for (const [key, version] of found.locked) found.versions.set(key, version);
  return found;
}

/** In the root, or in a folder of it that may hold the application. */
function isNear(name: string): boolean {
  return name.split("/").length <= 3 && !ASIDE.test(name);
}

function readOther(name: string, read: Read, found: Found, scripted: string[]): void {
  const base = path.posix.basename(name);
  if (!/^(?:Pipfile|setup\.cfg|setup\.py|environment\.ya?ml|conda\.ya?ml)$/.test(base)) return;
  const bytes = read(name);
  if (!bytes) return;
  const beside = (file: string) => path.posix.join(path.posix.dirname(name), file);
  if (base === "Pipfile" || base === "setup.cfg") {
    const file = base === "Pipfile" ? readPipfile(name, bytes) : readSetupCfg(name, bytes);
    if (file) found.files.push(file);
    return;
  }
  const { file, reads } = base === "setup.py" ? readSetupPy(name, bytes) : readConda(name, bytes);
  if (reads && read(beside(reads))) scripted.push(beside(reads));
  else if (file) found.files.push(file);
}

function readRequirementFiles(names: readonly string[], paths: readonly string[], read: Read, found: Found): void {
  const queue = [...names];
  const seen = new Set<string>();
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.has(name) || /(?:^|\/)constraints?[\w.-]*\.txt$/i.test(name)) continue;
    seen.add(name);
    const bytes = read(name);
    if (!bytes) continue;
    const { text } = readRaw(bytes);
    const parsed = readRequirements(text);
    const requirements = parsed.lines.flatMap((line) =>
      line.requirement ? [{ ...line.requirement, line: line.line }] : [],
    );
    const folder = path.posix.dirname(name);
    const includes = parsed.lines.flatMap((line) => (line.include ? [path.posix.join(folder, line.include)] : []));
    queue.push(...includes.filter((include) => !include.startsWith("..")));
    const pins = requirements.flatMap(({ key, specifier }) => {
      const pin = /^={2,3}([\w.!+-]+)$/.exec(specifier)?.[1];
      return pin ? [[key, pin] as const] : [];
    });
    for (const [key, pin] of pins) found.versions.set(key, pin);
    if (pins.length > 0 && pins.length === requirements.length) found.pinned.add(name);
    const source = name.replace(/\.(?:txt|pip)$/, ".in");
    const compiled = source !== name && (paths.includes(source) || read(source) !== null);
    const flask = requirements.find(({ key }) => key === "flask") ?? requirements.at(-1);
    found.files.push({
      path: name,
      kind: name.endsWith(".in") ? "requirements-in" : "requirements",
      declares: [...new Set(requirements.map(({ key }) => key))],
      generated: compiled || parsed.generated,
      hashed: parsed.hashed,
      includes,
      line: flask?.line ?? 1,
      ...(parsed.command
        ? { command: parsed.command }
        : compiled
          ? { command: compileCommand(source, name, parsed.hashed) }
          : {}),
    });
  }
}

function compileCommand(source: string, compiled: string, hashed: boolean): string {
  return `pip-compile ${hashed ? "--generate-hashes " : ""}--output-file=${compiled} ${source}`;
}

function nameManager(
  files: readonly DependencyFile[],
  tools: ReadonlySet<string>,
  locks: ReadonlySet<Manager>,
): Manager {
  const kinds = new Set(files.map(({ kind }) => kind));
  const listed = kinds.has("pyproject-pep621");
  const poetic = listed || kinds.has("poetry");
  if (listed && locks.has("uv")) return "uv";
  if (poetic && locks.has("poetry")) return "poetry";
  if (listed && locks.has("pdm")) return "pdm";
  if (listed && tools.has("uv")) return "uv";
  if (poetic && tools.has("poetry")) return "poetry";
  if (listed && tools.has("pdm")) return "pdm";
  return kinds.has("pipfile") ? "pipenv" : "pip";
}

/** The nearest folder above the root, inside the repository (else just one up), that has dependency files. */
function readFolderAbove(root: string): Found | null {
  const top = findGitTop(root) ?? path.dirname(root);
  let prefix = "";
  for (let folder = path.resolve(root); folder !== top && folder !== path.dirname(folder); ) {
    folder = path.dirname(folder);
    prefix += "../";
    const at = folder;
    const found = readFolder((name) => readBytes(path.join(at, name)), listShallow(at));
    if (found.files.length === 0) continue;
    const files = found.files.map((file) => ({
      ...file,
      path: prefix + file.path,
      includes: (file.includes ?? []).map((include) => prefix + include),
    }));
    return { ...found, files };
  }
  return null;
}

function listShallow(folder: string): string[] {
  return ["", "requirements/"].flatMap((below) => {
    try {
      const entries = readdirSync(path.join(folder, below), { withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => below + entry.name);
    } catch {
      return [];
    }
  });
}

/** @returns null when it can't be read */
export function readBytes(file: string): Uint8Array | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
