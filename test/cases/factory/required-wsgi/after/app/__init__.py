from flask import Flask

from config import config

from .celery_app import celery_init_app


def create_app(config_name):
    app = Flask(__name__)
    app.config.from_object(config[config_name])
    celery_init_app(app)
    return app
