/** The shapes of applications that the matrix goes over, each written as its owner would, clean under ruff and mypy --strict. */

export interface Shape {
  name: string;
  generator: "celery-factory" | "celery-direct";
  mode?: "direct" | "hybrid";
  files(database: Database): Record<string, string>;
}

export const databases = ["none", "flask-sqlalchemy", "sqlalchemy"] as const;
export type Database = (typeof databases)[number];

const requirements = (database: Database) =>
  `flask\npytest\n${database === "none" ? "" : `${database}\n`}`.split("\n").sort().join("\n").trimStart();

/** The module with the database, in the shape's own place. */
const databaseModule = (database: Database): string =>
  database === "flask-sqlalchemy"
    ? "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n"
    : [
        "from sqlalchemy import create_engine",
        "from sqlalchemy.orm import scoped_session, sessionmaker",
        "",
        'engine = create_engine("sqlite://")',
        "db_session = scoped_session(sessionmaker(bind=engine))",
        "",
      ].join("\n");

const views = (blueprint: string) =>
  [
    "from flask import Blueprint",
    "",
    `${blueprint} = Blueprint("${blueprint}", __name__)`,
    "",
    "",
    `@${blueprint}.get("/${blueprint}")`,
    `def show_${blueprint}() -> str:`,
    `    return "${blueprint}"`,
    "",
  ].join("\n");

const usesDb = (database: Database, from: string) =>
  database === "flask-sqlalchemy" ? [`from ${from} import db`] : [];
const startsDb = (database: Database, indent = "    ") =>
  database === "flask-sqlalchemy"
    ? [`${indent}app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"`, `${indent}db.init_app(app)`]
    : [];

function packageFactory(folder: string, root = ""): (database: Database) => Record<string, string> {
  return (database) => ({
    "requirements.txt": requirements(database),
    [`${folder}__init__.py`]: [
      "from flask import Flask",
      "",
      "from .config import Config",
      ...usesDb(database, ".database"),
      "from .users import users",
      "",
      "",
      "def create_app() -> Flask:",
      "    app = Flask(__name__)",
      "    app.config.from_object(Config)",
      ...startsDb(database),
      "    app.register_blueprint(users)",
      "    return app",
      "",
    ].join("\n"),
    [`${folder}config.py`]: 'class Config:\n    SECRET_KEY = "only for tests"\n',
    [`${folder}users/__init__.py`]: views("users"),
    ...(database === "none" ? {} : { [`${folder}database.py`]: databaseModule(database) }),
    [`${root}wsgi.py`]: "from shop import create_app\n\napp = create_app()\n",
    "conftest.py": "",
  });
}

function flatFactory(database: Database): Record<string, string> {
  return {
    "requirements.txt": requirements(database),
    "app.py": [
      "from flask import Flask",
      "",
      ...usesDb(database, "database"),
      "from views import pages",
      "",
      "",
      "def create_app() -> Flask:",
      "    app = Flask(__name__)",
      '    app.config["SECRET_KEY"] = "only for tests"',
      ...startsDb(database),
      "    app.register_blueprint(pages)",
      "    return app",
      "",
    ].join("\n"),
    "views.py": views("pages"),
    ...(database === "none" ? {} : { "database.py": databaseModule(database) }),
    "conftest.py": "",
  };
}

function flatModule(database: Database): Record<string, string> {
  return {
    "requirements.txt": requirements(database),
    "app.py": [
      "from flask import Flask",
      "",
      ...usesDb(database, "database"),
      "from views import pages",
      "",
      "app = Flask(__name__)",
      'app.config["SECRET_KEY"] = "only for tests"',
      ...startsDb(database, ""),
      "app.register_blueprint(pages)",
      "",
      'if __name__ == "__main__":',
      "    app.run()",
      "",
    ].join("\n"),
    "views.py": views("pages"),
    ...(database === "none" ? {} : { "database.py": databaseModule(database) }),
    "conftest.py": "",
  };
}

function packageModule(database: Database): Record<string, string> {
  return {
    "requirements.txt": requirements(database),
    "shop/__init__.py": [
      "from flask import Flask",
      "",
      ...usesDb(database, ".database"),
      ...(database === "flask-sqlalchemy" ? [""] : []),
      "app = Flask(__name__)",
      'app.config.from_object("shop.settings")',
      ...startsDb(database, ""),
      "",
      "from . import views  # noqa: F401",
      "",
    ].join("\n"),
    "shop/settings.py": 'SECRET_KEY = "only for tests"\n',
    "shop/views.py": 'from . import app\n\n\n@app.get("/")\ndef index() -> str:\n    return "shop"\n',
    ...(database === "none" ? {} : { "shop/database.py": databaseModule(database) }),
    "conftest.py": "",
  };
}

export const shapes: readonly Shape[] = [
  { name: "factory-package", generator: "celery-factory", files: packageFactory("shop/") },
  { name: "factory-src", generator: "celery-factory", files: packageFactory("src/shop/", "src/") },
  { name: "factory-flat", generator: "celery-factory", files: flatFactory },
  { name: "module-flat", generator: "celery-direct", mode: "direct", files: flatModule },
  { name: "module-package", generator: "celery-direct", mode: "direct", files: packageModule },
  { name: "module-hybrid", generator: "celery-direct", mode: "hybrid", files: flatModule },
];
