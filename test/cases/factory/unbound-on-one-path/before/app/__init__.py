from flask import Flask


def create_app(kind="web"):
    if kind == "web":
        app = Flask(__name__)
    else:
        app = object()
    return app
