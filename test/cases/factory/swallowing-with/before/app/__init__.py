from contextlib import suppress

from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    with suppress(OSError):
        app.config.from_pyfile("local.cfg")
        return app
    return app
