from flask import Flask

from .settings import load


def create_app(overrides={}):
    app = Flask(__name__, static_url_path="/static")
    load(app, overrides)
    app.app_context().push()
    return app
