"""CELERY mapping, Flask-SQLAlchemy, a blueprint package."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from .celery_app import celery_init_app

db = SQLAlchemy()


def create_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.config["SQLALCHEMY_BINDS"] = {"other": "sqlite://"}
    app.config["CELERY"] = {"broker_url": "redis://localhost:1/0", "result_backend": "redis://localhost:1/1"}
    app.config.update(config)
    db.init_app(app)

    from .users import bp

    app.register_blueprint(bp)
    celery_init_app(app)
    return app
