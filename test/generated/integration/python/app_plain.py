"""CELERY_* keys, a scoped_session, a blueprint in a single module."""

from __future__ import annotations

from typing import Any

from flask import Flask

from .celery_app import celery_init_app
from .orders import bp


def create_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config["CELERY_BROKER_URL"] = "redis://localhost:1/0"
    app.config.update(config)
    app.register_blueprint(bp)
    celery_init_app(app)
    return app
