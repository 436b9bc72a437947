from flask import Flask
import os

from app.settings import config


def create_app(config_name=None):
    app = Flask(__name__)
    config_name = config_name or os.getenv("STAGE", "development")
    app.config.from_object(config[config_name])
    config[config_name].init_app(app)
    return app
