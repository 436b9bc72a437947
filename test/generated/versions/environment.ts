/** One virtual environment for each combination, made once under .cache/versions. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { withLock } from "../../support/lock.ts";
import { type Combination, requirementsOf } from "./matrix.ts";

const cache = path.resolve(import.meta.dirname, "../../../.cache/versions");

export type Environment = { python: string } | { impossible: string };

/**
 * Makes the environment, or says why pip can't install these versions together on that Python.
 *
 * @param interpreter path of the Python that the environment is made from
 * @throws when pip fails for any other reason, such as a registry that does not answer
 */
export async function makeEnvironment(combination: Combination, interpreter: string): Promise<Environment> {
  const requirements = requirementsOf(combination);
  const { stdout: version } = await execa(interpreter, ["-c", "import sys; print(sys.version)"]);
  const key = createHash("sha256")
    .update([version, ...requirements].join("\n"))
    .digest("hex")
    .slice(0, 8);
  const { python, flask, celery } = combination;
  const folder = path.join(cache, `python${python}-flask${flask}-celery${celery}-${key}`);
  const program = path.join(folder, "bin/python");
  const ready = path.join(folder, "ready");
  const impossible = path.join(folder, "impossible");
  const known = (): Environment | null => {
    if (existsSync(ready)) return { python: program };
    return existsSync(impossible) ? { impossible: readFileSync(impossible, "utf8") } : null;
  };
  mkdirSync(cache, { recursive: true });
  return known() ?? withLock(`${folder}.lock`, async () => known() ?? install());

  async function install(): Promise<Environment> {
    // What an interrupted run left behind is not to be trusted.
    rmSync(folder, { recursive: true, force: true });
    // pip comes from the interpreter: a copy in each environment would take longer than the packages.
    const own = await execa(interpreter, ["-m", "pip", "--version"], { reject: false });
    const without = own.exitCode === 0 && Number(/^pip (\d+)\./.exec(own.stdout)?.[1]) >= 23;
    await execa(interpreter, ["-m", "venv", ...(without ? ["--without-pip"] : []), folder]);
    const pip = without ? [interpreter, "-m", "pip", "--python", program] : [program, "-m", "pip"];
    const how = ["install", "--quiet", "--no-compile", "--disable-pip-version-check", "--no-input"];
    const ran = await execa(pip[0]!, [...pip.slice(1), ...how, ...requirements], { reject: false, all: true });
    if (ran.exitCode === 0) writeFileSync(ready, requirements.join("\n"));
    else {
      const reason = ran.all.split("\n").find((line) => /No matching distribution|ResolutionImpossible/.test(line));
      if (!reason) throw new Error(`pip failed:\n${ran.all}`);
      writeFileSync(impossible, reason.replace(/^ERROR: /, ""));
    }
    return known()!;
  }
}
