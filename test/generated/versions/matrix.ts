/** What generated applications must run on, and what of it this machine has. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export const pythonVersions = ["3.9", "3.10", "3.11", "3.12", "3.13"] as const;
export const flaskVersions = ["2.2", "2.3", "3.0", "3.1"] as const;
export const celeryVersions = ["5.4", "5.5", "5.6", "5.7"] as const;

export interface Combination {
  /** Major and minor version. */
  python: string;
  flask: string;
  celery: string;
}

/** `Python 3.9, Flask 2.2, Celery 5.4` */
export function nameOf({ python, flask, celery }: Combination): string {
  return `Python ${python}, Flask ${flask}, Celery ${celery}`;
}

/** What pip is asked for. */
export function requirementsOf({ flask, celery }: Pick<Combination, "flask" | "celery">): string[] {
  return [
    `flask==${flask}.*`,
    // Flask 2 allows Werkzeug 3 by its metadata, but does not run with it.
    ...(flask.startsWith("2.") ? ["werkzeug<3"] : []),
    `celery[redis]==${celery}.*`,
    "flask-sqlalchemy",
    "python-dotenv",
    "pytest",
  ];
}

/** Interpreters by version: those on PATH first, then pyenv's. Later versions than those of the matrix are used, too. */
export function findPythons(): Map<string, string> {
  const found = new Map<string, string>();
  for (const program of candidates()) {
    const version = versionOf(program);
    if (version && Number(version.split(".")[1]) >= 9 && !found.has(version)) found.set(version, program);
  }
  return new Map([...found].sort(([a], [b]) => Number(a.split(".")[1]) - Number(b.split(".")[1])));
}

function candidates(): string[] {
  const names = Array.from({ length: 12 }, (_, index) => `python3.${index + 9}`);
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const onPath = ["python3", ...names].flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const pyenv = path.join(process.env.PYENV_ROOT ?? path.join(os.homedir(), ".pyenv"), "versions");
  const ofPyenv = existsSync(pyenv) ? readdirSync(pyenv).map((name) => path.join(pyenv, name, "bin/python3")) : [];
  return [...onPath, ...ofPyenv].filter(existsSync);
}

/** Null where it does not start (pyenv's stand-ins for versions that are not chosen) or can't make environments. */
function versionOf(program: string): string | null {
  const code = "import sys, ensurepip, venv; print('%d.%d' % sys.version_info[:2])";
  try {
    return execFileSync(program, ["-c", code], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
