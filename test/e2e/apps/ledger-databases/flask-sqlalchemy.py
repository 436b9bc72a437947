from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine

db = SQLAlchemy()
session = db.session


class Entry(db.Model):  # type: ignore[name-defined,misc]
    number = db.Column(db.Integer, primary_key=True)


def prepare(app: Flask) -> None:
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": timeout(app.config["SQLALCHEMY_DATABASE_URI"])}
    db.init_app(app)
    with app.app_context():
        db.create_all()


def timeout(url: str) -> dict[str, Any]:
    # Four processes write to one SQLite file.
    return {"timeout": 30} if url.startswith("sqlite") else {}


def engine() -> Engine:
    return db.engine


def open_sessions() -> int:
    return len(db.session.registry.registry)
