/** The project's virtual environment, and what lock files and that environment say about versions. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { findGitTop } from "../files/gitignore.ts";
import { normalizeName } from "./requirements.ts";

export interface VirtualEnvironment {
  /** Absolute. */
  folder: string;
  python: string;
  /** Normalised name → version, from the names of the .dist-info folders. */
  packages: ReadonlyMap<string, string>;
}

/**
 * Finds the project's virtual environment: any folder with pyvenv.cfg in the root; above it, up to the top of the repository,
 * only one of a usual name, since anything else there is another project's; else the one that is activated. Of several, one
 * with Flask, and by the usual names first.
 */
export function findVirtualEnvironment(
  root: string,
  environment: NodeJS.ProcessEnv = process.env,
): VirtualEnvironment | null {
  const start = path.resolve(root);
  const top = findGitTop(start) ?? start;
  for (let folder = start; ; folder = path.dirname(folder)) {
    const found = listEnvironments(folder, folder === start);
    if (found.length > 0) return found.find(({ packages }) => packages.has("flask")) ?? found[0] ?? null;
    if (folder === top || folder === path.dirname(folder)) break;
  }
  return environment.VIRTUAL_ENV ? readEnvironment(environment.VIRTUAL_ENV) : null;
}

function listEnvironments(folder: string, anyName: boolean): VirtualEnvironment[] {
  const usual = [".venv", "venv", "env", ".env"];
  const others = anyName ? subfolders(folder).filter((name) => !usual.includes(name)) : [];
  return [...usual, ...others].flatMap((name) => readEnvironment(path.join(folder, name)) ?? []);
}

function readEnvironment(folder: string): VirtualEnvironment | null {
  if (!existsSync(path.join(folder, "pyvenv.cfg"))) return null;
  const python = ["bin/python", "Scripts/python.exe"].map((name) => path.join(folder, name)).find(existsSync);
  return python ? { folder, python, packages: readPackages(folder) } : null;
}

function readPackages(folder: string): Map<string, string> {
  const versioned = subfolders(path.join(folder, "lib")).map((name) => path.join(folder, "lib", name, "site-packages"));
  const packages = new Map<string, string>();
  for (const site of [...versioned, path.join(folder, "Lib", "site-packages")]) {
    for (const name of subfolders(site)) {
      const match = /^(.+)-([^-]+)\.dist-info$/.exec(name);
      if (match) packages.set(normalizeName(match[1] as string), match[2] as string);
    }
  }
  return packages;
}

function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

/** Versions in uv.lock, poetry.lock, pdm.lock (all `[[package]]` with name and version) or Pipfile.lock. */
export function readLock(name: string, bytes: Uint8Array): Map<string, string> {
  const text = Buffer.from(bytes).toString("utf8");
  const versions = new Map<string, string>();
  if (name.endsWith("Pipfile.lock")) {
    for (const match of text.matchAll(/"([\w.-]+)": \{[^{}]*?"version": "==([^"]+)"/g)) {
      versions.set(normalizeName(match[1] as string), match[2] as string);
    }
    return versions;
  }
  for (const block of text.split(/^\[\[package\]\]\r?$/m).slice(1)) {
    const key = /^name = "([^"]+)"/m.exec(block)?.[1];
    const version = /^version = "([^"]+)"/m.exec(block)?.[1];
    if (key && version) versions.set(normalizeName(key), version);
  }
  return versions;
}
