"""A shop."""

__version__ = "1.0"

import os

from flask import Flask

from .celery_app import celery_init_app
from .pages import bp


def create_app():
    app = Flask(__name__)
    app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "dev")
    app.register_blueprint(bp)
    celery_init_app(app)
    return app
