from flask import Flask

from app.config import Config


def create_app(overrides=None):
    app = Flask(__name__)
    app.config.from_object(Config)
    app.config.from_pyfile("local.cfg", silent=True)
    app.config.from_mapping(overrides or {})
    return app
