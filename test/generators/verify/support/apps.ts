/** Small applications of every shape, and the generators run on them as a user without a terminal does. */
import path from "node:path";
import { execa } from "execa";
import { run } from "../../../support/generators.ts";
import { tempDir, writeTree } from "../../../support/temp.ts";

export const databases = ["none", "flask-sqlalchemy", "sqlalchemy"] as const;
export type Database = (typeof databases)[number];
export const shapes = ["package", "flat", "direct", "hybrid", "scaffold"] as const;
export type Shape = (typeof shapes)[number];

/** The project of one shape in a folder of its own, under Git. */
export async function makeApp(shape: Shape, database: Database): Promise<string> {
  const root = writeTree(filesOf(shape, database), path.join(tempDir("generated-"), "project"));
  if (shape === "scaffold") writeTree({ "README.md": "# An idea\n" }, root);
  await execa("git", ["-C", root, "init", "--quiet"]);
  return root;
}

/** Runs one generator to its end. */
export async function generate(root: string, name: string, given: Readonly<Record<string, string>>): Promise<void> {
  await run(name, { root, given });
}

/** The generator that serves a shape, with the answers that only it has. */
export function generatorOf(shape: Shape): { name: string; mode: Record<string, string> } {
  if (shape === "direct" || shape === "hybrid") return { name: "celery-direct", mode: { mode: shape } };
  return { name: "celery-factory", mode: {} };
}

function filesOf(shape: Shape, database: Database): Record<string, string> {
  if (shape === "scaffold") return {};
  const inPackage = shape === "package";
  const folder = inPackage ? "shop/" : "";
  const isFactory = inPackage || shape === "flat";
  const indent = isFactory ? "    " : "";
  const dot = inPackage ? "." : "";
  const blueprint = inPackage ? "users" : "pages";
  const imports = [
    ...(database === "flask-sqlalchemy" ? [`from ${dot}database import db`] : []),
    `from ${dot}${inPackage ? "users" : "views"} import ${blueprint}`,
  ];
  const body = [
    "app = Flask(__name__)",
    'app.config["SECRET_KEY"] = "dev"',
    ...(database === "flask-sqlalchemy"
      ? ['app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"', "db.init_app(app)"]
      : []),
    `app.register_blueprint(${blueprint})`,
  ];
  const tail = isFactory ? ["    return app"] : ["", 'if __name__ == "__main__":', "    app.run()"];
  const head = isFactory ? ["", "", "def create_app() -> Flask:"] : [""];
  const lines = ["from flask import Flask", "", ...imports, ...head, ...body.map((line) => indent + line), ...tail, ""];
  const views = `from flask import Blueprint\n\n${blueprint} = Blueprint("${blueprint}", __name__, url_prefix="/${blueprint}")\n\n\n@${blueprint}.get("/")\ndef index() -> str:\n    return "${blueprint}"\n`;
  return {
    "requirements.txt": database === "none" ? "flask\n" : `flask\n${database}\n`,
    [`${folder}${inPackage ? "__init__" : "app"}.py`]: lines.join("\n"),
    [inPackage ? "shop/users/__init__.py" : "views.py"]: views,
    ...(inPackage ? { "wsgi.py": "from shop import create_app\n\napp = create_app()\n" } : {}),
    ...databaseModule(folder, database),
  };
}

function databaseModule(folder: string, database: Database): Record<string, string> {
  if (database === "none") return {};
  const text =
    database === "flask-sqlalchemy"
      ? "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n"
      : 'from sqlalchemy import create_engine\nfrom sqlalchemy.orm import scoped_session, sessionmaker\n\ndb_session = scoped_session(sessionmaker(bind=create_engine("sqlite://")))\n';
  return { [`${folder}database.py`]: text };
}
