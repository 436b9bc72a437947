/** Which dependency files get a new dependency. */
import path from "node:path";
import type { Dependencies, DependencyFile } from "./types.ts";

/** What tells a requirements.txt that comes out of a lock from one that somebody keeps. */
export interface Locked {
  manager: Dependencies["manager"];
  /** Names in the lock file; empty without one. */
  names: ReadonlySet<string>;
  /** Paths of requirement files in which every line is an exact pin. */
  pinned: ReadonlySet<string>;
}

/** Marks the targets, and what a lock-file manager exports as generated. */
export function chooseTargets(files: readonly DependencyFile[], locked: Locked): DependencyFile[] {
  const marked = files.map((file) => markExport(file, files, locked));
  const targets = new Set(chooseFromNearest(marked));
  return marked.map((file) => ({ ...file, target: targets.has(file) }));
}

/** Every line pinned, every name in the lock, and some that the project doesn't declare: that came out of the lock. */
function markExport(
  file: DependencyFile,
  files: readonly DependencyFile[],
  { manager, names, pinned }: Locked,
): DependencyFile {
  const exports: Partial<Record<Dependencies["manager"], string>> = {
    uv: `uv export --format requirements-txt --output-file ${file.path}`,
    poetry: `poetry export --format requirements.txt --output ${file.path}`,
    pdm: `pdm export --output ${file.path}`,
  };
  const command = exports[manager];
  if (file.kind !== "requirements" || !command || names.size === 0) return file;
  const declared = new Set(
    files.filter(({ kind }) => kind === "pyproject-pep621" || kind === "poetry").flatMap(({ declares }) => declares),
  );
  const exported =
    (pinned.has(file.path) || file.hashed) &&
    file.declares.every((name) => names.has(name)) &&
    file.declares.some((name) => !declared.has(name));
  return file.generated || exported ? { ...file, generated: true, command: file.command ?? command } : file;
}

function chooseFromNearest(files: readonly DependencyFile[]): DependencyFile[] {
  for (const group of groupByFolder(files)) {
    const chosen = choose(group);
    if (chosen.length > 0) return chosen;
  }
  return [];
}

/** Files of one project folder together (its requirements/ folder included), the outermost first. */
function groupByFolder(files: readonly DependencyFile[]): DependencyFile[][] {
  const groups = new Map<string, DependencyFile[]>();
  for (const file of files) {
    const folder =
      path.posix.dirname(file.path).replace(/(?:^|\/)(?:requirements|reqs|requires)(?:\/.*)?$/i, "") || ".";
    groups.set(folder, [...(groups.get(folder) ?? []), file]);
  }
  const depth = (folder: string) => (folder === "." ? 0 : folder.split("/").length);
  const sorted = [...groups].sort(([one], [two]) => depth(one) - depth(two) || (one < two ? -1 : 1));
  const withFlask = sorted.filter(([, group]) => group.some((file) => file.declares.includes("flask")));
  return [...withFlask, ...sorted.filter((entry) => !withFlask.includes(entry))].map(([, group]) => group);
}

function choose(group: readonly DependencyFile[]): DependencyFile[] {
  const sources = group.filter((file) => !file.generated && !file.hashed);
  // Conda is told about, never edited: it only counts beside nothing else, or when it names Flask as well.
  const lists = sources.filter((file) => !isAside(file.path));
  for (const names of [isFlask, isAroundFlask]) {
    const naming = lists.filter((file) => file.declares.some(names));
    const owned = naming.filter((file) => !naming.some((other) => other !== file && includes(file, other, group)));
    if (owned.length > 0) return owned;
  }
  const base = pickBase(lists) ?? pickBase(group.filter((file) => file.hashed || file.generated));
  return base ? [base] : [];
}

function isFlask(name: string): boolean {
  return name === "flask";
}

function isAroundFlask(name: string): boolean {
  return /^(?:flask-.*|apiflask|connexion|quart-flask-patch)$/.test(name);
}

/** Requirements of documentation or linters describe another environment. */
function isAside(name: string): boolean {
  return /(?:^|[-_./])(?:docs?|lint|linters?|rtd)(?:[-_.]|$)/i.test(name);
}

/** Whether `file` takes `other` in with `-r`, at any depth. */
function includes(file: DependencyFile, other: DependencyFile, all: readonly DependencyFile[], depth = 0): boolean {
  if (depth > 20) return false;
  return (file.includes ?? []).some((name) => {
    if (name === other.path) return true;
    const next = all.find((candidate) => candidate.path === name);
    return next !== undefined && includes(next, other, all, depth + 1);
  });
}

/** Without Flask's name anywhere: the file that most others include, else by the order in which tools look. */
function pickBase(files: readonly DependencyFile[]): DependencyFile | undefined {
  const order: DependencyFile["kind"][] = [
    "requirements-in",
    "pyproject-pep621",
    "poetry",
    "pipfile",
    "requirements",
    "setup-cfg",
    "setup-py",
    "conda",
  ];
  const included = (file: DependencyFile) => files.filter((other) => other.includes?.includes(file.path)).length;
  const usual = (file: DependencyFile) => (/(?:^|\/)(?:requirements|base|common)\.(?:txt|in)$/.test(file.path) ? 0 : 1);
  return [...files].sort(
    (one, two) =>
      included(two) - included(one) ||
      order.indexOf(one.kind) - order.indexOf(two.kind) ||
      usual(one) - usual(two) ||
      (one.path < two.path ? -1 : 1),
  )[0];
}
