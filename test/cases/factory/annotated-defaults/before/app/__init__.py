from __future__ import annotations

from typing import Any, Mapping

from flask import Flask


def create_app(overrides: Mapping[str, Any] | None = None, *, testing: bool = False) -> Flask:
    app: Flask = Flask(__name__)
    app.testing = testing
    app.config.update(overrides or {})
    return app
