/** How long listing and filtering take beside grep, on generated trees. `npm run bench` prints it; nothing is asserted. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { filterRelevant, listFiles } from "../../generators/survey/files.ts";

export interface SurveyBench {
  files: number;
  /** Milliseconds, the best of five. */
  ours: number;
  grep: number;
  ratio: number;
  /** Megabytes of resident memory after the run. */
  memory: number;
}

/** Measures trees of 10,000 and 50,000 Python files, a twentieth of which name Flask. */
export async function benchSurvey(sizes: readonly number[] = [10_000, 50_000]): Promise<SurveyBench[]> {
  return sizes.map((files) => {
    const root = makeTree(files);
    try {
      const ours = best(() => filterRelevant(root, listFiles(root).pythonPaths, ["flask", "celery"]));
      const grep = best(() => grepTree(root));
      return { files, ours, grep, ratio: ours / grep, memory: process.memoryUsage().rss / 1e6 };
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}

/** Folders of 100 modules, each about the size of a usual one (4 KB), under a .gitignore of GitHub's length. */
export function makeTree(files: number): string {
  const root = mkdtempSync(path.join(os.tmpdir(), "bench-survey-"));
  const body =
    "def compute(first, second):\n    # nothing of interest happens here\n    return first + second\n\n\n".repeat(45);
  writeFileSync(path.join(root, ".gitignore"), GITIGNORE);
  for (let index = 0; index < files; index++) {
    const folder = path.join(root, `package_${Math.floor(index / 100)}`);
    if (index % 100 === 0) mkdirSync(folder);
    const head = index % 20 === 0 ? "from flask import current_app\n" : "import os\n";
    writeFileSync(path.join(folder, `module_${index}.py`), head + body);
  }
  return root;
}

const GITIGNORE = [
  ..."__pycache__/ *.py[cod] *$py.class *.so .Python build/ develop-eggs/ dist/ downloads/ eggs/ .eggs/ lib/ lib64/".split(
    " ",
  ),
  ..."parts/ sdist/ var/ wheels/ *.egg-info/ .installed.cfg *.egg MANIFEST *.manifest *.spec pip-log.txt".split(" "),
  ..."htmlcov/ .tox/ .nox/ .coverage .coverage.* .cache nosetests.xml coverage.xml *.cover .hypothesis/ cover/".split(
    " ",
  ),
  ..."*.mo *.pot *.log local_settings.py db.sqlite3 instance/ .webassets-cache .scrapy docs/_build/ target/".split(" "),
  ..."celerybeat-schedule celerybeat.pid *.sage.py .env .venv env/ venv/ ENV/ .mypy_cache/ .pyre/ .pytype/".split(" "),
  "",
].join("\n");

function grepTree(root: string): void {
  try {
    execFileSync("grep", ["-rlE", "flask|celery", "--include=*.py", root], { maxBuffer: 1 << 26 });
  } catch {
    // no match is exit 1
  }
}

function best(run: () => unknown): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const started = performance.now();
      run();
      return performance.now() - started;
    }),
  );
}

if (process.argv[1] === import.meta.filename) console.table(await benchSurvey());
