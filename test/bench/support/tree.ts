/** Generated trees of Python files. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Folders of 100 modules, each about the size of a usual one (4 KB), under a .gitignore of GitHub's length; `flask` of them name Flask. */
export function makeTree(files: number, flask: number): string {
  const root = mkdtempSync(path.join(os.tmpdir(), "bench-survey-"));
  const body =
    "def compute(first, second):\n    # nothing of interest happens here\n    return first + second\n\n\n".repeat(45);
  writeFileSync(path.join(root, ".gitignore"), GITIGNORE);
  for (let index = 0; index < files; index++) {
    const folder = path.join(root, `package_${Math.floor(index / 100)}`);
    if (index % 100 === 0) mkdirSync(folder);
    const head = index % (files / flask) === 0 ? "from flask import current_app\n" : "import os\n";
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
