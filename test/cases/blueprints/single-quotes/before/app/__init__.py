from flask import Flask

from .celery_app import celery_init_app
from .users.routes import bp


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "redis://localhost:6379/0", "result_backend": "redis://localhost:6379/1"}
    app.register_blueprint(bp)
    celery_init_app(app)
    return app
