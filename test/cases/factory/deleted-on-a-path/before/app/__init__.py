from flask import Flask


def create_app(kind=None):
    app = Flask(__name__)
    if kind:
        del app
        app = kind
    return app
