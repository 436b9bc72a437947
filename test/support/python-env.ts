/** The Python environment that the tests run generated code in. Made once, under .cache/python, and used by every test file. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { withLock } from "./lock.ts";

const packages = [
  "flask",
  "celery[redis]>=5.7",
  "flask-sqlalchemy",
  "flask-migrate",
  "sqlalchemy",
  "ruff",
  "mypy",
  "celery-types",
  "pytest",
  "gunicorn",
  "python-dotenv",
  "flask-login",
  "flask-jwt-extended",
  "flask-smorest",
  "flask-restx",
  "apiflask",
  "flask-openapi3",
  "flask-socketio",
  "celery-redbeat",
  "sentry-sdk",
  "cryptography",
  "flower",
  "python-json-logger",
  "opentelemetry-sdk",
  "opentelemetry-exporter-otlp-proto-http",
  "opentelemetry-instrumentation-flask>=0.50b0",
  "opentelemetry-instrumentation-celery>=0.50b0",
  "psycopg2-binary",
];
/** Wanted where a wheel exists: building them from source takes minutes and a compiler. */
const optional = ["gevent"];

export interface PythonEnv {
  /** Absolute path of the interpreter. */
  python: string;
  /** Absolute path of the folder with `celery`, `ruff`, `mypy`, `pytest`, `flask`. */
  bin: string;
}

let env: Promise<PythonEnv> | undefined;

/** The shared environment; the first caller on a machine makes it (about a minute), all others wait for that one. */
export function pythonEnv(): Promise<PythonEnv> {
  env ??= makeEnv(packages, optional);
  return env;
}

/**
 * Another environment than the shared one, e.g. with an older Flask, cached in the same way.
 *
 * @param wanted requirement specifiers
 * @param base interpreter that the environment is made from
 */
export async function makeEnv(
  wanted: readonly string[],
  extras: readonly string[] = [],
  base = process.env.PYTHON ?? "python3",
): Promise<PythonEnv> {
  const { stdout: version } = await execa(base, ["-c", "import sys; print(sys.version)"]);
  const key = createHash("sha256")
    .update([version, ...wanted, ...extras].join("\n"))
    .digest("hex")
    .slice(0, 12);
  const cache = path.resolve(import.meta.dirname, "../../.cache/python");
  const folder = path.join(cache, key);
  const found = { python: path.join(folder, "bin/python"), bin: path.join(folder, "bin") };
  const ready = path.join(folder, "ready");
  if (existsSync(ready)) return found;
  mkdirSync(cache, { recursive: true });
  await withLock(path.join(cache, `${key}.lock`), async () => {
    if (existsSync(ready)) return;
    // What an interrupted run left behind is not to be trusted.
    rmSync(folder, { recursive: true, force: true });
    await execa(base, ["-m", "venv", folder]);
    const pip = [found.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"] as const;
    await execa(pip[0], [...pip.slice(1), ...wanted]);
    for (const extra of extras)
      await execa(pip[0], [...pip.slice(1), "--only-binary", ":all:", extra], { reject: false });
    writeFileSync(ready, [...wanted, ...extras].join("\n"));
  });
  return found;
}
