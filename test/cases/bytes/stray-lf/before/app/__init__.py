"""Web."""
from flask import Flask


def create_app():
    app = Flask(__name__)
    if app.debug:
        app.config["A"] = 1
    return app
