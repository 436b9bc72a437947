from flask import Flask

from shop.celery_app import celery_init_app
from shop.up.views import up


def create_app():
    app = Flask(__name__)
    app.config["CELERY"] = {"broker_url": "redis://localhost:6379/0"}
    app.register_blueprint(up)
    celery_init_app(app)
    return app
