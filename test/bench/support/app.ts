/** Flask applications of a wanted size, and what our generator makes of one, for other generators to make too. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { copyTree, snapshotTree, tempDir } from "../../support/temp.ts";

export const repository = path.resolve(import.meta.dirname, "../../..");
export const bin = path.join(repository, "dist/bin.js");
export const plop = path.join(repository, "node_modules/plop/bin/plop.js");

/** An application with a factory, `blueprints` packages with views, and plain modules up to `files` Python files. */
export function makeApp(files: number, blueprints = Math.min(10, files >> 2), lines = 40): string {
  const root = tempDir("bench-app-");
  const put = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  const names = Array.from({ length: blueprints }, (_, index) => `area_${index}`);
  put("requirements.txt", "flask\n");
  put("wsgi.py", "from shop import create_app\n\napp = create_app()\n");
  put("shop/config.py", 'class Config:\n    SECRET_KEY = "dev"\n');
  put(
    "shop/__init__.py",
    `from flask import Flask\n\nfrom shop.config import Config\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.config.from_object(Config)\n${names
      .map((name) => `    from shop.${name}.views import bp as ${name}\n\n    app.register_blueprint(${name})\n`)
      .join("")}    return app\n`,
  );
  for (const name of names) {
    put(`shop/${name}/__init__.py`, "");
    put(
      `shop/${name}/views.py`,
      `from flask import Blueprint, jsonify\n\nbp = Blueprint("${name}", __name__, url_prefix="/${name}")\n\n\n@bp.get("/")\ndef index():\n    return jsonify(area="${name}")\n`,
    );
  }
  const body =
    "def compute(first, second):\n    # nothing of interest happens here\n    return first + second\n\n\n".repeat(
      lines / 5,
    );
  for (let index = 3 + 2 * blueprints; index < files; index++) {
    put(`shop/lib_${Math.floor(index / 100)}/module_${index}.py`, `import os\n\n\n${body}`);
  }
  return root;
}

export const FACTORY = ["celery-factory", "--broker", "redis", "--install", "no"] as const;

/** The files that our generator creates in `app` (which stays as it is), by path. */
export function createdFiles(app: string): Map<string, string> {
  const copy = copyTree(app);
  const before = snapshotTree(copy);
  const ran = spawnSync(process.execPath, [bin, ...FACTORY, "--dest", copy], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return new Map(
    [...snapshotTree(copy)].flatMap(([name, entry]): [string, string][] =>
      before.has(name) || entry.kind !== "file" ? [] : [[name, entry.bytes.toString()]],
    ),
  );
}

/** A plopfile that adds those files by `add` actions, as anyone would write it by hand. */
export function stockPlopfile(files: ReadonlyMap<string, string>): string {
  const root = tempDir("bench-stock-");
  const actions = [...files].map(([name, text], index) => {
    writeFileSync(path.join(root, `${index}.hbs`), text.replaceAll("{{", "\\{{"));
    return { type: "add", path: `{{dest}}/${name}`, templateFile: `${index}.hbs` };
  });
  const generator = {
    description: "adds files",
    prompts: [{ type: "input", name: "dest", message: "Where?" }],
    actions,
  };
  writeFileSync(path.join(root, "package.json"), '{"type":"module"}');
  writeFileSync(
    path.join(root, "plopfile.js"),
    `export default (plop) => { plop.setGenerator("celery", ${JSON.stringify(generator)}); };\n`,
  );
  return path.join(root, "plopfile.js");
}
