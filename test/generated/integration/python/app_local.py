from __future__ import annotations

from typing import Any

from flask import Flask

from .celery_app import celery_init_app


def create_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(config)
    celery_init_app(app)
    return app
