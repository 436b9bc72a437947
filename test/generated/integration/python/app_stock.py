"""Results in the database that Flask-Migrate looks after."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from .celery_app import celery_init_app

db = SQLAlchemy()
migrate = Migrate()


class Item(db.Model):  # type: ignore[name-defined,misc]
    id = db.Column(db.Integer, primary_key=True)


def create_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.config.update(config)
    db.init_app(app)
    migrate.init_app(app, db, **app.config.pop("MIGRATE", {}))
    celery_init_app(app)
    return app
