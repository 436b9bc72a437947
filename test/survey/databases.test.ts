import assert from "node:assert/strict";
import { suite } from "uvu";
import { surveyDatabases } from "../../lib/survey/databases.ts";
import { readTree } from "./support.ts";

const test = suite("survey/databases");

function summary(files: Record<string, string>): string[] {
  return surveyDatabases(readTree(files)).map(
    ({ kind, module, name, at }) => `${kind} ${module}:${name} ${at.path}:${at.line}`,
  );
}

test("Flask-SQLAlchemy in a package, a flat module, through the module, and as Flask spelled it before 1.0", () => {
  assert.deepEqual(
    summary({
      "app/__init__.py": "import flask\n",
      "app/extensions.py": "from flask_sqlalchemy import SQLAlchemy\n\ndb: SQLAlchemy = SQLAlchemy()\n",
    }),
    ["flask-sqlalchemy app.extensions:db app/extensions.py:3"],
  );
  assert.deepEqual(summary({ "db.py": "import flask_sqlalchemy as fs\nstore = fs.SQLAlchemy(session_options={})\n" }), [
    "flask-sqlalchemy db:store db.py:2",
  ]);
  assert.deepEqual(summary({ "app.py": "from flask.ext.sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n" }), [
    "flask-sqlalchemy app:db app.py:2",
  ]);
});

test("a subclass of the project's own, made in another file", () => {
  const files = {
    "shop/__init__.py": "",
    "shop/base.py": "from flask_sqlalchemy import SQLAlchemy as Base\n\nclass SQLAlchemy(Base):\n    pass\n",
    "shop/db.py": "import flask\nfrom .base import SQLAlchemy\ndb = SQLAlchemy()\n",
  };
  assert.deepEqual(summary(files), ["flask-sqlalchemy shop.db:db shop/db.py:3"]);
});

test("a scoped session of plain SQLAlchemy, in a file that does not name Flask, set by a function as well", () => {
  const plain = "from sqlalchemy.orm import scoped_session, sessionmaker\nsession = scoped_session(sessionmaker())\n";
  assert.deepEqual(summary({ "app.py": "import flask\n", "database.py": plain }), [
    "sqlalchemy database:session database.py:2",
  ]);
  const late =
    "from sqlalchemy import orm\nSession = None\n\ndef start():\n    global Session\n    Session = orm.scoped_session(orm.sessionmaker())\n";
  assert.deepEqual(summary({ "database.py": late }), ["sqlalchemy database:Session database.py:6"]);
});

test("a session that is not scoped, or out of reach, has no name", () => {
  const maker = "from sqlalchemy.orm import sessionmaker\nSession = sessionmaker()\n";
  assert.deepEqual(summary({ "database.py": maker }), ["sqlalchemy : database.py:2"]);
  const hidden =
    "from sqlalchemy.orm import scoped_session\nsession = scoped_session(None)\n\nclass Store:\n    def open(self):\n        self.session = scoped_session(None)\n";
  assert.deepEqual(summary({ "database.py": hidden }), [
    "sqlalchemy : database.py:6",
    "sqlalchemy database:session database.py:2",
  ]);
});

test("Flask-SQLAlchemy wins; comments, strings, tests and migrations do not count", () => {
  const files = {
    "app.py": "from flask_sqlalchemy import SQLAlchemy\n# old = SQLAlchemy()\nx = 'SQLAlchemy()'\ndb = SQLAlchemy()\n",
    "other.py": "from sqlalchemy.orm import scoped_session\ns = scoped_session(None)\n",
    "tests/conftest.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
    "migrations/env.py": "import flask\nfrom sqlalchemy import create_engine\ncreate_engine('')\n",
  };
  assert.deepEqual(summary(files), ["flask-sqlalchemy app:db app.py:4"]);
  assert.deepEqual(summary({ "app.py": "import flask\n# SQLAlchemy\n" }), []);
});

test.run();
