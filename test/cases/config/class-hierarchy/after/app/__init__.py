from flask import Flask

from config import Production

from .celery_app import celery_init_app


def create_app(config_class=Production):
    app = Flask(__name__)
    app.config.from_object(config_class)
    celery_init_app(app)
    return app
