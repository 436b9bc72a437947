/** The package as npm would publish it, built from what Git tracks or would track, and nothing that an earlier build has left. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { tempDir } from "../support/temp.ts";

export const repository = path.resolve(import.meta.dirname, "../..");
export const modules = path.join(repository, "node_modules");
export const packageName = "plop-pack-flask-celery";

export interface Tarball {
  /** Absolute path of the .tgz. */
  file: string;
  /** What is in it, relative to the package. */
  names: string[];
  /** The clone that it was built in. */
  clone: string;
}

/** Builds and packs. Everything is in temporary folders that live as long as the process. */
export function packTarball(): Tarball {
  const clone = tempDir("clone-");
  const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const names = execFileSync("git", listed, { cwd: repository, encoding: "utf8" }).split("\0");
  for (const name of names) {
    if (name.startsWith("test/") || !name || !existsSync(path.join(repository, name))) continue;
    cpSync(path.join(repository, name), path.join(clone, name), { recursive: true });
  }
  symlinkSync(modules, path.join(clone, "node_modules"));
  npm(["run", "prepare"], clone);
  const [report] = JSON.parse(npm(["pack", "--json", "--ignore-scripts"], clone));
  return {
    file: path.join(clone, report.filename),
    names: report.files.map((file: { path: string }) => file.path),
    clone,
  };
}

/**
 * Unpacks into `folder`/node_modules, with the package's dependencies and nothing else: what the package bundles must not be
 * found by chance. Faster than an installation, and without a registry.
 */
export function unpackInto(folder: string, { file }: Tarball): string {
  const installed = path.join(folder, "node_modules", packageName);
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", file, "--strip-components=1", "-C", installed]);
  const { dependencies } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    symlinkSync(path.join(modules, name), path.join(folder, "node_modules", name));
  }
  return installed;
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: "pipe" });
}
