from flask import Flask

from .background import celery_init_app


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "redis://localhost"}
    celery_init_app(app)
    return app
