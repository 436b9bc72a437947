/** Which versions the dependency files allow, judged as PEP 440 says: https://peps.python.org/pep-0440/#version-specifiers */
import path from "node:path";
import { satisfies, valid, validRange } from "@renovatebot/pep440";
import { readRaw } from "../files/raw-text.ts";
import { asTable, parseToml } from "./pyproject.ts";
import { readBytes } from "./read.ts";
import { normalizeName, parseRequirement, readRequirements } from "./requirements.ts";
import { findConfigList, findScriptList } from "./setup.ts";
import type { Dependencies, DependencyFile } from "./types.ts";

/** What one file says about one package. */
export interface DeclaredRange {
  /** Normalised. */
  name: string;
  /** PEP 440 specifiers, one per line that the file has for the package; markers choose among them. */
  alternatives: readonly string[];
  path: string;
  /** 1-based. */
  line: number;
  /** The file is compiled from another one, which decides what it may hold. */
  compiled: boolean;
}

/**
 * The ranges in the files that a new dependency goes into, in those that they take in or are compiled to, and in those that take them in.
 *
 * @param project `read` reads a path below the root, null when it does not exist; a monorepo's files may stand above the root.
 */
export function readRanges(
  deps: Dependencies,
  { root, read }: { root: string; read: (path: string) => Uint8Array | null },
): DeclaredRange[] {
  const readAny = (name: string) => (name.startsWith("../") ? readBytes(path.join(root, name)) : read(name));
  const joined = new Set(deps.files.flatMap(({ path, target }) => (target ? [path] : [])));
  // Each file may join one that comes before it.
  for (let size = -1; size !== joined.size; ) {
    size = joined.size;
    for (const { path: name, includes = [] } of deps.files) {
      const related = [name, ...includes, name.replace(/\.(?:txt|pip)$/, ".in")];
      if (joined.has(name)) for (const include of includes) joined.add(include);
      else if (related.some((one) => joined.has(one))) joined.add(name);
    }
  }
  const files = deps.files.filter((file) => joined.has(file.path));
  const constraints = files.flatMap((file) => constraintsOf(file, readAny(file.path)));
  return [...files, ...constraints].flatMap((file) => {
    const bytes = readAny(file.path);
    if (!bytes) return [];
    const { text } = readRaw(bytes);
    const found = new Map<string, string[]>();
    for (const [name, range] of listRanges(file, text, bytes)) found.set(name, [...(found.get(name) ?? []), range]);
    return [...found].map(([name, alternatives]) => ({
      name,
      alternatives,
      path: file.path,
      line: lineOf(text, name),
      compiled: file.generated,
    }));
  });
}

/** Files that `-c` names: https://pip.pypa.io/en/stable/user_guide/#constraints-files */
function constraintsOf(file: DependencyFile, bytes: Uint8Array | null): DependencyFile[] {
  if (!bytes || !/^requirements/.test(file.kind)) return [];
  const named = readRaw(bytes).text.matchAll(/^[ \t]*(?:-c|--constraint)(?:[ \t]+|=)["']?([^\s"'#]+)/gm);
  return [...named]
    .map(([, name = ""]) => name)
    .filter((name) => !name.includes("://"))
    .map((name) => ({ ...file, path: path.posix.join(path.posix.dirname(file.path), name), target: false }));
}

function listRanges({ kind }: DependencyFile, text: string, bytes: Uint8Array): [string, string][] {
  const requirements = (lines: readonly string[]) =>
    lines.flatMap((line): [string, string][] => {
      const requirement = parseRequirement(line);
      return requirement ? [[requirement.key, requirement.specifier]] : [];
    });
  switch (kind) {
    case "requirements":
    case "requirements-in":
      return readRequirements(text).lines.flatMap(({ requirement }): [string, string][] =>
        requirement ? [[requirement.key, requirement.specifier]] : [],
      );
    case "setup-cfg":
      return requirements((findConfigList(text)?.items ?? []).map(({ value }) => value));
    case "setup-py":
      return requirements((findScriptList(text)?.elements ?? []).map(({ value }) => value));
    case "conda":
      // conda writes one equals sign for a pin: `- flask=1.1`, which takes 1.1.4, too.
      return [...text.matchAll(/^[ \t]*-[ \t]+["']?([A-Za-z0-9][^\s"'#]*)/gm)].flatMap((item) =>
        requirements([String(item[1]).replace(/^([\w.-]+)=([\d.]+)(?:=.*)?$/, "$1==$2.*")]),
      );
    case "pyproject-pep621": {
      const document = parseToml(bytes) ?? {};
      const flit = asTable(asTable(document.tool).flit);
      const lists = [asTable(document.project).dependencies, asTable(flit.metadata).requires];
      return requirements(lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : [])));
    }
    case "poetry":
    case "pipfile": {
      const document = parseToml(bytes) ?? {};
      const table = kind === "pipfile" ? document.packages : asTable(asTable(document.tool).poetry).dependencies;
      return Object.entries(asTable(table)).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).flatMap((one) => {
          const written = typeof one === "string" ? one : asTable(one).version;
          const ranges = typeof written === "string" ? written.split("||") : [];
          return ranges.map((range): [string, string] => [normalizeName(name), fromPoetry(range)]);
        }),
      );
    }
  }
}

/** Poetry's `^1.1`, `~1.1`, `1.1.*` and `1.1` as PEP 440 writes them: https://python-poetry.org/docs/dependency-specification/ */
function fromPoetry(range: string): string {
  const parts = range.trim().split(/\s*,\s*|\s+(?=[<>=!~^])/);
  return parts
    .map((part) => {
      const [, sign = "", version = ""] = /^(\^|~(?!=))?\s*(.*)$/.exec(part) ?? [];
      if (sign === "") return /^\d/.test(version) ? `==${version}` : version.replace(/^=(?!=)/, "==");
      const numbers = version.split(".").map((number) => Number.parseInt(number, 10));
      const first = numbers.findIndex((number) => number !== 0);
      const at = sign === "^" ? (first < 0 ? numbers.length - 1 : first) : Math.min(1, numbers.length - 1);
      return `>=${version},<${raise(numbers.slice(0, at + 1))}`;
    })
    .join(",");
}

function raise(numbers: readonly number[]): string {
  return numbers.map((number, index) => (index === numbers.length - 1 ? number + 1 : number)).join(".");
}

/**
 * Whether some version fits both ranges. Every range begins or ends at a version that it names, so it is enough to try those, what comes
 * directly after each, and the next one of the same length.
 *
 * @returns null for what can't be judged: an address, or no PEP 440 at all
 */
export function overlaps(declared: string, supported: string): boolean | null {
  if (/^(?:==)?\*?$/.test(declared)) return true;
  const range = declared.replace(/,+$/, "");
  if (!validRange(range)) return null;
  const specifiers = [...range.split(","), ...supported.split(",")];
  const versions = specifiers.flatMap((specifier) => {
    const version = specifier.replace(/^\s*[<>=!~]+\s*/, "").replace(/\.\*$/, "");
    if (!valid(version)) return [];
    const release =
      version
        .split(/[^\d.]/)[0]
        ?.split(".")
        .map(Number) ?? [];
    return [version, `${release.join(".")}.0.1`, raise(release)];
  });
  return versions.some((version) => [range, supported].every((one) => satisfies(version, one, { prereleases: true })));
}

/** The first line that names the package and is no comment. */
function lineOf(text: string, name: string): number {
  const pattern = new RegExp(`^[^#]*(?<![\\w.-])${name.replace(/-/g, "[-_.]")}(?![\\w-])`, "i");
  const index = text.split("\n").findIndex((line) => pattern.test(line));
  return Math.max(0, index) + 1;
}

/** Whether the line allows no version of the range, by any of its alternatives. */
export function excludes({ alternatives }: DeclaredRange, range: string): boolean {
  return alternatives.every((alternative) => overlaps(alternative, range) === false);
}

/** Whether nothing tells which versions the line allows: an address of a repository or an archive. */
export function isUnjudged({ alternatives }: DeclaredRange): boolean {
  return alternatives.some((alternative) => alternative.startsWith("@"));
}
